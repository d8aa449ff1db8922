import type { ActionFunctionArgs } from "@remix-run/node";
import { authenticateIngestKey } from "../modules/ingest-keys/authenticate-ingest-key.server.ts";
import { countReport } from "../modules/ingest-keys/count-reports.server.ts";
import { receiveLineageBatch } from "../modules/sync-runs/receive-lineage.server.ts";
import { answerProblems } from "../platform/http/answer-problems.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { parseJson, readDecodedBody, requireJson } from "../platform/http/request-body.server.ts";

/** OpenLineage events in an array, from a shop's own pipeline. */
export function action({ request, context }: ActionFunctionArgs): Promise<Response> {
  const work = async () => {
    const key = await authenticateIngestKey(request);
    context.shop = key.shopDomain;
    requireJson(request);
    const answer = await receiveLineageBatch(key, parseJson(await readDecodedBody(request)), new Date());
    return Response.json(answer, { headers: { "Cache-Control": "no-store" } });
  };
  return answerProblems(request, "POST", () => countReport("lineage", work), {
    "WWW-Authenticate": "Bearer",
  });
}

export const loader = onlyMethod("POST");
