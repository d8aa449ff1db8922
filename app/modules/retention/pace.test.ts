import { expect, test } from "vitest";
import { nextBatchSize } from "./pace.ts";

test.each([
  ["a quick batch is followed by one of twice as many rows", 1000, 29, 2000],
  ["up to the largest", 32_000, 1, 32_000],
  ["one that takes as long as it may is followed by its like", 8000, 30, 8000],
  ["up to a tenth of a second", 8000, 100, 8000],
  ["a slow one is followed by one of half as many", 8000, 101, 4000],
  ["never by fewer than the smallest", 1000, 9000, 1000],
] as const)("%s", (_, wanted, tookMs, expected) => {
  expect(nextBatchSize(wanted, tookMs, { smallest: 1000, largest: 32_000 })).toBe(expected);
});
