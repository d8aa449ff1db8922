import { GraphqlQueryError, HttpResponseError } from "@shopify/shopify-api";

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

  constructor(kind: ShopifyCallErrorKind, status: number | null, message: string) {
    super(message);
    this.name = "ShopifyCallError";
    this.kind = kind;
    this.status = status;
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
  return new ShopifyCallError(judgeStatus(status, word, call), status, `Shopify answered ${said}.`);
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
  if (code === "THROTTLED") return new ShopifyCallError("throttled", 200, "Shopify throttles us.");
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
