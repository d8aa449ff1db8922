import { AppError } from "../platform/errors.ts";
import { problemResponse } from "../platform/http/problem.server.ts";
import { requestIdFrom } from "../platform/http/request-id.server.ts";

/** Every address under /api that nobody else answers, whatever the method. */
function answerUnknown({ request }: { request: Request }): Response {
  return problemResponse(new AppError("not_found", "There is nothing at this address."), {
    requestId: requestIdFrom(request.headers.get("x-request-id")),
    path: new URL(request.url).pathname,
  });
}

export const loader = answerUnknown;
export const action = answerUnknown;
