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
  ["more rows than expected: not over yet", 60, { rowsLoaded: 5_000, expectedRows: 1_000 }, 90, 3],
  ["no row yet: by time", 10, { rowsLoaded: 0, expectedRows: 1_000, expectedSeconds: 100 }, 14, 90],
  ["longer than expected: it slows down and says nothing", 1_000, { expectedSeconds: 100 }, 90, null],
] as const)("%s", (_, seconds, facts, percent, etaSeconds) => {
  expect(after(seconds, facts)).toEqual({ percent, etaSeconds });
});
