import type { Severity } from "../severity.ts";

/** Limits in whole minutes; late only strictly after each. */
export interface Sla {
  warningMinutes: number;
  highMinutes: number;
  criticalMinutes: number;
}

/** A source's limits, or staff's override of the first: high is twice, critical four times the warning. */
export const slaFromWarning = (warningMinutes: number): Sla => ({
  warningMinutes,
  highMinutes: 2 * warningMinutes,
  criticalMinutes: 4 * warningMinutes,
});

/** A first import may run this long before "never synced" starts to count against it. */
export const FIRST_IMPORT_GRACE_HOURS = 72;

export type Freshness =
  | { state: "fresh"; ageMinutes: number }
  | { state: "late"; severity: Severity; ageMinutes: number }
  | { state: "never_synced"; severity: Severity | null; waitingMinutes: number }
  | { state: "first_import_running"; waitingMinutes: number };

export interface FreshnessFacts {
  /** End of the last successful, complete sync; null when there was none. */
  lastSucceededAt: Date | null;
  /** When the connector was added. */
  addedAt: Date;
  /** Start of the first run ever reported. */
  firstRunStartedAt: Date | null;
  /** Start of a run that has not ended. */
  runningSince: Date | null;
  sla: Sla;
  /** The moment to judge for: now, or the last moment we could see the engine. */
  asOf: Date;
}

/** Whole minutes between two instants, floored, never below zero. */
export const minutesBetween = (from: Date, to: Date): number =>
  Math.max(0, Math.floor((to.getTime() - from.getTime()) / 60_000));

/** Strictly above a limit is late; exactly at it is still the lower grade. */
export function severityOfAge(ageMinutes: number, sla: Sla): Severity | null {
  if (ageMinutes > sla.criticalMinutes) return "critical";
  if (ageMinutes > sla.highMinutes) return "high";
  if (ageMinutes > sla.warningMinutes) return "warning";
  return null;
}

/** The pipeline clock: how long ago the last successful sync ended, against the source's limits. */
export function evaluateFreshness(facts: FreshnessFacts): Freshness {
  if (facts.lastSucceededAt) {
    const ageMinutes = minutesBetween(facts.lastSucceededAt, facts.asOf);
    const severity = severityOfAge(ageMinutes, facts.sla);
    return severity ? { state: "late", severity, ageMinutes } : { state: "fresh", ageMinutes };
  }
  const waitingMinutes = minutesBetween(facts.addedAt, facts.asOf);
  const importMinutes = facts.firstRunStartedAt ? minutesBetween(facts.firstRunStartedAt, facts.asOf) : 0;
  if (facts.runningSince && importMinutes <= FIRST_IMPORT_GRACE_HOURS * 60)
    return { state: "first_import_running", waitingMinutes };
  return { state: "never_synced", severity: severityOfAge(waitingMinutes, facts.sla), waitingMinutes };
}
