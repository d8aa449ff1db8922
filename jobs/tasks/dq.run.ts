import { startTick } from "#app/modules/checks/run-tick.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("dq.run", {
  run: ({ _cron }, { now }) => startTick(_cron ? new Date(_cron.ts) : now, now),
});
