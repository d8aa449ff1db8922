import { giveUpSync, startSync } from "#app/modules/sync-runs/start-sync.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("connectors.sync", {
  run: (payload, { now }) => startSync(payload, now),
  giveUp: async (payload, error, { now }) => {
    await giveUpSync(payload, error, now);
  },
});
