import { openApiDocument } from "../openapi.ts";
import { answerOtherMethods, onlyMethod } from "../platform/http/methods.server.ts";

/** Public: it holds the shape of the API and nothing of anybody. */
export function loader({ request }: { request: Request }): Response {
  return (
    answerOtherMethods(request, "GET") ??
    Response.json(openApiDocument(), { headers: { "Cache-Control": "public, max-age=300" } })
  );
}

export const action = onlyMethod("GET");
