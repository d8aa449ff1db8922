import { GraphqlQueryError, HttpResponseError } from "@shopify/shopify-api";
import { z } from "zod";

/**
 * `token_dead`: nobody but the merchant, by opening the app, gets us a new one. `gone`: the shop is closed, frozen or
 * locked. `rejected`: Shopify understood and declined; asking again the same way would not help.
 */
export type ShopifyCallErrorKind = "throttled" | "unreachable" | "token_dead" | "gone" | "rejected";

/** Every way in which Shopify does not do what it was asked. Its message holds no secret, token or answer. */
export class ShopifyCallError extends Error {
  readonly kind: ShopifyCallErrorKind;
  /** The HTTP status; null when there was no answer, or none that could be read. */
  readonly status: number | null;
  /** How long Shopify asks to be left alone, in seconds; null when it does not say. */
  readonly retryAfterSeconds: number | null;

  constructor(
    kind: ShopifyCallErrorKind,
    status: number | null,
    message: string,
    retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = "ShopifyCallError";
    this.kind = kind;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get isWorthRetrying(): boolean {
    return this.kind === "throttled" || this.kind === "unreachable";
  }
}

export type ShopifyCall = "admin_api" | "refresh_token";

/** OAuth's words for a refresh token that will not come alive again, and Shopify's own. */
const deadGrants = new Set(["invalid_grant", "invalid_subject_token", "invalid_token"]);
/** What else a message of ours may quote. */
const knownWords = new Set([
  ...deadGrants,
  "invalid_request",
  "invalid_client",
  "unauthorized_client",
  "unsupported_grant_type",
]);

/** Judges once what Shopify's library throws: errors of many classes, and bare Responses. */
export function judgeFailure(thrown: unknown, call: ShopifyCall): ShopifyCallError {
  if (thrown instanceof ShopifyCallError) return thrown;
  if (thrown instanceof GraphqlQueryError) return judgeQuery(thrown);
  const { status, word } = answerOf(thrown);
  if (status === null) return new ShopifyCallError("unreachable", null, "Shopify did not answer.");
  const said = word ? `${status} (${word})` : `${status}`;
  const kind = judgeStatus(status, word, call);
  return new ShopifyCallError(kind, status, `Shopify answered ${said}.`, readRetryAfter(thrown));
}

function judgeStatus(status: number, word: string | null, call: ShopifyCall): ShopifyCallErrorKind {
  if (status === 429) return "throttled";
  if (status === 402 || status === 404 || status === 423) return "gone";
  // A success that the library could not read is no answer either.
  if (status >= 500 || status === 408 || status < 300) return "unreachable";
  if (call === "refresh_token") return word && deadGrants.has(word) ? "token_dead" : "rejected";
  return status === 401 || status === 403 ? "token_dead" : "rejected";
}

/** A query that failed says so with status 200 and a code per error. */
function judgeQuery(error: GraphqlQueryError): ShopifyCallError {
  const code = error.body?.errors?.graphQLErrors?.[0]?.extensions?.code;
  if (code === "THROTTLED")
    return new ShopifyCallError("throttled", 200, "Shopify throttles us.", secondsToRestore(error));
  if (code === "INTERNAL_SERVER_ERROR" || code === "TIMEOUT")
    return new ShopifyCallError("unreachable", 200, `Shopify could not answer the query (${code}).`);
  const named = typeof code === "string" && /^[A-Z_]{1,60}$/.test(code) ? ` (${code})` : "";
  return new ShopifyCallError("rejected", 200, `Shopify refused the query${named}.`);
}

function answerOf(thrown: unknown): { status: number | null; word: string | null } {
  if (thrown instanceof Response) return { status: thrown.status, word: null };
  if (!(thrown instanceof HttpResponseError)) return { status: null, word: null };
  const { code, body } = thrown.response;
  const word: unknown = body?.error;
  return { status: code, word: typeof word === "string" && knownWords.has(word) ? word : null };
}

const LONGEST_WAIT_SECONDS = 3_600;
/** In whole seconds; null when there is no such number. At most an hour: no mistake of theirs shall silence us longer. */
const asWait = (seconds: number): number | null =>
  Number.isFinite(seconds) ? Math.min(LONGEST_WAIT_SECONDS, Math.max(0, Math.ceil(seconds))) : null;

/** Shopify writes `Retry-After: 2.0`. */
function readRetryAfter(thrown: unknown): number | null {
  if (!(thrown instanceof HttpResponseError)) return null;
  const header: unknown = thrown.response.headers?.["Retry-After"];
  return asWait(Number.parseFloat(String(Array.isArray(header) ? header[0] : header)));
}

const Cost = z.object({
  cost: z.object({
    requestedQueryCost: z.number(),
    throttleStatus: z.object({ currentlyAvailable: z.number(), restoreRate: z.number().positive() }),
  }),
});

/** A throttled query is answered with what it costs, what is left, and how much comes back a second. */
function secondsToRestore(error: GraphqlQueryError): number | null {
  const parsed = Cost.safeParse(error.body?.extensions);
  if (!parsed.success) return null;
  const { requestedQueryCost, throttleStatus } = parsed.data.cost;
  return asWait((requestedQueryCost - throttleStatus.currentlyAvailable) / throttleStatus.restoreRate);
}
