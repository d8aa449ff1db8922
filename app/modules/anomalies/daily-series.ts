import { dayNumber, weekdayOf } from "./calendar-days.ts";
import { median } from "./quantiles.ts";

/** One calendar day, "2026-11-17", and its count or amount. */
export interface DayValue {
  day: string;
  value: number;
}

/** Known days, oldest first, each once; gaps are unknown days. */
export interface DailySeries {
  /** Days since 1970. */
  days: number[];
  values: number[];
}

/** Counts and amounts beyond this are cut: no arithmetic below overflows. */
const LARGEST = 1e15;

const MIN_DAYS = 14;
const MIN_WEEKEND_DAYS = 4;

/** An amount has no natural unit: its typical day counts as this many. */
const TYPICAL_AMOUNT = 1000;

/** The days before `until` in order. A day met twice keeps the larger value; negative and broken numbers count as 0. */
export function daysBefore(history: readonly DayValue[], until: number): DailySeries {
  const known = new Map<number, number>();
  for (const { day, value } of history) {
    const number = dayNumber(day);
    if (number < until) known.set(number, Math.max(known.get(number) ?? 0, usable(value)));
  }
  const days = [...known.keys()].sort((a, b) => a - b);
  return { days, values: days.map((day) => known.get(day)!) };
}

export const usable = (value: number): number => (value > 0 ? Math.min(value, LARGEST) : 0);

/** Fourteen days with two weekends: below, no weekday is known. */
export const isLearning = ({ days }: DailySeries): boolean =>
  days.length < MIN_DAYS || days.filter((day) => weekdayOf(day) % 6 === 0).length < MIN_WEEKEND_DAYS;

/** Units per one of the series' own: 1 for counts; amounts are scaled so that currency does not matter. */
export function unitsPerOne({ values }: DailySeries, isCount: boolean): number {
  if (isCount) return 1;
  const typical = median(values.filter((value) => value > 0));
  return typical > 0 ? TYPICAL_AMOUNT / Math.max(typical, 1e-9) : 1;
}
