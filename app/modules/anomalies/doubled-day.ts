import { type DayForecast, ownErrors } from "./day-forecast.ts";
import { quantileOf } from "./quantiles.ts";
import { type Limits, scoreOf } from "./scores.ts";
import { recentRange } from "./volume.ts";

const LIMITS: Limits = { warning: 0.85, alert: 1.7 };

/** Totals only suspect a double: a suspicion warns and is no alert, however well it fits. */
const HIGHEST_SCORE = 0.8;

/** Degrees of freedom of Student's t: errors of real series have heavy tails. */
const FREEDOM = 3;

const LEAST_SCATTER = 0.05;
const OWN_TAIL = 0.3;

/** Above six times the forecast, even half of the day would be extraordinary. */
const HIGHEST_ERROR = 1.8;

/** A doubled day is usually the highest of a fortnight; one that is not counts less. */
const BELOW_FORTNIGHT = 0.4;

/**
 * How much an open day looks as if it had been loaded twice: half of it fits this series better than all of it. For days
 * whose rows have no key; unique keys see doubles for certain.
 * @param value in the series' own measure, not in units
 * @param caution this many times the evidence is needed
 */
export function doubledScore(
  forecast: DayForecast,
  value: number,
  unitsPerOne: number,
  isCount: boolean,
  caution: number,
): number {
  const log = Math.log1p(value * unitsPerOne);
  const error = log - forecast.expectedLog;
  if (error <= 0 || error > HIGHEST_ERROR || forecast.isClosedToday || !canBeDouble(value, isCount)) return 0;
  const own = ownErrors(forecast);
  const scatter = Math.hypot(
    LEAST_SCATTER,
    1.4826 * own.usual,
    Math.exp(-forecast.expectedLog / 2),
    OWN_TAIL * quantileOf(own.up, 0.9),
  );
  const novelty = log > recentRange(forecast, 14).high ? 1 : BELOW_FORTNIGHT;
  const evidence = (logRatio(error, error - Math.LN2, scatter) * novelty) / caution;
  return Math.min(HIGHEST_SCORE, scoreOf(evidence, LIMITS));
}

/** Twice a whole number is even, twice an amount even in hundredths. */
const canBeDouble = (value: number, isCount: boolean): boolean =>
  Math.round(isCount ? value : value * 100) % 2 === 0;

/** Log of how much better the second error fits Student's t of this scatter than the first. */
function logRatio(error: number, other: number, scatter: number): number {
  const weight = (value: number) => 1 + (value / scatter) ** 2 / FREEDOM;
  return ((FREEDOM + 1) / 2) * Math.log(weight(error) / weight(other));
}
