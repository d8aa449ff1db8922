import type { ActionFunctionArgs } from "@remix-run/node";
import { readPush } from "../modules/ingest-keys/authenticate-signed-push.server.ts";
import { countReport } from "../modules/ingest-keys/count-reports.server.ts";
import { receivePush } from "../modules/sync-runs/receive-push.server.ts";
import { answerProblems } from "../platform/http/answer-problems.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { requireJson } from "../platform/http/request-body.server.ts";

/** Sync runs, signed by a shop's own pipeline. */
export function action({ request, context }: ActionFunctionArgs): Promise<Response> {
  const work = async () => {
    requireJson(request);
    const { shopDomain, accepted } = await receivePush(await readPush(request), new Date());
    context.shop = shopDomain;
    return Response.json({ accepted }, { status: 202, headers: { "Cache-Control": "no-store" } });
  };
  return answerProblems(request, "POST", () => countReport("push", work), {
    "WWW-Authenticate": "StandardWebhooks",
  });
}

export const loader = onlyMethod("POST");
