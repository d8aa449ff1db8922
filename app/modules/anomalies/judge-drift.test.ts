import { expect, test } from "vitest";
import { judgeDrift } from "./judge-drift.ts";

const FIRST = Date.parse("2026-01-01") / 86_400_000;
const dayOf = (i: number) => new Date((FIRST + i) * 86_400_000).toISOString().slice(0, 10);

const series = (count: number, levelAt: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => ({
    day: dayOf(i),
    value: Math.round(levelAt(i) * (0.9 + ((i * 79) % 21) / 100)),
  }));

const judge = (levelAt: (i: number) => number, count = 200) => {
  const known = series(count + 1, levelAt);
  return judgeDrift({ history: known.slice(0, count), ...known[count]!, isCount: true });
};

/** From 1 to `target` within 21 days, then there; the judged day is the last of 28. */
const ramp = (target: number) => (i: number) => 500 * target ** Math.min(1, Math.max(0, (i - 172) / 21));

test.each([
  ["a steady level", () => 500, false],
  ["half within three weeks", ramp(0.5), true],
  ["double within three weeks", ramp(2), true],
  ["one day of nothing", (i: number) => (i === 199 ? 0 : 500), false],
  ["one day of ten times", (i: number) => (i === 199 ? 5000 : 500), false],
  ["growth that has always been so", (i: number) => 100 * 1.01 ** i, false],
])("%s", (_, levelAt, isDrifting) => {
  expect(judge(levelAt)).toMatchObject({ state: "judged", isDrifting });
});

test("the ratio tells how far, and eight weeks are needed", () => {
  const verdict = judge(ramp(0.5));
  if (verdict.state !== "judged") throw new Error(verdict.state);
  expect(verdict.ratio).toBeGreaterThan(0.45);
  expect(verdict.ratio).toBeLessThan(0.6);
  expect(judge(() => 500, 50)).toEqual({ state: "learning" });
});
