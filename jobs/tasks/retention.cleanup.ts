import { cleanUpDaily } from "#app/modules/retention/clean-up.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("retention.cleanup", { run: (_, { now }) => cleanUpDaily(now) });
