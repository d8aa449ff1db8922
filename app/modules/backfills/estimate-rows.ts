import type { Source } from "../connectors/sources.ts";
import { dayBefore, daysEnding, weekdayOf } from "../shops/shop-days.ts";
import { median } from "./median.ts";
import type { DayRange } from "./range.ts";
import { type BackfillWay, countDaysOf, readDaysOf } from "./read-days.ts";

/** A backfill of this connector that was completed. */
export interface EarlierBackfill extends DayRange {
  way: BackfillWay;
  /** The shop's day on which it ran. */
  ranOn: string;
  /** As its engine counted them. */
  rows: number;
  seconds: number;
}

export interface RowFacts {
  source: Source;
  asked: DayRange;
  way: BackfillWay;
  today: string;
  /** Rows of each profiled day. */
  rowsByDay: ReadonlyMap<string, number>;
  earlier: readonly EarlierBackfill[];
}

/** A day that has less than this share of what is usual lacks rows: it will get what is usual. */
const WHOLE_SHARE = 0.7;
/** What is usual is what so many days before today held. */
const USUAL_DAYS = 56;
const FEWEST_SAME_WEEKDAYS = 3;

/**
 * Rows that will be loaded: what the days hold that are really read, times what this connector's earlier backfills loaded
 * for each row their days hold. Engines count rows that they read twice, and those of other streams beside ours.
 * Null: nothing is known of its days.
 */
export function estimateRows(facts: RowFacts): number | null {
  const held = holdRows(facts, facts);
  return held === null ? null : Math.round(held * loadedPerRow(facts));
}

/** One more backfill that loaded exactly what its days hold is assumed: a single one that did not moves it halfway. */
function loadedPerRow(facts: RowFacts): number {
  const shares = facts.earlier.flatMap((one) => {
    const held = holdRows(facts, { asked: one, way: one.way, today: one.ranOn });
    return held === null || held === 0 ? [] : [one.rows / held];
  });
  return median([1, ...shares]);
}

/** Rows of the days that a backfill reads: what they hold, and what is usual on that weekday where they lack rows. */
function holdRows(
  { source, today, rowsByDay }: RowFacts,
  { asked, way, today: ranOn }: Pick<RowFacts, "asked" | "way" | "today">,
): number | null {
  const usualOn = usualRows(rowsByDay, today);
  if (usualOn === null) return null;
  const read = readDaysOf(asked, { source, way, today: ranOn });
  return daysEnding(read.endDay, countDaysOf(read)).reduce((total, day) => {
    const rows = rowsByDay.get(day);
    const usual = usualOn(day);
    // Today is not over: it holds what it holds.
    return total + (rows !== undefined && (day === today || rows >= WHOLE_SHARE * usual) ? rows : usual);
  }, 0);
}

function usualRows(rowsByDay: RowFacts["rowsByDay"], today: string): ((day: string) => number) | null {
  const known = daysEnding(dayBefore(today), USUAL_DAYS).flatMap((day) => {
    const rows = rowsByDay.get(day);
    return rows === undefined ? [] : [{ weekday: weekdayOf(day), rows }];
  });
  if (known.length === 0) return null;
  const overall = median(known.map(({ rows }) => rows));
  const byWeekday = new Map(
    [1, 2, 3, 4, 5, 6, 7].map((weekday) => {
      const same = known.filter((one) => one.weekday === weekday).map(({ rows }) => rows);
      return [weekday, same.length >= FEWEST_SAME_WEEKDAYS ? median(same) : overall];
    }),
  );
  return (day) => byWeekday.get(weekdayOf(day)) ?? overall;
}
