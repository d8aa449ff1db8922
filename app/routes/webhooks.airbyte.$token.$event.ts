import type { ActionFunctionArgs } from "@remix-run/node";
import { countReport } from "../modules/ingest-keys/count-reports.server.ts";
import { receiveAirbyteWebhook } from "../modules/sync-runs/receive-airbyte-webhook.server.ts";
import { answerProblems } from "../platform/http/answer-problems.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { parseJson, readBody, requireJson } from "../platform/http/request-body.server.ts";

/** What Airbyte notifies a workspace's address of. */
export function action({ request, params }: ActionFunctionArgs): Promise<Response> {
  const work = async () => {
    requireJson(request);
    const body = parseJson(await readBody(request));
    const { token = "", event = "" } = params;
    await receiveAirbyteWebhook({ token, event, body }, new Date());
    return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
  };
  return answerProblems(request, "POST", () => countReport("airbyte_webhook", work));
}

export const loader = onlyMethod("POST");
