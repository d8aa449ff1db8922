import { expect, test } from "vitest";
import { nextBatchSize } from "./pace.ts";

test.each([
  ["a quick batch is followed by one of twice as many rows", 1000, 59, 2000],
  ["up to the largest", 32_000, 1, 32_000],
  ["one that takes as long as it may is followed by its like", 8000, 60, 8000],
  ["up to a fifth of a second", 8000, 200, 8000],
  ["a slow one is followed by one of half as many", 8000, 201, 4000],
  ["never by fewer than the smallest", 1000, 9000, 1000],
] as const)("%s", (_, wanted, tookMs, expected) => {
  expect(nextBatchSize(wanted, tookMs, { smallest: 1000, largest: 32_000 })).toBe(expected);
});
