import type { DayJudgement, Tier } from "../anomalies/judge-day.ts";
import { WARNING_SCORE } from "../anomalies/scores.ts";
import { daysBetween } from "../shops/shop-days.ts";
import type { DataFacts, DayOfData, SourceShape } from "./data-facts.ts";
import { hasFaded, isInside } from "./judged-days.ts";
import { amountOf, isGap, judgeInSeries, type SeriesKey, seriesOf, valueToJudge } from "./volume-series.ts";

/** A day of the past as it would have been judged on it. */
export interface ReplayedDay {
  day: string;
  /** Null: there is none. */
  value: number | null;
  expected: number | null;
  /** Null while learning. */
  expectedLow: number | null;
  /** Null: no upper end, or learning. */
  expectedHigh: number | null;
  /** 1 is the alert limit. Null where the day was not judged. */
  score: number | null;
  tier: Tier | null;
  kind: DayJudgement["kind"];
  /**
   * `missing`: a source that reports whole days has no row of it. `expected`: people expect it to be unusual, or have said
   * so since. `not_judged`: it holds values that cannot be.
   */
  state: "judged" | "not_enough_volume" | "learning" | "missing" | "expected" | "not_judged";
}

/** The checks by which a person settles a day of these series. */
const settledBy: ReadonlySet<string> = new Set([
  "row_count_drop",
  "volume_anomaly",
  "stuck_values",
  "zero_orders",
  "zero_spend",
  "missing_days",
]);

/** A connector's main series: the rows of a record source, the main measure of one of whole days. */
export const mainSeriesOf = (shape: SourceShape): SeriesKey => seriesOf(shape)[0] ?? "rows";

/**
 * Judges each of the last due days with only the days before it, as it would have been judged on the next morning. Days
 * of expected windows and of known incidents leave the baseline; what the replay itself finds leaves it for as long as a
 * finding stands.
 */
export function replayDays(
  facts: DataFacts,
  days: number,
  series = mainSeriesOf(facts.shape),
): ReplayedDay[] {
  const { dueThrough } = facts;
  if (dueThrough === null) return [];
  const due = facts.days.filter(({ day }) => day <= dueThrough).slice(-days);
  const found: { day: string; tier: Tier }[] = [];
  return due.map((day) => {
    const standing = found.filter((one) => !hasFaded({ subject: one.day, severity: one.tier }, day.day));
    const replayed = replayDay(facts, series, day, new Set(standing.map((one) => one.day)));
    if (replayed.tier) found.push({ day: day.day, tier: replayed.tier });
    return replayed;
  });
}

function replayDay(
  facts: DataFacts,
  series: SeriesKey,
  day: DayOfData,
  odd: ReadonlySet<string>,
): ReplayedDay {
  const isMissing = isGap(day, facts.shape);
  const settled = facts.settled.filter(({ check }) => settledBy.has(check));
  const isExpected = isInside(day.day, facts.expected) || isInside(day.day, settled);
  const toJudge = isMissing ? null : valueToJudge(day, series, facts);
  // Without a value of its own the day still had a range: that of any value.
  const verdict = judgeInSeries(facts, series, { day: day.day, value: toJudge ?? ANY_VALUE }, odd);
  const isJudged = toJudge !== null && !isExpected && verdict.state !== "learning";
  const range =
    verdict.state === "learning"
      ? { expected: null, expectedLow: null, expectedHigh: null }
      : {
          expected: verdict.expected,
          expectedLow: verdict.expectedLow,
          expectedHigh: verdict.expectedHigh,
        };
  return {
    day: day.day,
    value: isMissing ? null : amountOf(day, series, facts.shape),
    ...range,
    score: isJudged ? verdict.score : null,
    tier: isJudged ? verdict.tier : null,
    kind: isJudged ? verdict.kind : "usual",
    state: isMissing ? "missing" : isExpected ? "expected" : toJudge === null ? "not_judged" : verdict.state,
  };
}

const ANY_VALUE = 1;

/** What a threshold would have done over replayed days. */
export interface SimulatedThreshold {
  /** Days that were judged. */
  days: number;
  alarms: string[];
  /** Alarms at most two days apart are one event. */
  events: number;
}

/** @param threshold on the scale of scores: 0.5 warns, 1 alerts */
export function simulateThreshold(replayed: readonly ReplayedDay[], threshold: number): SimulatedThreshold {
  const judged = replayed.filter(({ score }) => score !== null);
  const alarms = judged.filter((day) => day.score! >= threshold && !isHeldBack(day)).map(({ day }) => day);
  const begins = alarms.filter((day, index) => index === 0 || daysBetween(alarms[index - 1]!, day) > 2);
  return { days: judged.length, alarms, events: begins.length };
}

/** A zero that chance explains is no alarm, whatever its score. */
const isHeldBack = ({ score, tier }: ReplayedDay): boolean => score! >= WARNING_SCORE && tier === null;
