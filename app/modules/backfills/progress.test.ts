import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateProgress } from "./progress.ts";

const startedAt = new Date("2026-11-24T12:00:00Z");
const after = (seconds: number, facts: Partial<Parameters<typeof estimateProgress>[0]>) =>
  estimateProgress({
    enginePercent: null,
    rowsLoaded: null,
    expectedRows: null,
    expectedSeconds: null,
    startedAt,
    now: new Date(startedAt.getTime() + seconds * 1000),
    ...facts,
  });

test.each([
  ["nothing is known", 10, {}, null, null],
  ["the engine says a quarter", 30, { enginePercent: 25 }, 24, 90],
  ["the engine says all", 30, { enginePercent: 100 }, 95, 0],
  ["half of the rows", 60, { rowsLoaded: 500, expectedRows: 1_000, expectedSeconds: 9 }, 48, 60],
  ["the engine says nothing is loaded yet", 30, { enginePercent: 0, expectedSeconds: 100 }, 0, 70],
  [
    "hardly a row: as long as was expected",
    30,
    { rowsLoaded: 1, expectedRows: 1_000, expectedSeconds: 100 },
    0,
    70,
  ],
  [
    "hardly a row, and all of the time",
    130,
    { rowsLoaded: 9, expectedRows: 1_000, expectedSeconds: 100 },
    1,
    null,
  ],
  ["nearly all rows", 60, { rowsLoaded: 990, expectedRows: 1_000 }, 90, 1],
  ["as many rows as expected: not over yet", 60, { rowsLoaded: 1_000, expectedRows: 1_000 }, 90, null],
  [
    "as many rows as expected, and time left",
    60,
    { rowsLoaded: 1_000, expectedRows: 1_000, expectedSeconds: 100 },
    90,
    40,
  ],
  ["more rows than expected: not over yet", 60, { rowsLoaded: 5_000, expectedRows: 1_000 }, 90, null],
  [
    "nothing was expected, and nothing is loaded",
    60,
    { rowsLoaded: 0, expectedRows: 0, expectedSeconds: 0 },
    null,
    null,
  ],
  ["no row yet: by time", 10, { rowsLoaded: 0, expectedRows: 1_000, expectedSeconds: 100 }, 14, 90],
  ["longer than expected: it slows down and says nothing", 1_000, { expectedSeconds: 100 }, 90, null],
] as const)("%s", (_, seconds, facts, percent, etaSeconds) => {
  expect(after(seconds, facts)).toEqual({ percent, etaSeconds });
});

test("it never goes back with time or rows, nor to its end; what is left is never below zero", () => {
  const facts = fc.record({
    enginePercent: fc.constant(null),
    expectedRows: fc.option(fc.nat(10_000)),
    expectedSeconds: fc.option(fc.nat(10_000)),
    rowsLoaded: fc.nat(50_000),
  });
  fc.assert(
    fc.property(facts, fc.nat(50_000), fc.nat(50_000), fc.nat(1_000), (known, a, b, moreRows) => {
      const before = after(Math.min(a, b), known);
      const later = after(Math.max(a, b), {
        ...known,
        rowsLoaded: known.rowsLoaded === 0 ? 0 : known.rowsLoaded + moreRows,
      });
      expect(later.percent ?? 0).toBeGreaterThanOrEqual(before.percent ?? 0);
      expect(later.percent ?? 0).toBeLessThan(100);
      expect(before.etaSeconds ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
