import fc from "fast-check";
import { expect, test } from "vitest";
import { dayBefore, daysEnding } from "../shops/shop-days.ts";
import { cutRange, type DayRange, mergeRanges } from "./day-ranges.ts";

const range = (fromDay: string, toDay: string): DayRange => ({ fromDay, toDay });
const daysOf = ({ fromDay, toDay }: DayRange): string[] => {
  const days: string[] = [];
  for (let day = fromDay; day <= toDay; day = dayBefore(day, -1)) days.push(day);
  return days;
};

test.each([
  ["ranges that touch become one", ["03:05", "01:02"], ["01:05"]],
  ["ranges a day apart stay two", ["01:02", "04:05"], ["01:02", "04:05"]],
  ["a range inside another is gone", ["01:09", "03:04"], ["01:09"]],
  ["single days of one row become a range", ["05:05", "03:03", "04:04"], ["03:05"]],
  ["none stays none", [], []],
])("%s", (_, ranges, merged) => {
  const parse = (text: string) => range(`2026-11-${text.slice(0, 2)}`, `2026-11-${text.slice(3)}`);
  expect(mergeRanges(ranges.map(parse))).toEqual(merged.map(parse));
});

test.each([
  ["a range as long as a piece", range("2026-11-01", "2026-11-10"), [range("2026-11-01", "2026-11-10")]],
  [
    "a day more",
    range("2026-10-31", "2026-11-10"),
    [range("2026-11-01", "2026-11-10"), range("2026-10-31", "2026-10-31")],
  ],
  ["a single day", range("2026-11-10", "2026-11-10"), [range("2026-11-10", "2026-11-10")]],
])("%s is cut into pieces of ten days, newest first", (_, whole, pieces) => {
  expect(cutRange(whole, 10)).toEqual(pieces);
});

test("merging and cutting lose and repeat no day", () => {
  const day = fc.integer({ min: 0, max: 60 }).map((n) => daysEnding("2026-11-24", 61)[n]!);
  const anyRange = fc.tuple(day, day).map(([a, b]) => (a < b ? range(a, b) : range(b, a)));
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 8 }), fc.integer({ min: 1, max: 20 }), (ranges, size) => {
      const pieces = mergeRanges(ranges).flatMap((one) => cutRange(one, size));
      expect(pieces.every((piece) => daysOf(piece).length <= size)).toBe(true);
      expect(pieces.flatMap(daysOf).sort()).toEqual([...new Set(ranges.flatMap(daysOf))].sort());
    }),
  );
});
