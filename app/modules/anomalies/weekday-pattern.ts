import { weekdayOf } from "./calendar-days.ts";
import type { DailySeries } from "./daily-series.ts";
import { median, quantileOf } from "./quantiles.ts";

/** What the seven weekdays (0 is Sunday) do to a series. */
export interface WeekdayPattern {
  /** Weekdays on which the series is usually empty. */
  isClosed: boolean[];
  /** Distance from the week's level in logs of (1 + value). */
  effects: number[];
}

const CLOSED_DAYS_LOOKED_AT = 70;
const CLOSED_SHARE = 0.7;
const EFFECT_DAYS_LOOKED_AT = 112;

/** Half the width of the window whose median is the level around a day. */
const HALF_WEEK = 3;
const FEWEST_AROUND = 4;

/** The pattern on the eve of `today`. `logs` are the values' log(1 + value). */
export function weekdayPattern(series: DailySeries, logs: readonly number[], today: number): WeekdayPattern {
  const isClosed = closedWeekdays(series, today);
  return { isClosed, effects: weekdayEffects(series, logs, today, isClosed) };
}

/** A weekday that was empty most of the last ten weeks; in a series that is empty most days, none is. */
function closedWeekdays({ days, values }: DailySeries, today: number): boolean[] {
  const seen = new Array<number>(7).fill(0);
  const empty = new Array<number>(7).fill(0);
  for (let i = days.length - 1; i >= 0 && days[i]! >= today - CLOSED_DAYS_LOOKED_AT; i--) {
    const weekday = weekdayOf(days[i]!);
    seen[weekday]! += 1;
    if (values[i] === 0) empty[weekday]! += 1;
  }
  const isMostlyEmpty = sum(empty) >= CLOSED_SHARE * sum(seen);
  return seen.map(
    (count, weekday) => !isMostlyEmpty && count >= 2 && empty[weekday]! / count >= CLOSED_SHARE,
  );
}

/**
 * Median distance of each weekday from the median of the days around, drawn towards 0 as far as the scatter of so few
 * weeks could have made it.
 */
function weekdayEffects(
  { days, values }: DailySeries,
  logs: readonly number[],
  today: number,
  isClosed: readonly boolean[],
): number[] {
  const distances: number[][] = [[], [], [], [], [], [], []];
  const first = days.findIndex((day) => day >= today - EFFECT_DAYS_LOOKED_AT);
  for (let i = first; i >= 0 && i < days.length; i++) {
    const weekday = weekdayOf(days[i]!);
    if (isClosed[weekday] || values[i] === 0) continue;
    const around: number[] = [];
    for (let j = Math.max(first, i - HALF_WEEK); j < days.length && j <= i + HALF_WEEK; j++) {
      if (Math.abs(days[j]! - days[i]!) <= HALF_WEEK && !isClosed[weekdayOf(days[j]!)]) around.push(logs[j]!);
    }
    if (around.length < FEWEST_AROUND) continue;
    around.sort((a, b) => a - b);
    distances[weekday]!.push(logs[i]! - quantileOf(around, 0.5));
  }
  return shrunk(distances);
}

/** Empirical Bayes: each median times (true variance / (true variance + its own error variance)). */
function shrunk(distances: number[][]): number[] {
  const medians = distances.map(median);
  const scatter = 1.4826 * median(distances.flat().map(Math.abs));
  const errorVariances = distances.map((known) => (Math.PI / 2) * (scatter ** 2 / Math.max(1, known.length)));
  const met = [0, 1, 2, 3, 4, 5, 6].filter((weekday) => distances[weekday]!.length > 0);
  const excess = met.map((weekday) => medians[weekday]! ** 2 - errorVariances[weekday]!);
  const trueVariance = Math.max(0, sum(excess) / Math.max(1, met.length));
  return medians.map((effect, weekday) => {
    const variance = trueVariance + errorVariances[weekday]!;
    return variance > 0 ? (effect * trueVariance) / variance : 0;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
