import { type Source, sources } from "../connectors/sources.ts";
import type { SourceMapping } from "../profiles/mapping.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";
import { type DataCheckName, isCheckName } from "./check-names.ts";
import type { DataFacts, DaySpan, SourceShape } from "./data-facts.ts";

/** Thirteen months: the same season last year is part of what is usual. */
export const SERIES_DAYS = 400;

/** A longer incident is no outlier but a new level: its days stay in the baseline. */
const LONGEST_EXCLUDED_DAYS = 45;

/** How a mapped source's rows are to be read. */
export const shapeOf = ({ time, mainMeasure, measures, identities }: SourceMapping): SourceShape => ({
  grain: time.kind === "instant" ? "record" : "day",
  mainMeasure,
  measures,
  identities,
});

/** The last day that a verdict may rest on: a successful sync has ended after it was due. */
export const dueThroughOf = (source: Source, lastSucceededAt: Date | null, timeZone: string): string | null =>
  lastSucceededAt && dayBefore(dayOf(lastSucceededAt, timeZone), 1 + sources[source].judgedAfterDays);

export const isDataCheck = (check: string): check is DataCheckName =>
  isCheckName(check) && check !== "freshness" && check !== "sync_failed";

/** What people and time have made of days: resolved incidents of the data, and what fails now. */
export function daysSetApart(
  past: readonly (DaySpan & { check: string; resolution: string | null })[],
  failing: readonly { subject: string }[],
): Pick<DataFacts, "incidents" | "settled"> {
  const resolved = past.filter(
    ({ resolution, from, to }) => resolution !== "false_alarm" && dayBefore(to, LONGEST_EXCLUDED_DAYS) < from,
  );
  const failingDays = failing.map(({ subject }) => subject.slice(0, 10)).filter(Boolean);
  return {
    incidents: [...resolved, ...failingDays.map((day) => ({ from: day, to: day }))],
    settled: past.flatMap(({ check, from, to, resolution }) =>
      isDataCheck(check) && (resolution === "expected" || resolution === "false_alarm")
        ? [{ check, from, to }]
        : [],
    ),
  };
}
