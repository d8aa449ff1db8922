import { expect, test } from "vitest";
import { ascending, median, quantileOf, secondLargest } from "./quantiles.ts";

test("quantiles interpolate between neighbours", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(quantileOf(ascending([0, 10]), 0.9)).toBe(9);
  expect(quantileOf(ascending([1, 2, 3]), 1)).toBe(3);
});

test("nothing gives 0", () => {
  expect(median([])).toBe(0);
  expect(secondLargest(ascending([5]))).toBe(0);
  expect(secondLargest(ascending([5, 9, 7]))).toBe(7);
});
