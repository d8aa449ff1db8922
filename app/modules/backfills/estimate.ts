import { type Source, sources } from "../connectors/sources.ts";
import { dayBefore, daysBetween, daysEnding, weekdayOf } from "../shops/shop-days.ts";
import type { BackfillEstimate, BackfillLimits, BackfillWarning } from "./backfill.ts";
import type { DayRange } from "./range.ts";

/** Rows and duration of something that has ended. */
export interface Timed {
  rows: number;
  seconds: number;
}

export interface EstimateFacts {
  source: Source;
  asked: DayRange & { isClamped: boolean };
  limits: BackfillLimits;
  today: string;
  /** The shop's hour of day, 0 to 23. */
  hour: number;
  /** It reads from the first day to now, whatever the last day is. */
  readsToToday: boolean;
  /** Rows of each profiled day. */
  rowsByDay: ReadonlyMap<string, number>;
  /** Successful syncs of the last 30 days that told their rows. */
  runs: readonly Timed[];
  /** Completed backfills of this connector. */
  earlier: readonly Timed[];
  gap: DayRange | null;
}

const LONG_RANGE_DAYS = 60;
/** Stores are busiest then: a large read competes with the syncs of the day. */
const BUSY_FROM_HOUR = 9;
const BUSY_TO_HOUR = 21;
const BUSY_ROWS = 50_000;
/** A day that has less than this share of what is usual lacks rows: it will get what is usual. */
const WHOLE_SHARE = 0.7;
const FEWEST_RUNS = 3;

/** What a backfill will take, from this connector's own past, with what it rests on; or an honest "cannot say yet". */
export function estimateBackfill(facts: EstimateFacts): BackfillEstimate {
  const { asked, limits, gap } = facts;
  const rows = estimateRows(facts);
  const { seconds, basis } = estimateSeconds(facts, rows);
  return {
    days: daysBetween(asked.startDay, asked.endDay) + 1,
    estimatedRows: rows,
    estimatedDurationSeconds: seconds,
    basis,
    warnings: findWarnings(facts, rows),
    suggestedRange: gap && { startDate: gap.startDay, endDate: gap.endDay, reason: "These days lack data." },
    limits,
  };
}

function estimateRows({ asked, today, readsToToday, rowsByDay }: EstimateFacts): number | null {
  const known = daysEnding(dayBefore(today), 56).flatMap((day) => {
    const rows = rowsByDay.get(day);
    return rows === undefined ? [] : [{ day, rows }];
  });
  if (known.length === 0) return null;
  const overall = median(known.map(({ rows }) => rows));
  const usualOn = (day: string) => {
    const same = known.filter((one) => weekdayOf(one.day) === weekdayOf(day)).map(({ rows }) => rows);
    return same.length >= 3 ? median(same) : overall;
  };
  const last = readsToToday ? today : asked.endDay;
  let total = 0;
  for (const day of daysEnding(last, daysBetween(asked.startDay, last) + 1)) {
    const rows = rowsByDay.get(day);
    const usual = usualOn(day);
    // Today is not over: it holds what it holds.
    total += rows !== undefined && (day === today || rows >= WHOLE_SHARE * usual) ? rows : usual;
  }
  return Math.round(total);
}

function estimateSeconds(
  { runs, earlier }: EstimateFacts,
  rows: number | null,
): { seconds: number | null; basis: string } {
  if (rows === null)
    return { seconds: null, basis: "Cannot say yet: none of this source's days has been read." };
  if (earlier.length > 0) {
    const seconds = Math.round(drawLine(earlier)(rows));
    return {
      seconds: Math.max(1, seconds),
      basis: `from ${earlier.length === 1 ? "one earlier backfill" : `${earlier.length} earlier backfills`}`,
    };
  }
  if (runs.length < FEWEST_RUNS)
    return {
      seconds: null,
      basis: "Cannot say how long yet: too few syncs of this source have told how much they loaded.",
    };
  return {
    seconds: Math.max(1, Math.round(drawLine(runs)(rows))),
    basis: `from ${runs.length} runs in 30 days`,
  };
}

/** Where runs are too alike to tell what a row costs. */
const SECONDS_PER_ROW = 0.001;

/**
 * Seconds as a line over rows, least squares: what every run costs, and what each row adds. One or two are too few to draw
 * one: then what is much larger takes in proportion longer.
 */
function drawLine(timed: readonly Timed[]): (rows: number) => number {
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [x, y] = [mean(timed.map(({ rows }) => rows)), mean(timed.map(({ seconds }) => seconds))];
  if (timed.length < 3) return (rows) => (x > 0 ? y * Math.max(0.5, rows / x) : y);
  const spread = timed.reduce((sum, { rows }) => sum + (rows - x) ** 2, 0);
  const together = timed.reduce((sum, { rows, seconds }) => sum + (rows - x) * (seconds - y), 0);
  const slope = Math.max(SECONDS_PER_ROW, spread > 0 ? together / spread : 0);
  const start = Math.max(0, y - slope * x);
  return (rows) => start + slope * rows;
}

function findWarnings(facts: EstimateFacts, rows: number | null): BackfillWarning[] {
  const { source, asked, limits, today, hour, readsToToday } = facts;
  const { label, settledAfterDays } = sources[source];
  const warnings: BackfillWarning[] = [];
  if (asked.isClamped)
    warnings.push({
      code: "platform_limit",
      message: `Days before ${asked.startDay} are left out. ${limits.reason ?? ""}`.trim(),
    });
  if (daysBetween(asked.startDay, asked.endDay) + 1 > LONG_RANGE_DAYS)
    warnings.push({
      code: "long_range",
      message: "This is a long range. Several shorter ones show results sooner.",
    });
  if (readsToToday && asked.endDay < today)
    warnings.push({
      code: "reads_to_today",
      message: `${label} can only be read from the first day up to now, so later days are read again too.`,
    });
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
