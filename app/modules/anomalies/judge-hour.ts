import { type HourProfile, hourProfile } from "./hour-profile.ts";
import { type HourCount, hourIndex, hourOfWeek, hoursBefore } from "./hours.ts";
import { ascending, secondLargest } from "./quantiles.ts";

/** What is known before an hour that has just ended. */
export interface HourFacts {
  /** Known local hours, with their zeros; hours of incidents and unknown hours are left out. Six weeks are plenty. */
  history: readonly HourCount[];
  /** Hours just before as they were, those of incidents included: the silence is counted through them. Default: none. */
  lately?: readonly HourCount[];
  /** The local hour to judge, "2026-11-24T13:00". */
  hour: string;
  count: number;
}

export type HourVerdict =
  | { state: "learning" }
  | { state: "not_enough_volume"; typicalRate: number }
  | {
      state: "judged";
      /** 1 is the alert limit; 0 where the hour holds a record. */
      score: number;
      isSilent: boolean;
      /** Hours of business without a record, up to and with this one. */
      silentHours: number;
      /** Records usual in those hours. */
      expected: number;
      /** Chance of so long a silence at such hours. */
      probability: number;
    };

/** Two weeks of known hours: each hour of the week was met twice. */
const LEARNING_HOURS = 14 * 24;

/** Below this many records an hour a silence says little. */
const SMALLEST_RATE = 2;

/** Surprise (-log10 of the chance) that a silence needs at least: a year has almost 10,000 hours ... */
const LEAST_SURPRISE = 5;

/** ... and by how much it has to exceed this series' own second-longest silence. */
const OWN_MARGIN = 1.5;

/** Hours with less than this share of the typical rate lie outside the hours of business. */
const CLOSED_SHARE = 0.02;

/** The wall clock skips an hour once a year; unknown hours up to this many do not end a silence. */
const LONGEST_GAP_HOURS = 2;

/** A silence: its surprise so far, the records it lacks, its hours. */
interface Silence {
  surprise: number;
  expected: number;
  hours: number;
}

const NO_SILENCE: Silence = { surprise: 0, expected: 0, hours: 0 };

/** Whether the run of empty hours that ends with this one is improbable for this series at such hours of the week. */
export function judgeHour({ history, lately = [], hour, count }: HourFacts): HourVerdict {
  const now = hourIndex(hour);
  const counts = hoursBefore(history, now);
  if (counts.size < LEARNING_HOURS) return { state: "learning" };
  const past = [...counts];
  while (past.length && past.at(-1)![1] === 0) past.pop();
  const profile = hourProfile(new Map(past));
  if (profile.typicalRate < SMALLEST_RATE)
    return { state: "not_enough_volume", typicalRate: profile.typicalRate };
  const judgeRun = (hours: [number, number][]) =>
    silencesOf(hours, profile, recentLevel(past, profile), hadEmptyDay(past));
  const { finished } = judgeRun([...counts]);
  const { current } = judgeRun([...runHours(counts, hoursBefore(lately, now)), [now, count]]);
  const limit = Math.max(LEAST_SURPRISE, OWN_MARGIN * secondLargest(ascending(finished)));
  const score = current.surprise / limit;
  return {
    state: "judged",
    score,
    isSilent: score >= 1,
    silentHours: current.hours,
    expected: current.expected,
    probability: 10 ** -current.surprise,
  };
}

/** Known hours and the latest ones as they were, oldest first. */
const runHours = (known: ReadonlyMap<number, number>, latest: ReadonlyMap<number, number>) =>
  [...new Map([...known, ...latest])].sort(([a], [b]) => a - b);

/**
 * Surprises of the silences that ended, and the one that still runs. Where whole days were empty before, a day that never
 * began says nothing here: the daily zero test judges it.
 */
function silencesOf(
  hours: [number, number][],
  { expected, size, typicalRate }: HourProfile,
  level: number,
  closesAtTimes: boolean,
) {
  const finished: number[] = [];
  let current = NO_SILENCE;
  let hasOpened = true;
  let before = hours[0]?.[0] ?? 0;
  for (const [index, count] of hours) {
    const rate = expected[hourOfWeek(index)]! * level;
    const isOpenHour = rate >= CLOSED_SHARE * typicalRate;
    const isBroken = index - before > LONGEST_GAP_HOURS + 1;
    if (count > 0 || isBroken) {
      if (current.surprise > 0) finished.push(current.surprise);
      current = NO_SILENCE;
    }
    if (!isOpenHour && closesAtTimes) hasOpened = false;
    if (count > 0) hasOpened = true;
    else if (isOpenHour) {
      const surprise = hasOpened ? size * Math.log10(1 + rate / size) : 0;
      current = {
        surprise: current.surprise + surprise,
        expected: current.expected + rate,
        hours: current.hours + 1,
      };
    }
    before = index;
  }
  return { finished, current };
}

/** The last three days against the profile, at most 1: a series that has calmed down is not silent. */
function recentLevel(past: [number, number][], { expected }: HourProfile): number {
  let seen = 0;
  let usual = 0;
  for (const [index, count] of past.slice(-72)) {
    seen += count;
    usual += expected[hourOfWeek(index)]!;
  }
  return usual > 0 ? Math.min(1, Math.max(0.2, seen / usual)) : 1;
}

/** Whether some known calendar day held no record at all. */
function hadEmptyDay(past: [number, number][]): boolean {
  const days = new Map<number, number>();
  for (const [index, count] of past) {
    const day = Math.floor(index / 24);
    days.set(day, (days.get(day) ?? 0) + count);
  }
  return [...days.values()].includes(0);
}
