import { dayNumber, isCommonHoliday } from "./calendar-days.ts";
import {
  type DailySeries,
  type DayValue,
  daysBefore,
  isLearning,
  unitsPerOne,
  usable,
} from "./daily-series.ts";
import { type DayForecast, forecastDay } from "./day-forecast.ts";
import { doubledScore } from "./doubled-day.ts";
import { WARNING_SCORE } from "./scores.ts";
import { stuckRun } from "./stuck.ts";
import { usualRange } from "./usual-range.ts";
import { volumeTest } from "./volume.ts";
import { zeroRun } from "./zero-run.ts";

/** What is known when a day is judged. Days are calendar days of the shop, "2026-11-17". */
export interface DayFacts {
  /**
   * The baseline: days before, in any order, without days of incidents and expected windows. Entries of the judged day or
   * later are ignored. Two years are plenty.
   */
  history: readonly DayValue[];
  /** Days just before as they were, incidents included: only runs of zeros and repeats look at them. Default: the history. */
  lately?: readonly DayValue[];
  day: string;
  value: number;
  /** Counts scatter by chance and are whole; amounts do not depend on the currency. */
  isCount: boolean;
  /** Whether many rows of the day are known to be gone. */
  hasLostRows?: boolean;
  /** Whether the day may have been loaded twice unnoticed: its rows have no key. */
  suspectsDouble?: boolean;
}

/** warning: about 12 false alarms a series and year, high: about 2. */
export type Tier = "warning" | "high";

export type DayVerdict =
  | { state: "learning" }
  | ({
      /** `not_enough_volume`: nothing was found, but even three empty days would prove nothing here. */
      state: "judged" | "not_enough_volume";
    } & DayJudgement);

export interface DayJudgement {
  /** 1 is the alert limit, 0.5 the warning limit, comparable between series. */
  score: number;
  tier: Tier | null;
  /** The test that gave the score; `usual` below the warning limit. */
  kind: "usual" | "drop" | "rise" | "zero" | "stuck" | "double";
  expected: number;
  /** A value outside these raises drop, rise or zero; one inside does not, though it may be a repeat or a double. No upper end (null) on closed weekdays. */
  expectedLow: number;
  expectedHigh: number | null;
  /** Empty open days in a row with this one; 0 where the day holds something. */
  zeroDays: number;
  /** Chance of so many empty days in a row; null where the day holds something. */
  zeroProbability: number | null;
  /** Days before in a row with exactly this value. */
  repeats: number;
}

/** In its first four weeks a series needs this many times the evidence. */
const YOUNG_DAYS = 28;
const YOUNG_FACTOR = 1.5;

/** The smallest amount there is. */
const CENT = 0.01;

/** A common holiday needs this many times the evidence. */
const HOLIDAY_FACTOR = 1.5;

/** Rows that were there and are gone are most of the proof: a drop of such a day needs this share of the evidence. */
const LOST_ROWS_FACTOR = 0.43;

/** Judges one day of a daily series against its own past. */
export function judgeDay(facts: DayFacts): DayVerdict {
  const today = dayNumber(facts.day);
  const history = daysBefore(facts.history, today);
  if (isLearning(history)) return { state: "learning" };
  const perOne = unitsPerOne(history, facts.isCount);
  const inUnits = ({ days, values }: DailySeries) => ({
    days,
    values: values.map((value) => value * perOne),
  });
  const forecast = forecastDay(inUnits(history), today);
  if (!forecast) return { state: "learning" };
  const lately = facts.lately ? daysBefore([...facts.history, ...facts.lately], today) : history;
  return judgeForecast(facts, forecast, lately, perOne);
}

function judgeForecast(
  { value: raw, isCount, hasLostRows = false, suspectsDouble = false }: DayFacts,
  forecast: DayForecast,
  lately: DailySeries,
  perOne: number,
): DayVerdict {
  const value = usable(raw);
  const isYoung = forecast.today - forecast.series.days[0]! < YOUNG_DAYS;
  const caution = isYoung ? YOUNG_FACTOR : 1;
  const dayCaution = caution * (isCommonHoliday(forecast.today) ? HOLIDAY_FACTOR : 1);
  const isOpen = !forecast.isClosedToday;
  const volume = volumeTest(forecast);
  const dropCaution = dayCaution * (hasLostRows ? LOST_ROWS_FACTOR : 1);
  const drop = (at: number) => (isOpen ? volume.dropScore(at * perOne) / dropCaution : 0);
  const rise = (at: number) => (isOpen ? volume.riseScore(at * perOne, dayCaution) : 0);
  const zero = zeroRun(forecast, lately, isCount);
  const stuck = stuckRun(forecast, lately, value, perOne, isCount);
  const scores = {
    drop: value > 0 ? drop(value) : 0,
    rise: rise(value),
    zero: isOpen && value === 0 ? zero.score / (zero.breaksSteadyRecord ? 1 : dayCaution) : 0,
    stuck: stuck.score / caution,
    double: suspectsDouble ? doubledScore(forecast, value, perOne, isCount, dayCaution) : 0,
  };
  const kind = (["drop", "rise", "zero", "stuck", "double"] as const).reduce((a, b) =>
    scores[b] > scores[a] ? b : a,
  );
  const score = scores[kind];
  const isOrdinaryZero = kind === "zero" && !zero.isImprobable && !zero.breaksSteadyRecord;
  const tier = isOrdinaryZero ? null : tierOf(score);
  const range = usualRange(drop, rise, isCount && Number.isInteger(value));
  const smallest = isCount ? 1 : Math.min(CENT, value || CENT);
  const lowForZero = kind === "zero" && tier ? Math.max(range.low, smallest) : 0;
  return {
    state: tier === null && !zero.canTell ? "not_enough_volume" : "judged",
    score,
    tier,
    kind: tier === null ? "usual" : kind,
    expected: isOpen ? Math.expm1(forecast.expectedLog) / perOne : 0,
    expectedLow: value === 0 ? lowForZero : range.low,
    expectedHigh: isOpen ? range.high : null,
    zeroDays: value === 0 ? zero.days : 0,
    zeroProbability: value === 0 ? zero.probability : null,
    repeats: stuck.repeats,
  };
}

function tierOf(score: number): Tier | null {
  if (score >= 1) return "high";
  return score >= WARNING_SCORE ? "warning" : null;
}
