import { actOnQueue } from "../modules/queue/act-on-jobs.server.ts";
import { TaskParams } from "../modules/queue/queue-page.ts";
import { OnlyReason } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = staffApi(
  { method: "POST", role: "admin", resource: "task", params: TaskParams, body: OnlyReason },
  ({ params, body, ...by }) => actOnQueue({ do: "retry", task: params.task, reason: body.reason }, by),
);

export const loader = onlyMethod("POST");
