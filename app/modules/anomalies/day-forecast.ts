import { weekdayOf } from "./calendar-days.ts";
import type { DailySeries } from "./daily-series.ts";
import { ascending, median } from "./quantiles.ts";
import { type WeekdayPattern, weekdayPattern } from "./weekday-pattern.ts";

/** What the past of a series says about one day. Logs are log(1 + value); open days are those of no closed weekday. */
export interface DayForecast {
  today: number;
  series: DailySeries;
  pattern: WeekdayPattern;
  isClosedToday: boolean;
  /** Indexes of the open days in the series, oldest first. */
  openDays: number[];
  /** Of the open days: value in logs less the weekday's effect. */
  adjusted: number[];
  /** Of the open days: how far each was from its forecast of the day before, in logs. */
  errors: number[];
  /** Level of today without the weekday's effect, with what today is likely to share with yesterday. */
  level: number;
  /** Forecast of today in logs. */
  expectedLog: number;
}

/** Weights of exponential smoothing: calm, usual, quick. The one that did best lately is used. */
const WEIGHTS = [0.12, 0.25, 0.45];
const COMPARED_DAYS = 56;

/** One day moves the level by no more than its weight times this many usual errors: sales and outages do not drag it. */
const STEP_LIMIT = 2.5;
const SCATTER_WEIGHT = 0.06;

/** The forecast of `today` from the days before; null where too few open days are known. */
export function forecastDay(series: DailySeries, today: number): DayForecast | null {
  const logs = series.values.map(Math.log1p);
  const pattern = weekdayPattern(series, logs, today);
  const openDays = series.days.flatMap((day, i) => (pattern.isClosed[weekdayOf(day)] ? [] : [i]));
  if (openDays.length < 10) return null;
  const adjusted = openDays.map((i) => logs[i]! - pattern.effects[weekdayOf(series.days[i]!)]!);
  const { errors, level } = withCarry(bestWalk(adjusted));
  const weekday = weekdayOf(today);
  return {
    today,
    series,
    pattern,
    isClosedToday: pattern.isClosed[weekday]!,
    openDays,
    adjusted,
    errors,
    level,
    expectedLog: Math.max(0, level + pattern.effects[weekday]!),
  };
}

function bestWalk(adjusted: readonly number[]) {
  const start = median(adjusted.slice(0, 7));
  const scatter = Math.max(0.05, median(adjusted.slice(0, 28).map((log) => Math.abs(log - start))));
  const walks = WEIGHTS.map((weight) => walk(adjusted, weight, start, scatter));
  return walks.reduce((best, other) => (other.recentError < best.recentError ? other : best));
}

function walk(adjusted: readonly number[], weight: number, start: number, usualError: number) {
  const errors: number[] = [];
  let level = start;
  let scatter = usualError;
  for (const log of adjusted) {
    const error = log - level;
    errors.push(error);
    const limit = STEP_LIMIT * scatter + 0.02;
    level += weight * Math.max(-limit, Math.min(limit, error));
    scatter += SCATTER_WEIGHT * (Math.min(Math.abs(error), 3 * scatter + 0.05) - scatter);
  }
  let recentError = 0;
  for (const error of errors.slice(-COMPARED_DAYS)) recentError += Math.min(Math.abs(error), 1);
  return { errors, level, recentError };
}

/** Days that open a series say little about its errors. */
const WARM_UP_DAYS = 14;

/** The last days' errors tell how much of an error the next day repeats ... */
const CARRY_DAYS = 180;

/** ... against this many imagined days that repeat nothing: a short series proves no habit. */
const CARRY_DOUBT_DAYS = 28;
const LARGEST_CARRY = 0.6;

/**
 * The walk with first-order autocorrelation: where good and bad days come in rows, part of yesterday's error is expected
 * today. Errors are cut as steps of the level are, so that an outage or a sale is not carried on.
 */
function withCarry({ errors, level }: { errors: readonly number[]; level: number }) {
  const usual = median(errors.slice(WARM_UP_DAYS).map(Math.abs));
  const cut = errors.map((error) => Math.max(-STEP_LIMIT * usual, Math.min(STEP_LIMIT * usual, error)));
  let repeated = 0;
  let squares = CARRY_DOUBT_DAYS * usual ** 2;
  for (let j = Math.max(WARM_UP_DAYS, errors.length - CARRY_DAYS); j < errors.length; j++) {
    repeated += cut[j]! * cut[j - 1]!;
    squares += cut[j - 1]! ** 2;
  }
  const carry = squares > 0 ? Math.max(0, Math.min(LARGEST_CARRY, repeated / squares)) : 0;
  return {
    errors: errors.map((error, j) => (j > 0 ? error - carry * cut[j - 1]! : error)),
    level: level + carry * cut.at(-1)!,
  };
}

/** A series' own errors on open days that held something, in logs; closures are the zero test's matter. */
export interface OwnErrors {
  /** Median size of all errors. */
  usual: number;
  /** Sizes of the errors downwards and upwards, ascending. */
  down: Float64Array;
  up: Float64Array;
}

export function ownErrors({ series, openDays, errors }: DayForecast): OwnErrors {
  const from = Math.min(WARM_UP_DAYS, openDays.length >> 1);
  const known = errors.filter((_, j) => j >= from && series.values[openDays[j]!]! > 0);
  return {
    usual: median(known.map(Math.abs)),
    down: ascending(known.filter((error) => error < 0).map((error) => -error)),
    up: ascending(known.filter((error) => error > 0)),
  };
}
