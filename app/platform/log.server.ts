import { type DestinationStream, type Logger, pino } from "pino";
import { currentRequestId } from "./request-context.server.ts";

/** Fields whose value never reaches the output, however deep they lie. */
const secretField =
  /^(authorization|proxy-authorization|cookie|set-cookie|password|.*secret|(id|access|refresh|session)_?token|(api|routing|encryption|private)_?key|code_?verifier|webhook_?url)$/i;
const deepest = 6;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" &&
  value !== null &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

function withoutSecretFields(value: unknown, depth = 0): unknown {
  if (Array.isArray(value))
    return depth < deepest ? value.map((each) => withoutSecretFields(each, depth + 1)) : "[…]";
  if (!isPlain(value)) return value;
  if (depth >= deepest) return "[…]";
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretField.test(name) && inner != null ? "[redacted]" : withoutSecretFields(inner, depth + 1),
    ]),
  );
}

/**
 * JSON logs, one object a line, with the id of the request that a line is for. Tokens and secrets never reach the
 * output: by field name, and whatever looks like one by `withoutTokens`, which every finished line passes.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: {},
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const requestId = currentRequestId();
        return requestId ? { requestId } : {};
      },
      formatters: { log: (fields) => withoutSecretFields(fields) as Record<string, unknown> },
      serializers: { err: describeError },
      hooks: { streamWrite: withoutTokens },
    },
    // What is asked for as JSON stands alone on standard output.
    destination ?? pino.destination(process.argv.includes("--json") ? 2 : 1),
  );
}

export const log = createLog(process.env.LOG_LEVEL ?? (process.env.NODE_ENV === "test" ? "silent" : "info"));

// None of these reaches over a quote or a backslash: what they leave of a line is JSON still.
const secretParameters =
  /([?&](?:id_token|session|hmac|access_token|refresh_token|client_secret|code|code_verifier|state|nonce)=)[^&#\s"'\\]*/gi;
const bearer = /(bearer\s+|eyJ)[A-Za-z0-9._~+/=-]{8,}/gi;
/** Keys and tokens that say by their first letters what they are: ours, Standard Webhooks', Shopify's. */
const prefixed = /\b(shk|whsec|shpat|shpca|shpua|shpss|shprt)_[A-Za-z0-9_+/=-]{6,}/g;

/** A URL, message or line as it may be logged: `id_token` and its like are blanked. */
export function withoutTokens(text: string): string {
  return text
    .replaceAll(secretParameters, "$1[redacted]")
    .replaceAll(bearer, "[redacted]")
    .replaceAll(prefixed, "[redacted]")
    .replaceAll(/(\/webhooks\/airbyte\/)[^/\s?"\\]+/g, "$1[redacted]")
    .replaceAll(/(hooks\.slack(?:-gov)?\.com\/)[^\s"'\\]+/g, "$1[redacted]")
    .replaceAll(/(postgres(?:ql)?:\/\/[^:@/\s"\\]+:)[^@\s"\\]+@/g, "$1[redacted]@");
}

function describeError(error: unknown): object {
  if (error instanceof Response) return { type: "Response", status: error.status };
  if (!(error instanceof Error)) return { message: withoutTokens(String(error)) };
  return { type: error.name, message: withoutTokens(error.message), stack: withoutTokens(error.stack ?? "") };
}
