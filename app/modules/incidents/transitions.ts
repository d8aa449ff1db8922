import { type Severity, severityRank } from "../severity.ts";
import type { IncidentStatus, Resolution } from "./incident.ts";

/** A recurrence within this time is the same incident. */
export const REOPEN_WITHIN_HOURS = 24;
/** Nothing is put aside for longer: what is forgotten comes back. */
export const LONGEST_SNOOZE_DAYS = 30;

/** What is known of the latest incident of one connector and check. */
export interface KnownIncident {
  id: string;
  status: IncidentStatus;
  severity: Severity;
  resolvedAt: Date | null;
  /** How it ended; null while it is open. */
  resolution: Resolution | null;
}

/** What a check says now. */
export interface Verdict {
  /** Null: it passes. */
  severity: Severity | null;
  /** It failed the last time too: nothing new has happened since. */
  wasFailing: boolean;
}

/** What has to be written, and so what may be told. */
export type Transition =
  | { kind: "open"; severity: Severity }
  | { kind: "reopen"; incidentId: string; severity: Severity }
  | { kind: "escalate"; incidentId: string; severity: Severity }
  | { kind: "auto_resolve"; incidentId: string }
  | { kind: "none" };

/**
 * From the latest incident and the current verdict to the next step. An open incident's severity only rises; a passing
 * verdict resolves it; a failing one within 24 hours of the end reopens it. What a person has called no problem stays
 * closed while the same failure merely goes on: only worse, or again after it had passed, is news.
 */
export function decideTransition(
  latest: KnownIncident | null,
  { severity, wasFailing }: Verdict,
  now: Date,
): Transition {
  const isOpen = latest !== null && latest.status !== "resolved";
  if (severity === null) return isOpen ? { kind: "auto_resolve", incidentId: latest.id } : { kind: "none" };
  if (isOpen) {
    return severityRank(severity) > severityRank(latest.severity)
      ? { kind: "escalate", incidentId: latest.id, severity }
      : { kind: "none" };
  }
  const isNoProblem =
    latest?.resolution === "expected" ||
    latest?.resolution === "false_alarm" ||
    latest?.resolution === "other";
  if (isNoProblem && wasFailing && severityRank(severity) <= severityRank(latest.severity))
    return { kind: "none" };
  const isRecent =
    latest?.resolvedAt != null &&
    now.getTime() - latest.resolvedAt.getTime() <= REOPEN_WITHIN_HOURS * 3_600_000;
  return isRecent ? { kind: "reopen", incidentId: latest.id, severity } : { kind: "open", severity };
}

/** What a person, or the end of a snooze, does to an incident. */
export type IncidentAction =
  | { kind: "acknowledge"; byStaff: boolean }
  | { kind: "snooze"; until: Date }
  | { kind: "end_snooze" }
  | { kind: "resolve"; reason: Exclude<Resolution, "auto">; comment: string };

export interface ActedIncident {
  status: IncidentStatus;
  isStaffAcknowledged: boolean;
  snoozedUntil: Date | null;
}

export type ActionOutcome =
  | { outcome: "done" }
  /** It is so already: the same answer, nothing is written. */
  | { outcome: "unchanged" }
  | { outcome: "refused"; code: "conflict" | "invalid"; why: string };

/** Whether an action can be done to an incident as it stands; every refusal says what to do instead. */
export function decideAction(incident: ActedIncident, action: IncidentAction, now: Date): ActionOutcome {
  if (incident.status === "resolved") {
    if (action.kind === "end_snooze") return { outcome: "unchanged" };
    const undone = { acknowledge: "acknowledge", snooze: "snooze", resolve: "resolve" }[action.kind];
    return {
      outcome: "refused",
      code: "conflict",
      why: `This incident is already resolved; there is nothing to ${undone}.`,
    };
  }
  switch (action.kind) {
    case "acknowledge": {
      // A merchant's is the merchant's own: staff's still has to be said after it.
      const isSeen = action.byStaff ? incident.isStaffAcknowledged : incident.status === "acknowledged";
      return { outcome: isSeen ? "unchanged" : "done" };
    }
    case "snooze": {
      const longest = now.getTime() + LONGEST_SNOOZE_DAYS * 86_400_000;
      if (action.until <= now || action.until.getTime() > longest)
        return {
          outcome: "refused",
          code: "invalid",
          why: `A snooze has to end in the future, at most ${LONGEST_SNOOZE_DAYS} days from now; ${action.until.toISOString()} does not.`,
        };
      return { outcome: incident.snoozedUntil?.getTime() === action.until.getTime() ? "unchanged" : "done" };
    }
    case "end_snooze":
      return { outcome: incident.snoozedUntil === null ? "unchanged" : "done" };
    case "resolve":
      if (action.reason === "other" && action.comment.trim() === "")
        return {
          outcome: "refused",
          code: "invalid",
          why: "Resolving for another reason needs a comment that says which.",
        };
      return { outcome: "done" };
  }
}
