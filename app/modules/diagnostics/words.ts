import type { FailureReason } from "../connectors/connector.ts";
import { minutesBetween } from "../freshness/freshness.ts";
import { describeMinutes } from "../incidents/incident-words.ts";

/** "3 hours ago", "just now" */
export function ago(at: Date, now: Date): string {
  const minutes = minutesBetween(at, now);
  return minutes < 1 ? "just now" : `${describeMinutes(minutes)} ago`;
}

/** Why runs failed, for staff. */
export const failureWords: Record<FailureReason, string> = {
  credentials: "the sign-in is no longer accepted",
  permission: "access to some of the data is refused",
  connection_disabled: "the connection is switched off",
  rate_limited: "the source asks us to slow down",
  source_unavailable: "the source does not answer",
  destination_unavailable: "the warehouse does not answer",
  schema_changed: "the source changed how its records look",
  timed_out: "it took too long",
  unknown: "the engine gives no reason",
};

/** "2 × the sign-in is no longer accepted, 1 × it took too long", the most first. */
export const countFailures = (failures: Partial<Record<FailureReason, number>>): string =>
  Object.entries(failures)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count} × ${failureWords[reason as FailureReason] ?? reason}`)
    .join(", ");
