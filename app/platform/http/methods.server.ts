import { AppError } from "../errors.ts";
import { problemResponse } from "./problem.server.ts";
import { requestIdFrom } from "./request-id.server.ts";

export type Method = "GET" | "POST";

const allowed = {
  GET: ["GET", "HEAD", "OPTIONS"],
  POST: ["POST", "OPTIONS"],
} as const satisfies Record<Method, readonly string[]>;

/**
 * The answer to a request that is not of the resource's method: 204 to OPTIONS, 405 to what is not supported.
 * @returns null for the supported method, which the caller answers
 */
export function answerOtherMethods(request: Request, method: Method): Response | null {
  const methods: readonly string[] = allowed[method];
  const headers = { Allow: methods.join(", ") };
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers });
  if (methods.includes(request.method)) return null;
  return problemResponse(
    new AppError("method_not_allowed", `This address answers ${methods.join(", ")} only.`),
    {
      requestId: requestIdFrom(request.headers.get("x-request-id")),
      path: new URL(request.url).pathname,
      headers,
    },
  );
}

/** The other half of a route that answers one method: Remix sends reads to the loader and all else to the action. */
export function onlyMethod(method: Method): ({ request }: { request: Request }) => Response {
  return ({ request }) =>
    answerOtherMethods(request, method) ?? new Response(null, { status: 405, headers: { Allow: method } });
}
