import { ascending, median, quantileOf, secondLargest } from "./quantiles.ts";

/** Records of one day by category (channel, campaign, country); what is missing counts 0. */
export type Mix = Readonly<Record<string, number>>;

export interface MixFacts {
  /** Past days in any order, without the judged one and without days of incidents. Two or three months are plenty. */
  history: readonly Mix[];
  today: Mix;
}

export interface Mover {
  category: string;
  share: number;
  usualShare: number;
}

export type MixVerdict =
  | { state: "learning" }
  | { state: "not_enough_volume" }
  | {
      state: "judged";
      score: number;
      hasShifted: boolean;
      /** Jensen-Shannon distance from the usual mix: 0 the same, 1 nothing in common. */
      distance: number;
      /** The categories whose shares moved most, the largest move first. */
      movers: Mover[];
    };

const LEARNING_DAYS = 14;
const FEWEST_RECORDS = 20;
const MOVERS_SHOWN = 3;

/** How far the distance must exceed the series' own second-largest. */
const OWN_MARGIN = 1.3;

/** No mix is news below this distance, whatever its past: about a tenth of the records in another category. */
const LEAST_DISTANCE = 0.1;

/** Chance alone is allowed what it exceeds once in 1,000 days: the normal quantile of that. */
const CHANCE_Z = 3.09;

/** Whether today's shares lie further from the usual mix than this series' days ever tend to. */
export function judgeMix({ history, today }: MixFacts): MixVerdict {
  const past = history.map(countsOf).filter((day) => totalOf(day) >= FEWEST_RECORDS);
  if (past.length < LEARNING_DAYS) return { state: "learning" };
  const now = countsOf(today);
  if (totalOf(now) < FEWEST_RECORDS) return { state: "not_enough_volume" };
  const usual = usualShares(past);
  const distance = distanceOf(sharesOf(now), usual);
  const own = ascending(past.map((day) => distanceOf(sharesOf(day), usual)));
  const ownLimit = OWN_MARGIN * Math.max(secondLargest(own), quantileOf(own, 0.97));
  // A day of fewer records than usual strays further by chance than the days that its own limit comes from.
  const chance = chiSquareLimit(usual.size - 1) / (8 * Math.LN2 * totalOf(now));
  const score = distance / Math.max(LEAST_DISTANCE, ownLimit, Math.sqrt(chance));
  return { state: "judged", score, hasShifted: score >= 1, distance, movers: moversOf(sharesOf(now), usual) };
}

/** What chi-square exceeds by chance once in 1,000 (Wilson and Hilferty 1931; within 4 %, a little strict). */
export function chiSquareLimit(degrees: number): number {
  if (degrees < 1) return 0;
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + CHANCE_Z * Math.sqrt(spread)) ** 3;
}

const countsOf = (mix: Mix): Map<string, number> =>
  new Map(Object.entries(mix).filter(([, count]) => count > 0 && Number.isFinite(count)));

const totalOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);

function sharesOf(counts: ReadonlyMap<string, number>): Map<string, number> {
  const total = totalOf(counts);
  return new Map([...counts].map(([category, count]) => [category, count / total]));
}

/** The median share of each category, brought to a sum of 1: one broken day does not change the usual mix. */
function usualShares(past: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const days = past.map(sharesOf);
  const categories = new Set(days.flatMap((day) => [...day.keys()]));
  const medians = new Map(
    [...categories].map((category) => [category, median(days.map((day) => day.get(category) ?? 0))]),
  );
  return totalOf(medians) > 0 ? sharesOf(medians) : meanShares(days);
}

function meanShares(days: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const day of days) {
    for (const [category, share] of day) totals.set(category, (totals.get(category) ?? 0) + share);
  }
  return sharesOf(totals);
}

/** Square root of the Jensen-Shannon divergence in bits. */
function distanceOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let divergence = 0;
  for (const category of new Set([...a.keys(), ...b.keys()])) {
    const [p, q] = [a.get(category) ?? 0, b.get(category) ?? 0];
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p * Math.log2(p / middle)) / 2;
    if (q > 0) divergence += (q * Math.log2(q / middle)) / 2;
  }
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

function moversOf(shares: ReadonlyMap<string, number>, usual: ReadonlyMap<string, number>): Mover[] {
  const movers = [...new Set([...shares.keys(), ...usual.keys()])].map((category) => ({
    category,
    share: shares.get(category) ?? 0,
    usualShare: usual.get(category) ?? 0,
  }));
  const move = ({ share, usualShare }: Mover) => Math.abs(share - usualShare);
  return movers
    .sort((a, b) => move(b) - move(a) || (a.category < b.category ? -1 : 1))
    .slice(0, MOVERS_SHOWN);
}
