import { describe, expect, it } from "vitest";
import type { FailureReason } from "../connectors/connector.ts";
import { failureReasonFrom, keptErrorMessage } from "./failure-words.ts";

const said: Record<Exclude<FailureReason, "connection_disabled">, string[]> = {
  rate_limited: [
    "429 Client Error: Too Many Requests for url: https://a.klaviyo.com/api/events",
    "HTTP 429",
    'Request failed with status code 429: {"detail":"slow down"}',
    "(#17) User request limit reached",
    "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'",
    "The user has exceeded their daily limit. Reason: userRateLimitExceeded, 403 Forbidden",
    "ThrottlingException: request was throttled",
    "RESOURCE_EXHAUSTED: try later",
    "Rate limits hit",
  ],
  timed_out: [
    "The read operation timed out",
    "canceling statement due to statement timeout",
    "504 Server Error: Gateway Time-out for url: https://graph.facebook.com",
    "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='x'): Read timed out. (read timeout=60)",
    "context deadline exceeded",
    "connect ETIMEDOUT 10.0.0.1:443",
    "java.util.concurrent.TimeoutException",
    "Timeout expired while the access token has expired",
  ],
  source_unavailable: [
    "503 Server Error: Service Unavailable for url: https://googleads.googleapis.com",
    "HTTP status 502",
    "Internal Server Error",
    "Source is temporarily unavailable",
    "getaddrinfo ENOTFOUND: could not reach the API",
    "Connection refused by https://api.recharge.example",
  ],
  destination_unavailable: [
    "FATAL: the database system is starting up",
    "sorry, too many clients already",
    "Could not write to the destination: connection refused",
    'connection to server at "10.0.0.2", port 5432 failed: Connection refused. Is the server running? (psycopg2)',
    "The warehouse answered 503 Service Unavailable",
  ],
  credentials: [
    "401 Client Error: Unauthorized for url: https://a.klaviyo.com/api/events",
    "status code: 401",
    'invalid_grant: "Token has been expired or revoked."',
    "Error validating access token: The session has been invalidated because the user changed their password",
    "Invalid OAuth 2.0 Access Token",
    "Invalid OAuth access token signature",
    "The access token provided has expired",
    "API key not valid. Please pass a valid API key.",
    "Incorrect username or password was specified",
    'FATAL: password authentication failed for user "loader"',
    "Access denied for user 'loader'@'10.0.0.1' (using password: YES)",
    "Please re-authenticate the source",
  ],
  permission: [
    "403 Client Error: Forbidden for url: https://graph.facebook.com",
    "ERROR: permission denied for table orders",
    "Request had insufficient authentication scopes",
    "(#200) Requires ads_management permission",
    "This action requires merchant approval for read_orders scope.",
    "The caller does not have permission",
    "User is not authorized to perform this action",
    "AccessDeniedException",
  ],
  schema_changed: [
    "The schema has changed since the last sync",
    "Breaking schema change detected",
    'column "total_price" of relation "orders" does not exist',
    'column "total_price" does not exist',
    "no such column: total_price",
  ],
  unknown: [
    "",
    "Something went wrong in the connector. See the logs for more details.",
    "Checking source connection failed - please review this connection's configuration",
    "Killed: exit code 137",
    "401 rows were skipped",
    "Loaded 503 of 900 files, then stopped",
    "Division by zero in page 429",
    "The pagination token has expired",
    "Could not extend file: disk quota exceeded",
    "connection refused",
    "Nobody is answering: connection reset between source and destination",
    "Table or view not found: wrong_table_name; line 1 pos 14",
    "corporate limits were missing",
    "Passwords are not shown here",
    "invalid date in row 7",
  ],
};

describe.each(Object.entries(said))("%s", (reason, texts) => {
  it.each(texts.map((text) => [text]))("%s", (text) => {
    expect(failureReasonFrom(text)).toBe(reason);
    expect(failureReasonFrom(`[config_error] ${text}\n    at run (job.py:12)`)).toBe(reason);
  });
});

it("judges a text of any size at once", () => {
  for (const part of [
    "access token ",
    "requires a ",
    "lacks a b ",
    "the ".repeat(9),
    "access denied for user ",
    "\ud800",
  ])
    expect(failureReasonFrom(part.repeat(200_000))).toBeTypeOf("string");
}, 1_000);

it("keeps of a text what can be stored: 2,000 characters, no zero byte, no half character", () => {
  expect(keptErrorMessage("x".repeat(3_000))).toHaveLength(2_000);
  expect(keptErrorMessage("a\0b")).toBe("ab");
  expect(keptErrorMessage(`${"x".repeat(1_999)}😀`)?.isWellFormed()).toBe(true);
  expect(keptErrorMessage("\0")).toBeNull();
});
