import { type Source, sources } from "../connectors/sources.ts";
import { dayBefore } from "../shops/shop-days.ts";
import type { BackfillEstimate, BackfillLimits, BackfillWarning } from "./backfill.ts";
import { type DurationFacts, estimateDuration } from "./estimate-duration.ts";
import { type EarlierBackfill, estimateRows } from "./estimate-rows.ts";
import type { DayRange } from "./range.ts";
import { type BackfillWay, countDaysOf, readDaysOf } from "./read-days.ts";

export interface EstimateFacts {
  source: Source;
  asked: DayRange & { isClamped: boolean };
  limits: BackfillLimits;
  today: string;
  /** The shop's hour of day, 0 to 23. */
  hour: number;
  /** How its days will be read, as far as that is known before anybody is asked. */
  way: BackfillWay;
  /** Rows of each profiled day. */
  rowsByDay: ReadonlyMap<string, number>;
  runs: DurationFacts["runs"];
  largeRuns: DurationFacts["largeRuns"];
  /** Completed backfills of this connector. */
  earlier: readonly EarlierBackfill[];
  gap: DayRange | null;
}

const LONG_RANGE_DAYS = 60;
/** Stores are busiest then: a large read competes with the syncs of the day. */
const BUSY_FROM_HOUR = 9;
const BUSY_TO_HOUR = 21;
const BUSY_ROWS = 50_000;

/** What a backfill will take, from this connector's own past, with what it rests on; or an honest "cannot say yet". */
export function estimateBackfill(facts: EstimateFacts): BackfillEstimate {
  const { asked, limits, gap } = facts;
  const rows = estimateRows(facts);
  const { seconds, basis } =
    rows === null
      ? { seconds: null, basis: "Cannot say yet: none of this source's days has been read." }
      : estimateDuration({ ...facts, rows });
  return {
    days: countDaysOf(asked),
    estimatedRows: rows,
    estimatedDurationSeconds: seconds,
    basis,
    warnings: findWarnings(facts, rows),
    suggestedRange: gap && { startDate: gap.startDay, endDate: gap.endDay, reason: "These days lack data." },
    limits,
  };
}

function findWarnings(facts: EstimateFacts, rows: number | null): BackfillWarning[] {
  const { source, asked, limits, today, hour, way } = facts;
  const { label, settledAfterDays } = sources[source];
  const warnings: BackfillWarning[] = [];
  if (asked.isClamped)
    warnings.push({
      code: "platform_limit",
      message: `Days before ${asked.startDay} are left out. ${limits.reason ?? ""}`.trim(),
    });
  if (countDaysOf(asked) > LONG_RANGE_DAYS)
    warnings.push({
      code: "long_range",
      message: "This is a long range. Several shorter ones show results sooner.",
    });
  if (way === "airbyte_rewind" && asked.endDay < today) {
    const again = countDaysOf(readDaysOf(asked, { source, way, today }));
    warnings.push({
      code: "reads_to_today",
      message: `${label} is read from the first day up to now, so later days are read again too: ${again} days in all.`,
    });
  }
  if (rows !== null && rows > BUSY_ROWS && hour >= BUSY_FROM_HOUR && hour < BUSY_TO_HOUR)
    warnings.push({
      code: "busy_hours",
      message: "This is a lot of data for the middle of the day. Regular syncs may be slower meanwhile.",
    });
  const settled = settledAfterDays === null ? null : dayBefore(today, settledAfterDays);
  if (settled !== null && settledAfterDays! > 1 && asked.endDay > settled)
    warnings.push({
      code: "restated_days",
      message: `${label} still corrects the last ${settledAfterDays} days by itself; their numbers may move again.`,
    });
  if (asked.endDay === today)
    warnings.push({
      code: "includes_today",
      message: "Today is not over: it will be incomplete until tomorrow.",
    });
  return warnings;
}
