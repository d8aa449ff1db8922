import { deliverAlert, giveUpDelivery } from "#app/modules/alerts/deliver.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("alerts.deliver", {
  run: (payload, { now }) => deliverAlert(payload, now),
  giveUp: (payload, _error, { now }) => giveUpDelivery(payload, now),
});
