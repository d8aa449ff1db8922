import { runBatch } from "#app/modules/checks/run-tick.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("dq.run_batch", {
  run: ({ tickAt, batch }, { now }) => runBatch(new Date(tickAt), batch, now),
});
