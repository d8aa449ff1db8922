import { median, weightedQuantile } from "./median.ts";

/** Rows and duration of something that has ended. */
export interface Timed {
  rows: number;
  seconds: number;
}

export interface DurationFacts {
  /** How many will be loaded. */
  rows: number;
  /** Successful syncs of the last 30 days that told their rows. */
  runs: readonly Timed[];
  /**
   * The largest ones from before; those count that are larger than all since. A first import says more of a large read than
   * a hundred small syncs.
   */
  largeRuns: readonly Timed[];
  /** Completed backfills of this connector. */
  earlier: readonly Timed[];
}

const FEWEST_RUNS = 3;
/** What is so many times larger than everything seen is not guessed. */
const MOST_TIMES = 10;
/** What may be so many times as long at most as at least is not guessed: the middle of it is within a factor of three. */
const WIDEST = 9;
/** Pairs of runs grow with the square of their number. */
const MOST_RUNS = 100;

/**
 * How long it takes, from what this connector has done before, with what that rests on; or why it cannot be said yet.
 * Monotone in the rows: more rows never take less, and where it cannot be said it cannot be said for more.
 */
export function estimateDuration(facts: DurationFacts): { seconds: number | null; basis: string } {
  const { rows, earlier } = facts;
  const largestLately = Math.max(0, ...facts.runs.map((run) => run.rows));
  const largeRuns = facts.largeRuns.filter((run) => run.rows > largestLately);
  const runs = [...facts.runs, ...largeRuns];
  const largest = Math.max(0, ...[...earlier, ...runs].map((one) => one.rows));
  if (earlier.length === 0 && runs.length < FEWEST_RUNS)
    return cannotSay("too few syncs of this source have told how much they loaded");
  const seconds =
    rows > MOST_TIMES * largest
      ? null
      : earlier.length === 0
        ? fromRuns(rows, runs)
        : earlier.length === 1
          ? fromOne(rows, earlier[0]!, runs)
          : lineThrough([...earlier, ...usualRun(runs)])(rows);
  if (seconds === null) return cannotSay("nothing nearly as large has been loaded from this source before");
  return { seconds: Math.max(1, Math.round(seconds)), basis: basisOf({ ...facts, largeRuns }) };
}

const cannotSay = (why: string) => ({ seconds: null, basis: `Cannot say how long yet: ${why}.` });

function basisOf({ runs, largeRuns, earlier }: DurationFacts): string {
  if (earlier.length > 0)
    return `from ${earlier.length === 1 ? "one earlier backfill" : `${earlier.length} earlier backfills`}`;
  const lately = `from ${runs.length} ${runs.length === 1 ? "run" : "runs"} in 30 days`;
  return largeRuns.length === 0
    ? lately
    : `${lately} and the ${largeRuns.length === 1 ? "largest" : `${largeRuns.length} largest`} before`;
}

/** Small syncs alone leave open what a row costs: where their slopes disagree too much for so many rows, null. */
function fromRuns(rows: number, runs: readonly Timed[]): number | null {
  const some = spreadOut(runs);
  const slopes = slopesOf(some);
  const [x, y] = [median(some.map((run) => run.rows)), median(some.map(({ seconds }) => seconds))];
  const at = (slope: number) => Math.max(1, y + Math.max(0, slope) * (rows - x));
  const [least, most] = [at(weightedQuantile(slopes, 0.25)), at(weightedQuantile(slopes, 0.75))];
  return rows > x && most > WIDEST * least ? null : lineThrough(some)(rows);
}

/**
 * One backfill does not tell what it cost to begin and what its rows cost. If all went to beginning, the next takes as
 * long; if all but what a usual sync takes went to its rows, it grows with them. The geometric middle is off least.
 */
function fromOne(rows: number, one: Timed, runs: readonly Timed[]): number | null {
  const [usual = { rows: 0, seconds: 0 }] = usualRun(runs);
  const growing = Math.max(one.seconds / WIDEST, lineThrough([one, usual])(rows));
  return growing > WIDEST * Math.max(1, one.seconds) ? null : Math.sqrt(Math.max(1, one.seconds) * growing);
}

/** What a usual sync takes and loads: where every line begins. */
function usualRun(runs: readonly Timed[]): Timed[] {
  if (runs.length < FEWEST_RUNS) return [];
  return [
    { rows: median(runs.map(({ rows }) => rows)), seconds: median(runs.map(({ seconds }) => seconds)) },
  ];
}

/**
 * Seconds over rows by Theil and Sen: the median of the slopes between any two, and of what then is left to begin with.
 * An odd run (a queue, a retry) does not bend it. Neither of the two is below zero.
 */
function lineThrough(timed: readonly Timed[]): (rows: number) => number {
  const slope = Math.max(0, weightedQuantile(slopesOf(timed), 0.5));
  const start = median(timed.map(({ rows, seconds }) => seconds - slope * rows));
  if (start >= 0) return (rows) => start + slope * rows;
  const perRow = median(timed.flatMap(({ rows, seconds }) => (rows > 0 ? [seconds / rows] : [])));
  return (rows) => perRow * rows;
}

/** Between any two of different size. The further apart they are, the more they say of what a row costs. */
const slopesOf = (timed: readonly Timed[]): { value: number; weight: number }[] =>
  timed.flatMap((one, index) =>
    timed.slice(index + 1).flatMap((other) => {
      const apart = other.rows - one.rows;
      return apart === 0 ? [] : [{ value: (other.seconds - one.seconds) / apart, weight: Math.abs(apart) }];
    }),
  );

/** So many runs of all sizes, the smallest and the largest among them. */
function spreadOut(runs: readonly Timed[]): readonly Timed[] {
  if (runs.length <= MOST_RUNS) return runs;
  const sorted = [...runs].sort((a, b) => a.rows - b.rows);
  return Array.from(
    { length: MOST_RUNS },
    (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (MOST_RUNS - 1))]!,
  );
}
