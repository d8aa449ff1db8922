import { dayNumber, isCommonHoliday } from "./calendar-days.ts";
import { daysBefore, isLearning, unitsPerOne, usable } from "./daily-series.ts";
import { forecastDay, ownErrors } from "./day-forecast.ts";
import type { DayFacts } from "./judge-day.ts";
import { quantileOf } from "./quantiles.ts";
import { recentRange } from "./volume.ts";

export type RiseVerdict =
  | { state: "learning" }
  | { state: "judged"; score: number; looksDoubled: boolean; expected: number };

const LIMIT = 1.2;

/** Degrees of freedom of Student's t: errors of real series have heavy tails. */
const FREEDOM = 3;

const LEAST_SCATTER = 0.05;
const OWN_TAIL = 0.3;

/** Above six times the forecast, even half of the day would be extraordinary. */
const HIGHEST_ERROR = 1.8;

/** A doubled day is usually the highest of a month; one that is not counts less. */
const BELOW_MONTH = 0.8;
const BELOW_FORTNIGHT = 0.5;

const YOUNG_DAYS = 28;
const YOUNG_FACTOR = 1.5;
const HOLIDAY_FACTOR = 1.3;

/**
 * Whether a day looks as if it had been loaded twice: half of it fits this series better than all of it. A channel with a
 * false-alarm budget of its own: unique keys and the source's own counts see doubles for certain, totals only suspect them.
 */
export function judgeRise({ history, day, value: raw, isCount }: DayFacts): RiseVerdict {
  const today = dayNumber(day);
  const past = daysBefore(history, today);
  if (isLearning(past)) return { state: "learning" };
  const perOne = unitsPerOne(past, isCount);
  const forecast = forecastDay({ ...past, values: past.values.map((value) => value * perOne) }, today);
  if (!forecast) return { state: "learning" };
  const value = usable(raw);
  const log = Math.log1p(value * perOne);
  const expected = Math.expm1(forecast.expectedLog) / perOne;
  const error = log - forecast.expectedLog;
  if (error <= 0 || error > HIGHEST_ERROR || forecast.isClosedToday || !canBeDouble(value, isCount))
    return { state: "judged", score: 0, looksDoubled: false, expected };
  const own = ownErrors(forecast);
  const scatter = Math.hypot(
    LEAST_SCATTER,
    1.4826 * own.usual,
    Math.exp(-forecast.expectedLog / 2),
    OWN_TAIL * quantileOf(own.up, 0.9),
  );
  const novelty = noveltyOf(log, recentRange(forecast, 14).high, recentRange(forecast, 28).high);
  const caution =
    (today - past.days[0]! < YOUNG_DAYS ? YOUNG_FACTOR : 1) * (isCommonHoliday(today) ? HOLIDAY_FACTOR : 1);
  const score = Math.max(0, (logRatio(error, error - Math.LN2, scatter) * novelty) / caution / LIMIT);
  return { state: "judged", score, looksDoubled: score >= 1, expected };
}

/** Twice a whole number is even, twice an amount even in hundredths. */
const canBeDouble = (value: number, isCount: boolean): boolean =>
  Math.round(isCount ? value : value * 100) % 2 === 0;

function noveltyOf(log: number, fortnightHigh: number, monthHigh: number): number {
  if (log > monthHigh) return 1;
  return log > fortnightHigh ? BELOW_MONTH : BELOW_FORTNIGHT;
}

/** Log of how much better the second error fits Student's t of this scatter than the first. */
function logRatio(error: number, other: number, scatter: number): number {
  const weight = (value: number) => 1 + (value / scatter) ** 2 / FREEDOM;
  return ((FREEDOM + 1) / 2) * Math.log(weight(error) / weight(other));
}
