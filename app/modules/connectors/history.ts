import { type Severity, severityRank, worstSeverity } from "../severity.ts";
import { dayOf, daysEnding } from "../shops/shop-days.ts";
import type { HistoryDay } from "./connector.ts";

export interface DayOfRuns {
  day: string;
  runs: number;
  failedRuns: number;
  rowsSynced: number | null;
}

/** When an incident was open; `to` is null while it is. */
export interface IncidentSpan {
  severity: Severity;
  from: Date;
  to: Date | null;
}

/**
 * The last `count` shop days, oldest first: the worst incident of the day, else what its syncs did. Today is pending until
 * its first sync has ended: it is not over.
 */
export function drawHistory(facts: {
  now: Date;
  timeZone: string;
  count: number;
  addedAt: Date;
  runs: readonly DayOfRuns[];
  incidents: readonly IncidentSpan[];
}): HistoryDay[] {
  const today = dayOf(facts.now, facts.timeZone);
  const byDay = new Map(facts.runs.map((day) => [day.day, day]));
  const firstRun = facts.runs.reduce<string | null>(
    (first, day) => (first === null || day.day < first ? day.day : first),
    null,
  );
  const added = dayOf(facts.addedAt, facts.timeZone);
  const start = firstRun !== null && firstRun < added ? firstRun : added;
  const spans = facts.incidents.map((span) => ({
    severity: span.severity,
    from: dayOf(span.from, facts.timeZone),
    to: span.to ? dayOf(span.to, facts.timeZone) : today,
  }));
  return daysEnding(today, facts.count).map((day) => {
    const { runs = 0, failedRuns = 0, rowsSynced = null } = byDay.get(day) ?? {};
    const worst = worstSeverity(
      spans.filter((span) => span.from <= day && day <= span.to).map((span) => span.severity),
    );
    const state =
      day < start
        ? "before_start"
        : severityRank(worst) > 0
          ? worst!
          : runs === 0
            ? day === today
              ? "pending"
              : "no_sync"
            : failedRuns === runs
              ? "failed"
              : "synced";
    return { day, state, runs, failedRuns, rowsSynced };
  });
}
