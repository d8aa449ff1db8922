import { reasonOfNoAnswer } from "./no-answer.ts";
import { readRetryAfter } from "./retry-after.ts";

/** What came back of one POST. Neither holds the address, nor what was sent. */
export type PostOutcome =
  | { kind: "answered"; status: number; retryAfterSeconds: number | null }
  /** Nobody knows whether it arrived. */
  | { kind: "no_answer"; reason: string };

export interface PostOptions {
  fetch?: typeof fetch;
  now?: () => Date;
  /** For the whole exchange, the body of the answer included. */
  timeoutMs?: number;
  headers?: Record<string, string>;
}

/** Posts JSON once (text as it is: a signature is over its very bytes), within a time limit, following no redirect. The answer's body is read and thrown away. */
export async function postJson(
  url: string,
  body: object | string,
  { fetch: callFetch = fetch, now = () => new Date(), timeoutMs = 10_000, headers = {} }: PostOptions = {},
): Promise<PostOutcome> {
  try {
    const response = await callFetch(url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    // The status says all: a body that never ends must not hold us, nor one that breaks off make it unsaid.
    await response.body?.cancel().catch(() => undefined);
    return {
      kind: "answered",
      status: response.status,
      retryAfterSeconds: readRetryAfter(response.headers.get("retry-after"), now()),
    };
  } catch (error) {
    return { kind: "no_answer", reason: reasonOfNoAnswer(error) };
  }
}
