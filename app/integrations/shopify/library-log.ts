import { LogSeverity } from "@shopify/shopify-api";
import { log, withoutTokens } from "../../platform/log.server.ts";

/** Shopify's library speaks through our log; its messages may quote tokens. */
function logLibrary(severity: LogSeverity, message: string): void {
  const text = withoutTokens(message);
  if (severity === LogSeverity.Error) log.error(text);
  else if (severity === LogSeverity.Warning) log.warn(text);
  else log.debug(text);
}

export const libraryLogger = {
  level: LogSeverity.Info,
  httpRequests: false,
  timestamps: false,
  log: logLibrary,
};
