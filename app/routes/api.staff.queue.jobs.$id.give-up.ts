import { actOnQueue } from "../modules/queue/act-on-jobs.server.ts";
import { JobParams } from "../modules/queue/queue-page.ts";
import { OnlyReason } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = staffApi(
  { method: "POST", role: "admin", resource: "job", params: JobParams, body: OnlyReason },
  ({ params, body, ...by }) => actOnQueue({ do: "give_up", jobId: params.id, reason: body.reason }, by),
);

export const loader = onlyMethod("POST");
