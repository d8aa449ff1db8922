import type { DayValue } from "../anomalies/daily-series.ts";
import { type DayFacts, type DayVerdict, judgeDay } from "../anomalies/judge-day.ts";
import type { DataFacts, DayOfData, SourceShape } from "./data-facts.ts";
import { hasShrunk, isInside } from "./judged-days.ts";

/** What a connector's days are counted by: its rows, its main measure. */
export type SeriesKey = "rows" | "measure";

/** The series that are judged: the rows of a source that arrives record by record, then its main measure. */
export function seriesOf({ grain, mainMeasure }: SourceShape): SeriesKey[] {
  return [...(grain === "record" ? ["rows" as const] : []), ...(mainMeasure ? ["measure" as const] : [])];
}

/** What a day held. Null: a row held what has no sum. */
export function amountOf(
  { rowCount, measures }: DayOfData,
  series: SeriesKey,
  shape: SourceShape,
): number | null {
  if (series === "rows" || !shape.mainMeasure) return rowCount;
  const found = measures[shape.mainMeasure];
  return found ? found.sum : 0;
}

/** The same, or null where values are in it that cannot be: such a sum is no sum, `negative_values` tells it. */
export function valueToJudge(day: DayOfData, series: SeriesKey, { shape }: DataFacts): number | null {
  const measure = series === "measure" ? shape.mainMeasure : null;
  const hasNegatives =
    measure !== null &&
    shape.measures[measure]?.isNonNegative === true &&
    (day.measures[measure]?.negatives ?? 0) > 0;
  return hasNegatives ? null : amountOf(day, series, shape);
}

/** A day without rows of a source that reports whole days is a gap, not a zero. */
export const isGap = ({ rowCount }: DayOfData, { grain }: SourceShape): boolean =>
  grain === "day" && rowCount === 0;

const LATELY_DAYS = 21;

/**
 * What a day of a series is judged by: the days before it, without days of incidents and expected windows, and without
 * those lately that have lost rows: what several lost together must not hide behind one another.
 * @param odd days that failed and are in no incident yet: they are no part of what is usual either
 */
export function inSeries(
  { shape, days, expected, incidents }: DataFacts,
  series: SeriesKey,
  { day, value }: DayValue,
  odd: ReadonlySet<string>,
): DayFacts {
  const isUsual = (one: DayOfData) =>
    !odd.has(one.day) && !isInside(one.day, expected) && !isInside(one.day, incidents);
  const isKnown = (one: DayOfData) => !isGap(one, shape);
  const pointOf = (one: DayOfData) => ({ day: one.day, value: amountOf(one, series, shape) ?? 0 });
  const judged = days.find((one) => one.day === day);
  const before = days.filter((one) => one.day < day);
  const lately = before.slice(-LATELY_DAYS);
  const shrunken = new Set(lately.filter(hasShrunk));
  return {
    history: before.filter((one) => isUsual(one) && isKnown(one) && !shrunken.has(one)).map(pointOf),
    lately: lately.filter(isKnown).map(pointOf),
    day,
    value,
    isCount: series === "rows",
    hasLostRows: judged !== undefined && hasShrunk(judged),
    // With a key, `duplicate_primary_key` sees doubles for certain: a suspicion would only add false alarms.
    suspectsDouble: series === seriesOf(shape)[0] && judged?.duplicateKeys === null,
  };
}

/** Judges a day of a series against the days before it. */
export const judgeInSeries = (...of: Parameters<typeof inSeries>): DayVerdict => judgeDay(inSeries(...of));
