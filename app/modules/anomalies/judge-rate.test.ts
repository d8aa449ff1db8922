import fc from "fast-check";
import { expect, test } from "vitest";
import { type BadRows, judgeRate } from "./judge-rate.ts";

const days = (count: number, shareAt: (i: number) => number, total = 1000): BadRows[] =>
  Array.from({ length: count }, (_, i) => ({ count: Math.round(total * shareAt(i)), total }));

/** Around 2 %, between 1.5 and 2.5. */
const steady = days(90, (i) => 0.015 + (0.01 * ((i * 7919) % 101)) / 100);

test.each([
  ["as always", steady, { count: 20, total: 1000 }, false],
  ["a little more", steady, { count: 26, total: 1000 }, false],
  ["five points more", steady, { count: 70, total: 1000 }, true],
  ["the same share of few rows", steady, { count: 3, total: 40 }, false],
  ["never any, now one of a thousand", days(60, () => 0), { count: 1, total: 1000 }, false],
  ["never any, now one in twenty", days(60, () => 0), { count: 50, total: 1000 }, true],
  ["none at all", steady, { count: 0, total: 1000 }, false],
  ["every row", steady, { count: 1000, total: 1000 }, true],
  ["all along every row", days(60, () => 1), { count: 1000, total: 1000 }, false],
] as const)("%s", (_, history, today, isJump) => {
  expect(judgeRate({ history, today })).toMatchObject({ state: "judged", isJump });
});

test("a share that swings needs a larger jump", () => {
  const swinging = days(90, (i) => 0.02 + 0.1 * ((i * 7919) % 101) * 0.01);
  expect(judgeRate({ history: swinging, today: { count: 130, total: 1000 } })).toMatchObject({
    isJump: false,
  });
  expect(judgeRate({ history: swinging, today: { count: 600, total: 1000 } })).toMatchObject({
    isJump: true,
  });
});

test("fewer than twenty rows or fourteen days are not judged", () => {
  expect(judgeRate({ history: steady, today: { count: 5, total: 19 } })).toEqual({
    state: "not_enough_volume",
  });
  expect(judgeRate({ history: steady.slice(0, 13), today: { count: 5, total: 100 } })).toEqual({
    state: "learning",
  });
});

test("the highest usual share parts jumps from the rest, in any order of days, without NaN", () => {
  const rows = fc
    .record({ total: fc.integer({ min: 20, max: 5000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ total, share }) => ({ total, count: Math.round(total * share) }));
  fc.assert(
    fc.property(fc.array(rows, { minLength: 14, maxLength: 60 }), rows, (history, today) => {
      const verdict = judgeRate({ history, today });
      expect(judgeRate({ history: history.toReversed(), today })).toEqual(verdict);
      if (verdict.state !== "judged") throw new Error(verdict.state);
      for (const figure of [verdict.score, verdict.expectedShare, verdict.highestUsualShare])
        expect(Number.isFinite(figure)).toBe(true);
      if (Math.abs(verdict.score - 1) > 1e-6 && verdict.highestUsualShare < 1)
        expect(verdict.share > verdict.highestUsualShare).toBe(verdict.isJump);
    }),
  );
});
