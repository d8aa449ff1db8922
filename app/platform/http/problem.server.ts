import { isPassingDatabaseTrouble } from "../database-trouble.server.ts";
import { AppError, type AppErrorCode } from "../errors.ts";
import { log } from "../log.server.ts";

/** The one table from what the product refuses to how HTTP says it. */
const answers: Readonly<Record<AppErrorCode, { status: number; title: string }>> = {
  malformed: { status: 400, title: "Bad Request" },
  unauthenticated: { status: 401, title: "Unauthorized" },
  forbidden: { status: 403, title: "Forbidden" },
  not_found: { status: 404, title: "Not Found" },
  method_not_allowed: { status: 405, title: "Method Not Allowed" },
  conflict: { status: 409, title: "Conflict" },
  payload_too_large: { status: 413, title: "Content Too Large" },
  unsupported_media_type: { status: 415, title: "Unsupported Media Type" },
  invalid: { status: 422, title: "Unprocessable Content" },
  rate_limited: { status: 429, title: "Too Many Requests" },
  unavailable: { status: 503, title: "Service Unavailable" },
};

/** The status that says what the product refuses. */
export const statusOf = ({ code }: AppError): number => answers[code].status;

/** How long to wait before asking again, when the database cannot be reached. */
const UNAVAILABLE_RETRY_SECONDS = 5;

/** Where a problem arose, for the answer and the log. */
export interface ProblemContext {
  requestId: string;
  /** Without its query, which may hold a token. */
  path: string;
  headers?: Record<string, string>;
}

/**
 * An RFC 9457 answer. An AppError says what it says; a database that cannot
 * answer just now is 503; anything else is logged here and
 * answered as an opaque 500, so that nothing of it leaks.
 */
export function problemResponse(error: unknown, { requestId, path, headers }: ProblemContext): Response {
  const problem = describeProblem(error, { requestId, path });
  const { retryAfterSeconds, ...body } = problem;
  return Response.json(
    { type: "about:blank", ...body, requestId },
    {
      status: problem.status,
      headers: {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
        ...headers,
      },
    },
  );
}

interface Problem {
  title: string;
  status: number;
  detail: string;
  code: AppErrorCode | "internal";
  errors?: Record<string, string[]>;
  retryAfterSeconds?: number;
}

function describeProblem(error: unknown, where: { requestId: string; path: string }): Problem {
  if (error instanceof AppError) {
    return {
      ...answers[error.code],
      detail: error.message,
      code: error.code,
      ...(error.errors ? { errors: error.errors } : {}),
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    };
  }
  log.error({ err: error, ...where }, "a request failed");
  if (isPassingDatabaseTrouble(error)) {
    return {
      ...answers.unavailable,
      detail: "This cannot be answered right now. Try again in a moment.",
      code: "unavailable",
      retryAfterSeconds: UNAVAILABLE_RETRY_SECONDS,
    };
  }
  return {
    title: "Internal Server Error",
    status: 500,
    detail: "Something went wrong on our side. Quote the request id when you report it.",
    code: "internal",
  };
}
