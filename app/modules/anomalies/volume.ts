import { weekdayOf } from "./calendar-days.ts";
import { type DayForecast, ownErrors } from "./day-forecast.ts";
import { quantileOf } from "./quantiles.ts";
import { type Limits, scoreOf } from "./scores.ts";

const DROP_LIMITS: Limits = { warning: 0.22, alert: 0.64 };

/** A rise warns; it alerts only where it is absurd: sales and campaigns are rises too. */
const RISE_LIMITS: Limits = { warning: 0.25, alert: 8 };

/** Errors below this size, in logs, are never news. */
const LEAST_SCALE = 0.23;

/** Few records scatter by chance: this over the square root of (expected + 1) joins the scale, in quadrature. */
const COUNTING_NOISE = 5.5;

/** Series with a wide scale of their own pay more than in proportion. */
const SCALE_POWER = 1.17;

/** The scores of any value (in units) for the forecast day: how far below or above its own past it would lie. */
export interface VolumeTest {
  dropScore(units: number): number;
  /** @param caution so many times the evidence is needed */
  riseScore(units: number, caution: number): number;
}

/**
 * Drop and rise, measured in the series' own past errors. What counts is not only the distance from the forecast but also
 * from the lowest (highest) of the last weeks: after a sale the forecast is too high, yet no ordinary day is a new low.
 */
export function volumeTest(forecast: DayForecast): VolumeTest {
  const { expectedLog } = forecast;
  const { usual, down, up } = ownErrors(forecast);
  const noise = COUNTING_NOISE * Math.exp(-expectedLog / 2);
  const scaleOf = (errors: Float64Array) => {
    const own = 0.9 * usual + 1.2 * quantileOf(errors, 0.9) + 0.4 * quantileOf(errors, 0.97);
    return (LEAST_SCALE + Math.hypot(own, noise)) ** SCALE_POWER;
  };
  const dropScale = scaleOf(down);
  const riseScale = scaleOf(up);
  const fortnight = recentRange(forecast, 14);
  const month = recentRange(forecast, 28);
  return {
    dropScore: (units) => {
      const log = Math.log1p(units);
      const depth = expectedLog - log + Math.max(0, fortnight.low - log) + Math.max(0, month.low - log);
      return scoreOf(depth / 3 / dropScale, DROP_LIMITS);
    },
    riseScore: (units, caution) => {
      const log = Math.log1p(units);
      const height = log - expectedLog + Math.max(0, log - fortnight.high) + Math.max(0, log - month.high);
      return scoreOf(height / 3 / riseScale / caution, RISE_LIMITS);
    },
  };
}

/** Lowest and highest of the last open days that held something, as logs for the weekday of the forecast day. */
export function recentRange(forecast: DayForecast, count: number): { low: number; high: number } {
  const { series, openDays, adjusted, pattern, today, expectedLog } = forecast;
  const effect = pattern.effects[weekdayOf(today)]!;
  let [low, high, seen] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let j = openDays.length - 1; j >= 0 && seen < count; j--) {
    if (series.values[openDays[j]!] === 0) continue;
    seen += 1;
    low = Math.min(low, adjusted[j]! + effect);
    high = Math.max(high, adjusted[j]! + effect);
  }
  return seen > 0 ? { low, high } : { low: expectedLog, high: expectedLog };
}
