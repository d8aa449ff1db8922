import { startPolling } from "#app/modules/sync-runs/poll-all.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("airbyte.poll", { run: () => startPolling() });
