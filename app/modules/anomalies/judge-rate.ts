import { ascending, median, secondLargest } from "./quantiles.ts";

/** Bad rows (null, duplicate, negative ...) among all rows of one day. */
export interface BadRows {
  count: number;
  total: number;
}

export interface RateFacts {
  /** Past days in any order, without the judged one and without days of incidents; the last three months: shares wander. */
  history: readonly BadRows[];
  today: BadRows;
}

export type RateVerdict =
  | { state: "learning" }
  | { state: "not_enough_volume" }
  | {
      state: "judged";
      /** 1 is the limit of about two false alarms a year. */
      score: number;
      isJump: boolean;
      share: number;
      expectedShare: number;
      /** A share above this is a jump, one up to it is not. */
      highestUsualShare: number;
    };

/** The limit in standard deviations: this, and so many times the second-largest rise of the past. */
const LEAST_LIMIT = 2;
const OWN_LIMIT = 0.6;

const LEARNING_DAYS = 14;
const FEWEST_ROWS = 20;

/** Standard deviation, as an angle, that no series is steadier than. */
const LEAST_DEVIATION = 0.01;

/** Whether the share of bad rows is higher than it ever tends to be here. Falling shares are good news. */
export function judgeRate({ history, today }: RateFacts): RateVerdict {
  const past = history.filter(({ total }) => total >= FEWEST_ROWS).map(sane);
  if (past.length < LEARNING_DAYS) return { state: "learning" };
  if (!(today.total >= FEWEST_ROWS)) return { state: "not_enough_volume" };
  const { count, total } = sane(today);
  const angles = past.map(angleOf);
  const center = median(angles);
  const deviationOf = deviations(past, angles, center);
  const rises = ascending(angles.map((angle, i) => (angle - center) / deviationOf(past[i]!.total)));
  const ownRise = Math.max(0, secondLargest(rises));
  const limit = deviationOf(total) * (LEAST_LIMIT + OWN_LIMIT * ownRise);
  const score = Math.max(0, (angleOf({ count, total }) - center) / limit);
  return {
    state: "judged",
    score,
    isJump: score >= 1,
    share: count / total,
    expectedShare: shareOf(center, total),
    highestUsualShare: shareOf(center + limit, total),
  };
}

/** Standard deviation of a day's angle by its rows: the series' own unrest beyond chance, and binomial noise. */
function deviations(past: readonly BadRows[], angles: readonly number[], center: number) {
  const spread = 1.4826 * median(angles.map((angle) => Math.abs(angle - center)));
  const unrest = Math.max(0, spread ** 2 - median(past.map(({ total }) => 1 / total)));
  return (total: number) => Math.sqrt(unrest + 1 / total + LEAST_DEVIATION ** 2);
}

const sane = ({ count, total }: BadRows): BadRows => ({ count: Math.min(Math.max(0, count), total), total });

/** Anscombe's angle of a share: its noise is 1 / total whatever the share. From 0 (none) to pi (all). */
const angleOf = ({ count, total }: BadRows): number =>
  2 * Math.asin(Math.sqrt((count + 0.375) / (total + 0.75)));

/** The share that has this angle among so many rows. */
function shareOf(angle: number, total: number): number {
  const part = Math.sin(Math.min(Math.PI, Math.max(0, angle)) / 2) ** 2;
  return Math.min(1, Math.max(0, ((total + 0.75) * part - 0.375) / total));
}
