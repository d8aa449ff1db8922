import fc from "fast-check";
import { expect, test } from "vitest";
import { chiSquareLimit, judgeMix, type Mix } from "./judge-mix.ts";

/** 60 % web, 30 % app, 10 % till, a little different every day. */
const usual = Array.from({ length: 40 }, (_, i): Mix => {
  const wobble = ((i * 7919) % 41) - 20;
  return { web: 600 + wobble, app: 300 - wobble, till: 100 };
});

test.each([
  ["the usual mix", { web: 600, app: 300, till: 100 }, false],
  ["the usual mix of a small day", { web: 31, app: 14, till: 5 }, false],
  ["the till is gone", { web: 660, app: 340 }, true],
  ["a new channel takes a third", { web: 400, app: 200, till: 70, market: 330 }, true],
  ["all in one channel", { web: 1000 }, true],
])("%s", (_, today, hasShifted) => {
  expect(judgeMix({ history: usual, today })).toMatchObject({ state: "judged", hasShifted });
});

test("the movers are named, the largest first", () => {
  const verdict = judgeMix({ history: usual, today: { web: 400, app: 300, till: 100, market: 200 } });
  if (verdict.state !== "judged") throw new Error(verdict.state);
  expect(verdict.movers[0]).toMatchObject({ category: "market", share: 0.2, usualShare: 0 });
  expect(verdict.movers[1]).toMatchObject({ category: "web", share: 0.4 });
});

test("one broken day in the past neither alarms nor hides the next one", () => {
  const history = [...usual, { web: 1000 }];
  expect(judgeMix({ history, today: { web: 610, app: 290, till: 100 } })).toMatchObject({
    hasShifted: false,
  });
  expect(judgeMix({ history, today: { web: 1000 } })).toMatchObject({ hasShifted: true });
});

test.each([
  [1, 10.83],
  [3, 16.27],
  [5, 20.52],
  [10, 29.59],
])("chi-square of %i degrees exceeds its tabled limit once in 1,000", (degrees, tabled) => {
  expect(Math.abs(chiSquareLimit(degrees) / tabled - 1)).toBeLessThan(0.04);
});

test("days that lost 40 % of their records at random keep their mix: less than 1 in 100 alarms", () => {
  const random = seeded(7);
  const history = Array.from({ length: 90 }, () => drawMix(120, random));
  const alarms = Array.from({ length: 2_000 }, () => judgeMix({ history, today: drawMix(72, random) }));
  expect(alarms.filter((verdict) => verdict.state === "judged" && verdict.hasShifted).length).toBeLessThan(
    20,
  );
});

/** Records that choose among four channels. */
function drawMix(records: number, random: () => number): Mix {
  const mix: Record<string, number> = {};
  for (let n = 0; n < records; n += 1) {
    const channel = ["store", "app", "till", "drafts"][Math.floor(random() ** 2 * 4)]!;
    mix[channel] = (mix[channel] ?? 0) + 1;
  }
  return mix;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test("few records and few days are not judged", () => {
  expect(judgeMix({ history: usual, today: { web: 12 } })).toEqual({ state: "not_enough_volume" });
  expect(judgeMix({ history: usual.slice(0, 13), today: { web: 600 } })).toEqual({ state: "learning" });
});

test("any mix gives a distance from 0 to 1 and a finite score, in any order of days", () => {
  const mix = fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__", "d"), fc.nat(500));
  fc.assert(
    fc.property(fc.array(mix, { minLength: 14, maxLength: 30 }), mix, (history, today) => {
      const verdict = judgeMix({ history, today });
      if (verdict.state !== "judged") return;
      expect(verdict.distance).toBeGreaterThanOrEqual(0);
      expect(verdict.distance).toBeLessThanOrEqual(1);
      expect(Number.isFinite(verdict.score)).toBe(true);
      const reversed = judgeMix({ history: history.toReversed(), today });
      expect(reversed).toMatchObject({ hasShifted: verdict.hasShifted });
    }),
  );
});
