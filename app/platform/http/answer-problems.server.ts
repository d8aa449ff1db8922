import { AppError } from "../errors.ts";
import { answerOtherMethods, type Method } from "./methods.server.ts";
import { problemResponse } from "./problem.server.ts";
import { requestIdFrom } from "./request-id.server.ts";

/**
 * Runs the work of a resource that answers one method; what is thrown becomes a problem+json answer. A thrown Response
 * is an answer already.
 * @param unauthenticatedHeaders what a 401 says about how to do better
 */
export async function answerProblems(
  request: Request,
  method: Method,
  work: (requestId: string) => Promise<Response>,
  unauthenticatedHeaders: Record<string, string> = {},
): Promise<Response> {
  const refusal = answerOtherMethods(request, method);
  if (refusal) return refusal;
  const requestId = requestIdFrom(request.headers.get("x-request-id"));
  try {
    return await work(requestId);
  } catch (error) {
    if (error instanceof Response) return error;
    const isUnauthenticated = error instanceof AppError && error.code === "unauthenticated";
    return problemResponse(error, {
      requestId,
      path: new URL(request.url).pathname,
      ...(isUnauthenticated ? { headers: unauthenticatedHeaders } : {}),
    });
  }
}
