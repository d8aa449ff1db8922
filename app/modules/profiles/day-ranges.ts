import { dayBefore } from "../shops/shop-days.ts";

/** Days from one to another, both included. */
export interface DayRange {
  fromDay: string;
  toDay: string;
}

/** The same days in as few ranges as can be, oldest first: ranges that overlap or touch become one. */
export function mergeRanges(ranges: readonly DayRange[]): DayRange[] {
  const merged: DayRange[] = [];
  for (const range of [...ranges].sort((a, b) => (a.fromDay < b.fromDay ? -1 : 1))) {
    const last = merged.at(-1);
    if (!last || range.fromDay > dayBefore(last.toDay, -1)) merged.push({ ...range });
    else if (range.toDay > last.toDay) last.toDay = range.toDay;
  }
  return merged;
}

/** The same days in pieces of at most `days`, newest first. */
export function cutRange({ fromDay, toDay }: DayRange, days: number): DayRange[] {
  const pieces: DayRange[] = [];
  for (let end = toDay; end >= fromDay; end = dayBefore(end, days)) {
    const start = dayBefore(end, days - 1);
    pieces.push({ fromDay: start > fromDay ? start : fromDay, toDay: end });
  }
  return pieces;
}
