import type { ActionFunctionArgs } from "@remix-run/node";
import { receiveProgress } from "../modules/backfills/receive-progress.server.ts";
import { readPush } from "../modules/ingest-keys/authenticate-signed-push.server.ts";
import { countReport } from "../modules/ingest-keys/count-reports.server.ts";
import { answerProblems } from "../platform/http/answer-problems.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { requireJson } from "../platform/http/request-body.server.ts";

/** How far a shop's own pipeline is with a backfill that it was asked for, signed as its sync runs are. */
export function action({ request, params, context }: ActionFunctionArgs): Promise<Response> {
  const work = async () => {
    requireJson(request);
    const { shopDomain, accepted } = await receiveProgress(
      await readPush(request),
      params.id ?? "",
      new Date(),
    );
    context.shop = shopDomain;
    return Response.json({ accepted }, { status: 202, headers: { "Cache-Control": "no-store" } });
  };
  return answerProblems(request, "POST", () => countReport("progress", work), {
    "WWW-Authenticate": "StandardWebhooks",
  });
}

export const loader = onlyMethod("POST");
