import { sweepAlerts } from "#app/modules/alerts/sweep.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("alerts.sweep", { run: (_, { now }) => sweepAlerts(now) });
