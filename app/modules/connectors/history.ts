import { nameDay } from "../checks/data-words.ts";
import { type Severity, severityRank, worstSeverity } from "../severity.ts";
import { dayOf, daysEnding } from "../shops/shop-days.ts";
import type { HistoryDay } from "./connector.ts";

export interface DayOfRuns {
  day: string;
  runs: number;
  failedRuns: number;
  rowsSynced: number | null;
}

/** An incident on the days it is about. */
export type IncidentSpan = { check: string; severity: Severity; title: string; isOver: boolean } & (
  | {
      /** Of late and failed syncs: the time it was open; `to` is null while it is. */
      kind: "time";
      from: Date;
      to: Date | null;
    }
  | {
      /** Of the data: the days that are wrong, whenever that was found. */
      kind: "days";
      from: string;
      to: string;
      detail: string;
    }
);

/** What was wrong on a day. */
export interface DayNote {
  severity: Severity;
  /** "61 orders, usually 88–144 on a Thursday." */
  words: string;
  /** Rows of the day are missing. */
  isGap: boolean;
  isOver: boolean;
}

interface HistoryFacts {
  now: Date;
  timeZone: string;
  count: number;
  addedAt: Date;
  runs: readonly DayOfRuns[];
  incidents: readonly IncidentSpan[];
}

/** Checks that fail where rows are not there. */
const gapChecks: ReadonlySet<string> = new Set([
  "missing_days",
  "row_count_drop",
  "zero_orders",
  "silent_hours",
  "empty_table",
]);

/**
 * The last `count` shop days, oldest first: the worst incident of the day, else what its syncs did. Today is pending until
 * its first sync has ended: it is not over.
 */
export function drawHistory(facts: HistoryFacts): HistoryDay[] {
  const today = dayOf(facts.now, facts.timeZone);
  const byDay = new Map(facts.runs.map((day) => [day.day, day]));
  const firstRun = facts.runs.reduce<string | null>(
    (first, day) => (first === null || day.day < first ? day.day : first),
    null,
  );
  const added = dayOf(facts.addedAt, facts.timeZone);
  const start = firstRun !== null && firstRun < added ? firstRun : added;
  const spans = inDays(facts);
  return daysEnding(today, facts.count).map((day) => {
    const { runs = 0, failedRuns = 0, rowsSynced = null } = byDay.get(day) ?? {};
    const worst = worstSeverity(spans.filter(covers(day)).map((span) => span.severity));
    const state =
      severityRank(worst) > 0
        ? worst!
        : day < start
          ? "before_start"
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

/** What was wrong on each of the last `count` shop days, worst first; days without a problem are left out. */
export function noteDays(
  facts: Pick<HistoryFacts, "now" | "timeZone" | "count" | "incidents">,
): Record<string, DayNote[]> {
  const spans = inDays(facts);
  return Object.fromEntries(
    daysEnding(dayOf(facts.now, facts.timeZone), facts.count).flatMap((day) => {
      const notes = spans
        .filter(covers(day))
        .sort((a, b) => severityRank(b.severity) - severityRank(a.severity))
        .map(
          ({ check, severity, isOver, wordsOn }): DayNote => ({
            severity,
            words: wordsOn(day),
            isGap: !isOver && gapChecks.has(check),
            isOver,
          }),
        );
      return notes.length > 0 ? [[day, notes]] : [];
    }),
  );
}

const covers = (day: string) => (span: { from: string; to: string }) => span.from <= day && day <= span.to;

function inDays({ now, timeZone, incidents }: Pick<HistoryFacts, "now" | "timeZone" | "incidents">) {
  return incidents.map(({ check, severity, isOver, title, ...span }) => ({
    check,
    severity,
    isOver,
    ...(span.kind === "days"
      ? {
          from: span.from,
          to: span.to,
          // A sentence about one day begins with it; where it is read under that day it need not.
          wordsOn: (day: string) =>
            span.detail.startsWith(nameDay(day)) ? span.detail.slice(nameDay(day).length + 2) : span.detail,
        }
      : {
          from: dayOf(span.from, timeZone),
          to: dayOf(span.to ?? now, timeZone),
          wordsOn: () => `${title}.`,
        }),
  }));
}
