import { tellBackfill } from "#app/modules/backfills/tell-backfill.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("backfills.tell", { run: (payload, { now }) => tellBackfill(payload, now) });
