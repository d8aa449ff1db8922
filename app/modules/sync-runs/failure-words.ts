import type { FailureReason } from "../connectors/connector.ts";

const MAX_KEPT_LENGTH = 2_000;
/** What failed is told at the start; what follows is a stack trace. */
const MAX_READ_LENGTH = 4_000;

/** An HTTP status by its number where the text says that it is one, or beside its own phrase. */
const status = (code: number, phrase: string) =>
  new RegExp(
    String.raw`\b(?:HTTP(?:/[\d.]+)?|status(?: ?code)?|response code|error code)\W{0,3}${code}\b|\b${code} (?:client error|server error|${phrase})`,
    "i",
  );

const rateLimited = [
  status(429, "too many requests"),
  /\btoo many requests\b/i,
  /\brate[-_ ]?limit/i,
  /RateLimit/,
  /\bthrottl(?:ed|ing)\b/i,
  /\brequest limit reached\b/i,
  /(?<!disk |storage )\bquota (?:was |is |has been )?exceeded\b/i,
  /\bexceeded (?:your |the |its )?(?:\w+ )?(?<!disk |storage )quota\b/i,
  /\bRESOURCE_EXHAUSTED\b/,
];

const timedOut = [
  status(408, "request time-?out"),
  status(504, "gateway time-?out"),
  /\btimed[- ]out\b/i,
  /\btime-?out (?:was |is |has been )?(?:exceeded|expired|reached|elapsed|error)\b/i,
  /\b(?:read|write|connect|connection|request|response|socket|gateway|statement|query|lock|heartbeat) time-?out\b/i,
  /\bdeadline exceeded\b|\bDEADLINE_EXCEEDED\b|\bE(?:SOCKET)?TIMEDOUT\b/i,
  /Timeout(?:Error|Exception|Expired)\b/,
];

/** Words of an outage that do not say whose. */
const outage = [
  /\bconnection (?:was )?(?:refused|reset)\b/i,
  /\bE(?:CONNREFUSED|CONNRESET|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)\b/,
  /\bno route to host\b|\bname or service not known\b|\bname resolution\b|\bcould not resolve host\b/i,
  /\b(?:temporarily|currently) (?:unavailable|unreachable|down)\b|\bdown for maintenance\b/i,
];
/** An outage in the words of HTTP, which every source speaks. */
const httpOutage = [
  status(500, "internal server error"),
  status(502, "bad gateway"),
  status(503, "service unavailable"),
  /\binternal server error\b|\bbad gateway\b|\bservice (?:is )?(?:temporarily |currently )?unavailable\b/i,
];
/** An outage in Postgres' own words: the warehouse is one, no source is. */
const postgresOutage = [
  /\bdatabase system is (?:starting up|shutting down|in recovery mode)\b/i,
  /\btoo many clients already\b|\bremaining connection slots are reserved\b/i,
  /\bterminating connection due to administrator command\b|\bserver closed the connection unexpectedly\b/i,
];
const namesDestination = /\bdestination\b|\bwarehouse\b|\bdatabase\b|\bpostgres(?:ql)?\b|\bpsycopg/i;
const namesSource = /\bsource\b|\bAPI\b|\bhttps?:\/\//i;

const credentials = [
  status(401, "unauthori[sz]ed"),
  /\binvalid_(?:grant|client|token)\b/i,
  /\b(?:invalid|incorrect|wrong|expired|revoked) (?:oauth (?:[\d.]+ )?)?(?:api[-_ ]?key|(?:access|refresh|auth|api|bearer)[-_ ]?token|credentials?|client secret|password|username or password|login)\b/i,
  /\b(?:api[-_ ]?key|(?:access|refresh|auth|api|bearer|oauth)[-_ ]?token|credentials|password)(?: provided| supplied| used)? (?:has |have |is |are |was |were )?(?:been )?(?:expired|revoked|invalid|invalidated|incorrect|rejected|not valid|no longer valid)\b/i,
  /\btoken has been (?:expired or )?revoked\b/i,
  /\berror validating access token\b/i,
  /\bpassword authentication failed\b|\bauthentication (?:has )?failed\b|\bfailed to authenticate\b/i,
  /\baccess denied for user\b.{0,200}\busing password\b/i,
  /\bre-?authenticate\b|\bre-?authori[sz]e\b/i,
];

const permission = [
  status(403, "forbidden"),
  /\bpermission denied\b|\bPERMISSION_DENIED\b|\bAccessDenied(?:Exception)?\b|\baccess (?:is |was )?denied\b/i,
  /\b(?:insufficient|missing|lacks?|lacking) (?:\S+ ){0,3}(?:permissions?|privileges?|scopes?)\b/i,
  /\b(?:does|do) not have (?:\S+ ){0,3}(?:permissions?|privileges?|access)\b/i,
  /\brequires (?:\S+ ){0,5}(?:permissions?|scopes?)\b/i,
  /\bnot (?:authori[sz]ed|permitted|allowed) to (?:access|perform|query|read|use|view)\b/i,
];

const schemaChanged = [
  /\bschema (?:has |was )?(?:been )?changed\b|\bschema (?:changes?|mismatch|drift)\b/i,
  /\bcolumn \S+ (?:of relation \S+ )?does not exist\b/i,
  /\b(?:unknown|no such|missing) column\b/i,
];

const saysAny = (text: string, patterns: readonly RegExp[]) => patterns.some((each) => each.test(text));

/** Whose outage it is; null when there is none, or when the text leaves it open. */
function outageIn(text: string): "source_unavailable" | "destination_unavailable" | null {
  if (saysAny(text, postgresOutage)) return "destination_unavailable";
  const isHttp = saysAny(text, httpOutage);
  if (!isHttp && !saysAny(text, outage)) return null;
  const isDestination = namesDestination.test(text);
  const isSource = namesSource.test(text);
  if (isDestination === isSource) return isHttp && !isDestination ? "source_unavailable" : null;
  return isDestination ? "destination_unavailable" : "source_unavailable";
}

/**
 * Why a run failed, as far as its error text makes it certain; `unknown` for all else. What passes by itself is looked
 * for first: a text that speaks of a timeout and of a login does not prove that somebody has to log in.
 */
export function failureReasonFrom(text: string): FailureReason {
  const read = text.slice(0, MAX_READ_LENGTH);
  if (saysAny(read, rateLimited)) return "rate_limited";
  if (saysAny(read, timedOut)) return "timed_out";
  const outageOf = outageIn(read);
  if (outageOf) return outageOf;
  if (saysAny(read, credentials)) return "credentials";
  if (saysAny(read, permission)) return "permission";
  if (saysAny(read, schemaChanged)) return "schema_changed";
  return "unknown";
}

/** Of an error text what is kept and can be stored: 2,000 characters, no zero byte, no half character; null if empty. */
export function keptErrorMessage(text: string): string | null {
  return text.replaceAll("\0", "").slice(0, MAX_KEPT_LENGTH).toWellFormed() || null;
}
