import { answerOtherMethods, onlyMethod } from "../platform/http/methods.server.ts";
import { checkReadiness } from "../platform/readiness.server.ts";

/** Ready: the database answers and the queue can be read. */
export async function loader({ request }: { request: Request }): Promise<Response> {
  const refusal = answerOtherMethods(request, "GET");
  if (refusal) return refusal;
  const { ready, ...parts } = await checkReadiness();
  return Response.json(
    { status: ready ? "ready" : "unavailable", ...parts },
    { status: ready ? 200 : 503, headers: { "Cache-Control": "no-store" } },
  );
}

export const action = onlyMethod("GET");
