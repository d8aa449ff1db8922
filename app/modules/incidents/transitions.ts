import { type Severity, severityRank } from "../severity.ts";
import type { IncidentStatus } from "./incident.ts";

/** A recurrence within this time is the same incident. */
export const REOPEN_WITHIN_HOURS = 24;

/** What is known of the latest incident of one connector and check. */
export interface KnownIncident {
  id: string;
  status: IncidentStatus;
  severity: Severity;
  resolvedAt: Date | null;
}

/** What has to be written, and so what may be told. */
export type Transition =
  | { kind: "open"; severity: Severity }
  | { kind: "reopen"; incidentId: string; severity: Severity }
  | { kind: "escalate"; incidentId: string; severity: Severity }
  | { kind: "auto_resolve"; incidentId: string }
  | { kind: "none" };

/**
 * From the latest incident and the current verdict (null: passing) to the next step. An open incident's severity only
 * rises; a passing verdict resolves it; a failing one within 24 hours of the end reopens it.
 */
export function decideTransition(
  latest: KnownIncident | null,
  severity: Severity | null,
  now: Date,
): Transition {
  const isOpen = latest !== null && latest.status !== "resolved";
  if (severity === null) return isOpen ? { kind: "auto_resolve", incidentId: latest.id } : { kind: "none" };
  if (isOpen) {
    return severityRank(severity) > severityRank(latest.severity)
      ? { kind: "escalate", incidentId: latest.id, severity }
      : { kind: "none" };
  }
  const isRecent =
    latest?.resolvedAt != null &&
    now.getTime() - latest.resolvedAt.getTime() <= REOPEN_WITHIN_HOURS * 3_600_000;
  return isRecent ? { kind: "reopen", incidentId: latest.id, severity } : { kind: "open", severity };
}
