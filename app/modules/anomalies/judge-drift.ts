import { dayNumber } from "./calendar-days.ts";
import { daysBefore, isLearning, unitsPerOne, usable } from "./daily-series.ts";
import { type DayForecast, forecastDay, ownErrors } from "./day-forecast.ts";
import type { DayFacts } from "./judge-day.ts";
import { ascending, quantileOf } from "./quantiles.ts";

export type DriftVerdict =
  | { state: "learning" }
  | {
      state: "judged";
      score: number;
      isDrifting: boolean;
      /** Recent level over the level of the months before: 0.5 is half. */
      ratio: number;
    };

const LIMIT = 0.95;

/** Open days whose mean is the level now ... */
const RECENT_DAYS = 10;

/** ... against the mean of these: from 28 to 84 open days back. */
const GAP_DAYS = 28;
const BASELINE_DAYS = 56;
const FEWEST_BASELINE_DAYS = 14;

/** The series' own earlier changes of level are looked at in steps of this many days. */
const STEP_DAYS = 3;

const YOUNG_DAYS = 56;

/** Changes of level smaller than this, in logs, are never news. */
const LEAST_SCALE = 0.15;

/** Whether the level of the last days has moved further from the months before than this series' level usually moves. */
export function judgeDrift({ history, day, value, isCount }: DayFacts): DriftVerdict {
  const today = dayNumber(day);
  const past = daysBefore(history, today);
  if (isLearning(past) || today - past.days[0]! < YOUNG_DAYS) return { state: "learning" };
  const perOne = unitsPerOne(past, isCount);
  const forecast = forecastDay({ ...past, values: past.values.map((each) => each * perOne) }, today);
  if (!forecast) return { state: "learning" };
  const { usual } = ownErrors(forecast);
  const levels = steadyLogs(forecast, usual, Math.log1p(usable(value) * perOne));
  const earlier: number[] = [];
  for (let at = levels.length - 2 * STEP_DAYS; at > GAP_DAYS + FEWEST_BASELINE_DAYS; at -= STEP_DAYS)
    earlier.push(Math.abs(levelChange(levels, at)));
  const own = ascending(earlier);
  const scale = LEAST_SCALE + 0.5 * quantileOf(own, 0.9) + 0.5 * quantileOf(own, 1) + 0.5 * usual;
  const change = levelChange(levels, levels.length);
  const score = Math.abs(change) / scale / LIMIT;
  return { state: "judged", score, isDrifting: score >= 1, ratio: Math.exp(change) };
}

/** Open days up to today without weekday effects, in logs, each cut to three usual errors from its forecast. */
function steadyLogs(
  { adjusted, errors, level, expectedLog, isClosedToday }: DayForecast,
  usualError: number,
  todaysLog: number,
): number[] {
  const limit = Math.max(0.05, 3 * usualError);
  const cut = (error: number) => Math.max(-limit, Math.min(limit, error));
  const logs = adjusted.map((log, i) => log - errors[i]! + cut(errors[i]!));
  return isClosedToday ? logs : [...logs, level + cut(todaysLog - expectedLog)];
}

/** Of the first `until` days: mean of the last ten less the mean of the baseline before; 0 where that is too short. */
function levelChange(logs: readonly number[], until: number): number {
  const baselineEnd = until - GAP_DAYS;
  const baseline = logs.slice(Math.max(0, baselineEnd - BASELINE_DAYS), Math.max(0, baselineEnd));
  if (baseline.length < FEWEST_BASELINE_DAYS) return 0;
  return mean(logs.slice(until - RECENT_DAYS, until)) - mean(baseline);
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
