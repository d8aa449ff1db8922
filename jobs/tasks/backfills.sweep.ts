import { sweepBackfills } from "#app/modules/backfills/sweep-backfills.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("backfills.sweep", { run: (_, { now }) => sweepBackfills(now) });
