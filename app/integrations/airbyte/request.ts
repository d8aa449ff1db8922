import PQueue from "p-queue";
import { reasonOfNoAnswer } from "#app/platform/http/no-answer.ts";
import { readRetryAfter } from "#app/platform/http/retry-after.ts";
import { AirbyteError, judgeRefusal, readProblem, withoutSecrets } from "./errors.ts";
import { Token } from "./schemas.ts";
import { createTokenCache } from "./token.ts";

export interface AirbyteOptions {
  /** An API's root: the public one's, e.g. `https://api.airbyte.com/v1`, or the Config API's. */
  apiUrl: string;
  clientId: string;
  clientSecret: string;
  fetch?: typeof fetch;
  now?: () => Date;
  random?: () => number;
  timeoutMs?: number;
  requestsPerSecond?: number;
}

export interface AirbyteRequest {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  /** What is in the body and must not come back out of an error. */
  secrets?: readonly string[];
  /** For what takes Airbyte longer than the rest. */
  timeoutMs?: number;
}

/**
 * Sends one request at a time through everything Airbyte needs of a caller: its token, our own throttle, a time limit,
 * and a judgement of what comes back. Answers parsed JSON; null where there is none to give (204).
 * @throws AirbyteError
 */
export type Send = (request: AirbyteRequest) => Promise<unknown>;

export function createSend(options: AirbyteOptions): Send {
  const {
    clientId,
    clientSecret,
    now = () => new Date(),
    random = Math.random,
    timeoutMs = 10_000,
    requestsPerSecond = 5,
  } = options;
  const callFetch = options.fetch ?? fetch;
  const base = new URL(options.apiUrl);
  // fetch refuses an address with credentials, and its complaint would quote them.
  base.username = "";
  base.password = "";
  const queue = new PQueue({ concurrency: 2, interval: 1000, intervalCap: requestsPerSecond });
  let throttledUntilMs = 0;
  const tokens = createTokenCache(fetchToken, now);

  function addressOf({ path, query }: AirbyteRequest): URL {
    const address = new URL(base);
    address.pathname = `${base.pathname.replace(/\/+$/, "")}${path}`;
    for (const [name, value] of Object.entries(query ?? {})) address.searchParams.set(name, value);
    return address;
  }

  /** One HTTP exchange, nothing repeated. */
  async function exchange(request: AirbyteRequest, token: string | null): Promise<unknown> {
    const waitMs = throttledUntilMs - now().getTime();
    if (waitMs > 0)
      throw new AirbyteError(
        "throttled",
        { afterSeconds: Math.ceil(waitMs / 1000) },
        429,
        "Airbyte throttles us; not asked again yet.",
      );
    const secrets = [clientSecret, clientId, token ?? "", ...(request.secrets ?? [])];
    let status: number;
    let headers: Headers;
    let text: string;
    try {
      const response = await callFetch(addressOf(request), {
        method: request.method ?? "GET",
        redirect: "manual",
        signal: AbortSignal.timeout(request.timeoutMs ?? timeoutMs),
        headers: {
          accept: "application/json",
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(request.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      ({ status, headers } = response);
      text = await response.text();
    } catch (error) {
      throw new AirbyteError(
        "unreachable",
        "backoff",
        null,
        `Airbyte did not answer (${reasonOfNoAnswer(error)}).`,
      );
    }
    if (status < 200 || status >= 300) {
      const judged = judgeRefusal(
        status,
        readRetryAfter(headers.get("retry-after"), now()),
        60 + Math.floor(random() * 30),
      );
      if (judged.kind === "throttled" && typeof judged.retry === "object")
        throttledUntilMs = now().getTime() + judged.retry.afterSeconds * 1000;
      const problem = readProblem(text);
      throw new AirbyteError(
        judged.kind,
        judged.retry,
        status,
        withoutSecrets(`Airbyte answered ${status}${problem ? `: ${problem}` : ""}`, secrets),
      );
    }
    if (status === 204 || (request.method === "DELETE" && text === "")) return null;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new AirbyteError("unreachable", "backoff", status, "Airbyte's answer was not JSON.");
    }
  }

  async function fetchToken() {
    const body = { client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" };
    const parsed = Token.safeParse(
      await exchange({ method: "POST", path: "/applications/token", body }, null),
    );
    if (!parsed.success)
      throw new AirbyteError("unreachable", "backoff", 200, "Airbyte's token answer could not be read.");
    return { token: parsed.data.access_token, lifeSeconds: parsed.data.expires_in };
  }

  return (request) =>
    queue.add(async () => {
      const token = await tokens.get();
      try {
        return await exchange(request, token);
      } catch (error) {
        if (!(error instanceof AirbyteError) || error.status !== 401) throw error;
        tokens.drop(token);
        return exchange(request, await tokens.get());
      }
    });
}
