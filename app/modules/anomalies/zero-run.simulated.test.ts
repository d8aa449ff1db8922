import { expect, test } from "vitest";
import { type DayJudgement, judgeDay } from "./judge-day.ts";

const SHOPS = 200;
const DAYS = 365;
const MEAN = 3;
const FIRST_DAY = Date.parse("2025-01-01") / 86_400_000;

const dayOf = (i: number) => new Date((FIRST_DAY + i) * 86_400_000).toISOString().slice(0, 10);

/** Mulberry32: the same draws on every machine. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function poisson(random: () => number): number {
  const limit = Math.exp(-MEAN);
  let [count, product] = [0, random()];
  while (product > limit) {
    count += 1;
    product *= random();
  }
  return count;
}

const shops = Array.from({ length: SHOPS }, (_, shop) => {
  const random = uniform(1000 + shop);
  return Array.from({ length: DAYS }, (_, i) => ({ day: dayOf(i), value: poisson(random) }));
});

const judge = (orders: { day: string; value: number }[], i: number): DayJudgement | null => {
  const verdict = judgeDay({ history: orders.slice(0, i), ...orders[i]!, isCount: true });
  return verdict.state === "learning" ? null : verdict;
};

test("200 shops of three orders a day for a year: no ordinary quiet day is a zero alarm", () => {
  let alarms = 0;
  for (const orders of shops) {
    orders.forEach(({ value }, i) => {
      const isOrdinary = value === 0 && !(orders[i - 1]?.value === 0 && orders[i - 2]?.value === 0);
      if (isOrdinary && judge(orders, i)?.tier) alarms += 1;
    });
  }
  expect(alarms).toBe(0);
});

test("a real outage of five days is found as soon as chance allows: on the third day, at the latest the fifth", () => {
  const foundOn = shops.map((orders) => {
    const broken = orders.map((known, i) => (i >= 200 && i < 205 ? { ...known, value: 0 } : known));
    return [0, 1, 2, 3, 4].findIndex((offset) => judge(broken, 200 + offset)?.tier === "high") + 1;
  });
  expect(foundOn.filter((day) => day === 0)).toHaveLength(0);
  expect(foundOn.filter((day) => day <= 3).length).toBeGreaterThan(0.8 * SHOPS);
});
