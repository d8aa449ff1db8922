import type { Retry } from "#app/platform/http/retry-after.ts";

export type AirbyteErrorKind =
  | "throttled"
  | "unauthorized"
  | "unreachable"
  | "rejected"
  | "not_found"
  | "conflict";

/** Every way in which Airbyte does not do what it was asked. Its message holds no secret, token or address. */
export class AirbyteError extends Error {
  readonly kind: AirbyteErrorKind;
  readonly retry: Retry;
  /** The HTTP status; null when there was no answer, or none that could be read. */
  readonly status: number | null;

  constructor(kind: AirbyteErrorKind, retry: Retry, status: number | null, message: string) {
    super(message);
    this.name = "AirbyteError";
    this.kind = kind;
    this.retry = retry;
    this.status = status;
  }
}

const longestText = 300;

/** Takes known secrets, bearer tokens and credentials in addresses out of a text, and shortens it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret) clean = clean.replaceAll(secret, "[hidden]");
  return clean
    .replaceAll(/Bearer\s+\S+/gi, "Bearer [hidden]")
    .replaceAll(/\bhttps?:\/\/\S+/gi, "[address]")
    .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[hidden]")
    .slice(0, longestText);
}

/** What an answer's body says went wrong, in any of the shapes Airbyte uses; null for HTML or nothing. */
export function readProblem(body: string): string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null) return null;
  const { detail, title, message } = parsed as Record<string, unknown>;
  const inner =
    "data" in parsed && typeof parsed.data === "object" && parsed.data !== null && "message" in parsed.data
      ? parsed.data.message
      : null;
  return (
    [inner, detail, title, message].find((text): text is string => typeof text === "string" && text !== "") ??
    null
  );
}

/** Judges a refusal once: its kind, and whether and when trying again makes sense. `waitSeconds` is for a 429 that names no time. */
export function judgeRefusal(
  status: number,
  retryAfter: number | null,
  waitSeconds: number,
): { kind: AirbyteErrorKind; retry: Retry } {
  if (status === 429) return { kind: "throttled", retry: { afterSeconds: retryAfter ?? waitSeconds } };
  if (status === 401 || status === 403) return { kind: "unauthorized", retry: "never" };
  if (status === 404) return { kind: "not_found", retry: "never" };
  if (status === 409 || status === 423) return { kind: "conflict", retry: "backoff" };
  if (status === 408) return { kind: "unreachable", retry: "backoff" };
  if (status >= 500)
    return { kind: "unreachable", retry: retryAfter === null ? "backoff" : { afterSeconds: retryAfter } };
  return { kind: "rejected", retry: "never" };
}
