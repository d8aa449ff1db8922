import { HOURS_PER_WEEK, hourOfWeek } from "./hours.ts";
import { median } from "./quantiles.ts";

/** What a series does in a week: records expected in each of its 168 local hours, and how much they scatter. */
export interface HourProfile {
  expected: Float64Array;
  /** Negative-binomial size: small is bursty; the variance is expected + expected² / size. */
  size: number;
  /** Records an hour as an average record meets it: quiet nights do not pull it down. */
  typicalRate: number;
}

/** One count may weigh this many times the median of its hour of the week, plus five. */
const BURST_LIMIT = 3;

/** Weeks of evidence that the product of weekday and hour of the day counts for. */
const POOLED_WEEKS = 2;

/** Sizes beyond these are no longer told apart: almost Poisson, and bursts alone. */
const LARGEST_SIZE = 1000;
const SMALLEST_SIZE = 0.5;

/** The profile of known hours, by wall-clock index; single bursts are cut. */
export function hourProfile(counts: ReadonlyMap<number, number>): HourProfile {
  const byHour: number[][] = Array.from({ length: HOURS_PER_WEEK }, () => []);
  for (const [index, count] of counts) byHour[hourOfWeek(index)]!.push(count);
  const cut = byHour.map((weeks) => {
    const limit = BURST_LIMIT * median(weeks) + 5;
    return weeks.map((count) => Math.min(count, limit));
  });
  const ofDay = Array.from({ length: 7 }, (_, day) => mean(cut.slice(day * 24, day * 24 + 24).flat()));
  const ofHour = Array.from({ length: 24 }, (_, hour) => mean(cut.filter((_, i) => i % 24 === hour).flat()));
  const overall = mean(cut.flat());
  const expected = Float64Array.from(cut, (weeks, i) => {
    const pooled = overall > 0 ? (ofDay[Math.floor(i / 24)]! * ofHour[i % 24]!) / overall : 0;
    return (sum(weeks) + POOLED_WEEKS * pooled) / (weeks.length + POOLED_WEEKS);
  });
  return { expected, size: sizeOf(cut, expected), typicalRate: typicalRateOf(expected) };
}

/**
 * By moments: how far the squared errors exceed what counting alone gives. Each count is compared with what the other weeks
 * led to expect, as the next one will be, and only shortfalls count: a burst does not make silence more likely.
 */
function sizeOf(byHour: number[][], expected: Float64Array): number {
  let excess = 0;
  let squares = 0;
  byHour.forEach((weeks, i) => {
    const known = weeks.length + POOLED_WEEKS;
    for (const count of weeks) {
      const rate = (expected[i]! * known - count) / (known - 1);
      if (count >= rate) continue;
      excess += (count - rate) ** 2 - rate;
      squares += rate * rate;
    }
  });
  return excess <= 0 ? LARGEST_SIZE : Math.min(LARGEST_SIZE, Math.max(SMALLEST_SIZE, squares / excess));
}

function typicalRateOf(expected: Float64Array): number {
  const total = sum([...expected]);
  return total > 0 ? sum(Array.from(expected, (rate) => rate * rate)) / total : 0;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const mean = (values: readonly number[]): number => (values.length ? sum(values) / values.length : 0);
