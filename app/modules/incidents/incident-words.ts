import type { Severity } from "../severity.ts";

/** "3 hours", "2 days": the largest unit that reads well. */
export function describeMinutes(minutes: number): string {
  if (minutes < 120) return `${minutes} minute${minutes === 1 ? "" : "s"}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} hours`;
  return `${Math.floor(hours / 24)} days`;
}

/** Title and detail of an incident, in a merchant's words. */
export function describeIncident(facts: {
  check: string;
  label: string;
  severity: Severity;
  outcome: string;
  ageMinutes: number | null;
  slaMinutes: number;
  failureReason: string | null;
  failuresInARow: number;
}): { title: string; detail: string } {
  if (facts.check === "sync_failed") {
    return {
      title: `${facts.label} cannot sync`,
      detail: describeFailure(facts.label, facts.failureReason, facts.failuresInARow),
    };
  }
  const age = facts.ageMinutes === null ? "" : describeMinutes(facts.ageMinutes);
  if (facts.outcome === "never_synced") {
    return {
      title: `${facts.label} has never synced`,
      detail: `Never synced. It was added ${age} ago and should have brought data within ${describeMinutes(facts.slaMinutes)}.`,
    };
  }
  return {
    title: `${facts.label} is late`,
    detail: `The last successful sync ended ${age} ago; it should be at most ${describeMinutes(facts.slaMinutes)}.`,
  };
}

/** Why syncs fail and what to do, in a merchant's words. */
export function describeFailure(label: string, reason: string | null, failuresInARow: number): string {
  switch (reason) {
    case "credentials":
      return `${label} no longer accepts our sign-in. Reconnect ${label} to resume syncing.`;
    case "permission":
      return `${label} refuses access to some of the data. Check the permissions you gave and reconnect.`;
    case "connection_disabled":
      return `The connection to ${label} is switched off. Switch it on again to resume syncing.`;
    default:
      return `The last ${failuresInARow} syncs of ${label} failed. We keep trying; nothing is lost.`;
  }
}
