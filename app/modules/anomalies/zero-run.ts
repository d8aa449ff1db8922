import { weekdayOf } from "./calendar-days.ts";
import type { DailySeries } from "./daily-series.ts";
import type { DayForecast } from "./day-forecast.ts";
import { recentVolume } from "./recent-volume.ts";
import { type Limits, scoreOf } from "./scores.ts";

const LIMITS: Limits = { warning: 0.9, alert: 2.3 };

/** A run of empty days more probable than this is never an alarm. */
const IMPROBABLE = 1e-3;

/** How much the volume adds to what the share of empty days before says, per power of ten. */
const VOLUME_WEIGHT = 0.4;

/**
 * Zero where at least this many are expected, by the last weeks and by the forecast, and no zero in the last open days, needs
 * no statistics.
 */
const STEADY_EXPECTED = 20;
const STEADY_OPEN_DAYS = 60;
const FEWEST_STEADY_DAYS = 28;
const STEADY_SCORE = 1.3;

/** Days that would have to be empty for a volume worth judging to become improbable. */
const TELLING_DAYS = 3;

/** Unknown days up to this many do not end a run. */
const LONGEST_GAP_DAYS = 3;

export interface ZeroRun {
  score: number;
  /** Empty open days up to and with this one. */
  days: number;
  /** Chance of so long a run at the volume of the last weeks. */
  probability: number;
  /** Whether the chance is small enough for an alarm at all. */
  isImprobable: boolean;
  /** Plenty was expected and no recent open day was empty: an alert at once, whatever the day. */
  breaksSteadyRecord: boolean;
  /** Whether even three empty days would be improbable; if not, the volume is too low to judge. */
  canTell: boolean;
}

/**
 * What it would mean if the forecast day were empty. `lately` holds the days just before it as they were, those of open
 * incidents included.
 */
export function zeroRun(forecast: DayForecast, lately: DailySeries, isCount: boolean): ZeroRun {
  const { series, openDays, pattern, today } = forecast;
  const emptyBefore = emptyWeekdaysBefore(lately, pattern.isClosed, today);
  const daysBeforeRun = openDays.slice(0, openDays.findLastIndex((i) => series.values[i]! > 0) + 1);
  const before = daysBeforeRun.map((i) => series.values[i]!);
  const habit = emptyHabit(before);
  const volume = recentVolume(forecast, daysBeforeRun, isCount);
  const factorOf = (weekday: number) => Math.exp(pattern.effects[weekday]!);
  const days = emptyBefore.length + 1;
  const surprise = [weekdayOf(today), ...emptyBefore].reduce(
    (total, weekday) => total + volume.emptySurprise(factorOf(weekday)),
    0,
  );
  const probability = 10 ** -surprise;
  const isImprobable = probability < IMPROBABLE;
  const expected = volume.mean * factorOf(weekdayOf(today));
  const ownSurprise = -Math.log10(habit.begins) - emptyBefore.length * Math.log10(habit.goesOn);
  const score = scoreOf(Math.min(surprise, ownSurprise + VOLUME_WEIGHT * Math.log10(1 + expected)), LIMITS);
  const recent = before.slice(-STEADY_OPEN_DAYS);
  const expectedAtLeast = Math.min(expected, Math.expm1(forecast.expectedLog));
  const isSteady =
    expectedAtLeast >= STEADY_EXPECTED && recent.length >= FEWEST_STEADY_DAYS && !recent.includes(0);
  return {
    score: isSteady ? Math.max(score, STEADY_SCORE) : isImprobable ? score : Math.min(score, 0.99),
    days,
    probability,
    isImprobable,
    breaksSteadyRecord: isSteady,
    canTell: 10 ** (-TELLING_DAYS * volume.emptySurprise(1)) < IMPROBABLE,
  };
}

/** Weekdays of the empty open days right before, newest first. */
function emptyWeekdaysBefore({ days, values }: DailySeries, isClosed: boolean[], today: number): number[] {
  const weekdays: number[] = [];
  let last = today;
  for (let i = days.length - 1; i >= 0 && values[i] === 0 && last - days[i]! <= LONGEST_GAP_DAYS + 1; i--) {
    last = days[i]!;
    if (!isClosed[weekdayOf(last)]) weekdays.push(weekdayOf(last));
  }
  return weekdays;
}

/** How often an empty day follows an ordinary one, and an empty one, in this series; never 0. */
function emptyHabit(values: readonly number[]): { begins: number; goesOn: number } {
  let [begun, continued, filled] = [0, 0, 0];
  values.forEach((value, i) => {
    if (value > 0) filled += 1;
    else if (i > 0 && values[i - 1] === 0) continued += 1;
    else begun += 1;
  });
  return { begins: (begun + 0.5) / (filled + 1), goesOn: (continued + 0.5) / (begun + continued + 1) };
}
