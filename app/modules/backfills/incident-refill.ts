import type { Incident } from "../incidents/incident.ts";
import { addDays, type DayRange } from "./backfill-range.ts";

/** Checks that fail where rows are not there: loading the days again mends them. */
const missingDataChecks: ReadonlySet<string> = new Set([
  "row_count_drop",
  "missing_days",
  "zero_orders",
  "zero_spend",
  "silent_hours",
  "empty_table",
]);

interface RefillFacts {
  incident: Pick<Incident, "check" | "status" | "parent">;
  /** Days the incident is about, as far as it names some. */
  days: readonly string[];
  /** The last day that is whole. */
  completeThrough: string | null;
  /** The shop's today. */
  today: string;
}

/**
 * Whether loading days again helps with an incident, and which; `range` is null when it names no days. Nothing is
 * offered for what is over, or while the source itself has a problem at many shops: then the rows are not there to fetch.
 */
export function decideRefill({
  incident: { check, status, parent },
  days,
  completeThrough,
  today,
}: RefillFacts): { range: DayRange | null } | null {
  if (status === "resolved" || parent?.kind === "upstream") return null;
  if (check === "freshness") {
    const startDate = completeThrough && addDays(completeThrough, 1);
    return startDate && startDate <= today ? { range: { startDate, endDate: today } } : null;
  }
  if (!missingDataChecks.has(check)) return null;
  const sorted = [...days].sort();
  const startDate = sorted[0];
  const endDate = sorted.at(-1);
  return { range: startDate && endDate ? { startDate, endDate } : null };
}
