import { pino } from "pino";

/** JSON logs. Tokens and secrets never reach the output: by field name here, in URLs by `withoutTokens`. */
export const log = pino({
  level: process.env.LOG_LEVEL ?? (process.env.NODE_ENV === "test" ? "silent" : "info"),
  base: {},
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: {
    paths: [
      "*.accessToken",
      "*.refreshToken",
      "*.authorization",
      "*.client_secret",
      "*.routing_key",
      "*.signingSecret",
      "*.password",
      "authorization",
      "accessToken",
    ],
    censor: "[redacted]",
  },
  serializers: { err: (error: unknown) => describeError(error) },
});

const secretParameters = /([?&](?:id_token|session|hmac|access_token|code|state)=)[^&#\s"']*/gi;
const bearer = /(bearer\s+|eyJ)[A-Za-z0-9._~+/=-]{8,}/gi;

/** A URL or message as it may be logged: `id_token` and its like are blanked. */
export function withoutTokens(text: string): string {
  return text
    .replaceAll(secretParameters, "$1[redacted]")
    .replaceAll(bearer, "[redacted]")
    .replaceAll(/(\/webhooks\/airbyte\/)[^/\s?]+/g, "$1[redacted]")
    .replaceAll(/(postgres(?:ql)?:\/\/[^:@/\s]+:)[^@\s]+@/g, "$1[redacted]@");
}

function describeError(error: unknown): object {
  if (error instanceof Response) return { type: "Response", status: error.status };
  if (!(error instanceof Error)) return { message: withoutTokens(String(error)) };
  return { type: error.name, message: withoutTokens(error.message), stack: withoutTokens(error.stack ?? "") };
}
