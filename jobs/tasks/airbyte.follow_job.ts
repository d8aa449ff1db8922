import { followAirbyteJob } from "#app/modules/sync-runs/follow-airbyte-job.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("airbyte.follow_job", {
  run: (payload, { now }) => followAirbyteJob(payload, now),
});
