import { advanceBackfill, giveUpBackfill } from "#app/modules/backfills/advance-backfill.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("backfills.advance", {
  run: (payload, { now }) => advanceBackfill(payload, now),
  giveUp: (payload, _error, { now }) => giveUpBackfill(payload, now),
});
