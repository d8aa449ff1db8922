import { weekdayOf } from "./calendar-days.ts";
import type { DayForecast } from "./day-forecast.ts";
import { ascending, quantileOf } from "./quantiles.ts";

/** Open days that give mean and scatter; the largest tenth is cut to the rest. */
const RECENT_OPEN_DAYS = 42;
const CUT_SHARE = 0.9;

/** The mean is taken this many standard errors lower: a lucky month must not make quiet days improbable. */
const CAUTION = 1.5;

/** Where these last open days were quieter than chance makes them, as many standard errors higher, they give the mean. */
const WEEK_OPEN_DAYS = 7;

export interface RecentVolume {
  /** Mean of an open day in units, without weekday effects. */
  mean: number;
  /** -log10 of the chance that a day with this factor of the mean is empty. */
  emptySurprise(factor: number): number;
}

/**
 * Volume of the last of the given open days (indexes). Counts are negative-binomial by moments. An amount is taken as the
 * sum of as many equal records as its scatter suggests, (mean / deviation)².
 */
export function recentVolume(
  { series, pattern }: DayForecast,
  openDays: readonly number[],
  isCount: boolean,
): RecentVolume {
  const recent = openDays
    .slice(-RECENT_OPEN_DAYS)
    .map((i) => series.values[i]! / Math.exp(pattern.effects[weekdayOf(series.days[i]!)]!));
  const cap = quantileOf(ascending(recent), CUT_SHARE);
  const cut = recent.map((value) => Math.min(value, cap));
  const count = Math.max(1, cut.length);
  const mean = sum(cut) / count;
  const variance = cut.reduce((total, value) => total + (value - mean) ** 2, 0) / Math.max(1, count - 1);
  const week = cut.slice(-WEEK_OPEN_DAYS);
  const weekMean = sum(week) / Math.max(1, week.length);
  const weekVariance = weekMean + variance * (weekMean / Math.max(mean, 1e-9)) ** 2;
  const cautious = Math.max(
    0,
    Math.min(
      mean - CAUTION * Math.sqrt(variance / count),
      weekMean + CAUTION * Math.sqrt(weekVariance / Math.max(1, week.length)),
    ),
  );
  if (!isCount) {
    const records = mean > 0 ? (cautious * mean) / Math.max(variance, mean ** 2 / 1000) : 0;
    return { mean, emptySurprise: (factor) => records * factor * Math.LOG10E };
  }
  const size = variance > mean && mean > 0 ? mean ** 2 / (variance - mean) : 1e6;
  return { mean, emptySurprise: (factor) => size * Math.log10(1 + (cautious * factor) / size) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
