import { checkDataOfBatch } from "#app/modules/checks/run-tick.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("dq.check_data", {
  run: ({ tickAt, batch }, { now }) => checkDataOfBatch(new Date(tickAt), batch, now),
});
