/**
 * Everything the product refuses, by name. `routes` turn a code into a problem+json answer through one table;
 * anything that is not an AppError becomes an opaque 500.
 */
export type AppErrorCode =
  | "malformed"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "invalid"
  | "rate_limited"
  | "unavailable";

export class AppError extends Error {
  readonly code: AppErrorCode;
  /** Per-field messages for `invalid`: `{ "startDate": ["must not be after endDate"] }`. */
  readonly errors: Record<string, string[]> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: AppErrorCode,
    message: string,
    details: { errors?: Record<string, string[]>; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.name = "AppError";
    this.code = code;
    this.errors = details.errors;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** For what is not there, or is another shop's: nobody can tell the two apart. */
export const notFound = (what: string) => new AppError("not_found", `There is no such ${what} in this shop.`);
