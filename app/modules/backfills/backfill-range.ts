import type { BackfillLimits } from "./backfill.ts";

/** Days of the shop, both inclusive. */
export interface DayRange {
  startDate: string;
  endDate: string;
}

export type RangeProblem = "missing" | "too_early" | "too_late" | "ends_before_start" | "too_long";
export type RangeProblems = Partial<Record<keyof DayRange, RangeProblem>>;

const DAY_MS = 86_400_000;

// A browser reads this file too, and days without a zone need no calendar library.
const atOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(atOf(text));

/** The day so many days after (negative: before) another. */
export const addDays = (day: string, days: number): string =>
  new Date(atOf(day) + days * DAY_MS).toISOString().slice(0, 10);

/** Days of a range, both ends included. */
export const countDays = ({ startDate, endDate }: DayRange): number =>
  Math.round((atOf(endDate) - atOf(startDate)) / DAY_MS) + 1;

export const isSameRange = (a: DayRange, b: DayRange): boolean =>
  a.startDate === b.startDate && a.endDate === b.endDate;

/** `count` days that end with the latest that may be asked for, or as many of them as there are. */
export const lastDays = (count: number, { earliestDate, latestDate }: BackfillLimits): DayRange => {
  const startDate = addDays(latestDate, 1 - count);
  return { startDate: startDate < earliestDate ? earliestDate : startDate, endDate: latestDate };
};

/** What keeps a range from being asked for, by field; nothing: it may be. */
export function findRangeProblems(range: DayRange, limits: BackfillLimits): RangeProblems {
  const { startDate, endDate } = range;
  const start = isDay(startDate) ? outside(startDate, limits) : "missing";
  const end = isDay(endDate) ? outside(endDate, limits) : "missing";
  if (start || end) return { ...(start ? { startDate: start } : {}), ...(end ? { endDate: end } : {}) };
  if (endDate < startDate) return { endDate: "ends_before_start" };
  return countDays(range) > limits.maxDays ? { startDate: "too_long" } : {};
}

const outside = (day: string, { earliestDate, latestDate }: BackfillLimits): RangeProblem | null =>
  day < earliestDate ? "too_early" : day > latestDate ? "too_late" : null;

/** The part of a range that may be asked for, its latest days if it is too long; null when nothing is left. */
export function fitRange(
  range: DayRange,
  { earliestDate, latestDate, maxDays }: BackfillLimits,
): DayRange | null {
  const endDate = range.endDate > latestDate ? latestDate : range.endDate;
  const longest = addDays(endDate, 1 - maxDays);
  const startDate = [range.startDate, earliestDate, longest].reduce((a, b) => (a > b ? a : b));
  return startDate > endDate ? null : { startDate, endDate };
}

/** With which days a form opens: those it was opened for, else a gap, else the last week. */
export function decideOpeningRange(
  wanted: DayRange | null,
  suggested: DayRange | null,
  limits: BackfillLimits,
): DayRange {
  const fitted = (range: DayRange | null) => range && fitRange(range, limits);
  return fitted(wanted) ?? fitted(suggested) ?? lastDays(7, limits);
}

export type PresetKey = "suggested" | "last_7" | "last_30" | "last_90" | "all";
export interface Preset {
  key: PresetKey;
  range: DayRange;
}

const lengths = [
  ["last_7", 7],
  ["last_30", 30],
  ["last_90", 90],
] as const;

/**
 * The ranges a form offers at one click. A length that cannot be had is not offered; what can be had at most takes its
 * place, so that nobody is told "90 days" and given 60.
 */
export function listPresets(limits: BackfillLimits, suggested: DayRange | null): Preset[] {
  const gap = suggested && fitRange(suggested, limits);
  const most = Math.min(
    limits.maxDays,
    countDays({ startDate: limits.earliestDate, endDate: limits.latestDate }),
  );
  const offered: Preset[] = [
    ...(gap ? [{ key: "suggested" as const, range: gap }] : []),
    ...lengths.flatMap(([key, days]) => (days <= most ? [{ key, range: lastDays(days, limits) }] : [])),
    ...(most < 90 ? [{ key: "all" as const, range: lastDays(most, limits) }] : []),
  ];
  return offered.filter(
    (one, index) => offered.findIndex((earlier) => isSameRange(earlier.range, one.range)) === index,
  );
}

/** The days around one that belong to the same gap: an unbroken run of them. Null when the day is none. */
export function findGapAround(
  days: readonly string[],
  day: string,
  isGap: (day: string) => boolean,
): DayRange | null {
  const at = days.indexOf(day);
  if (at < 0 || !isGap(day)) return null;
  let first = at;
  let last = at;
  while (first > 0 && isGap(days[first - 1]!)) first -= 1;
  while (last < days.length - 1 && isGap(days[last + 1]!)) last += 1;
  return { startDate: days[first]!, endDate: days[last]! };
}
