import { expect, test } from "vitest";
import { dayNumber } from "./calendar-days.ts";
import { daysBefore, isLearning, unitsPerOne } from "./daily-series.ts";

const until = dayNumber("2026-11-17");

test("later days, the day itself and days that do not exist are left out; the rest is sorted", () => {
  const series = daysBefore(
    [
      { day: "2026-11-16", value: 3 },
      { day: "2026-11-17", value: 9 },
      { day: "not a day", value: 9 },
      { day: "2026-11-14", value: 1 },
    ],
    until,
  );
  expect(series).toEqual({ days: [until - 3, until - 1], values: [1, 3] });
});

test("a day met twice keeps the larger value; negative and broken numbers count as 0", () => {
  const twice = [
    { day: "2026-11-15", value: 2 },
    { day: "2026-11-15", value: 5 },
    { day: "2026-11-16", value: -4 },
  ];
  expect(daysBefore(twice, until).values).toEqual([5, 0]);
  expect(daysBefore([{ day: "2026-11-16", value: Number.NaN }], until).values).toEqual([0]);
});

test("learning ends with fourteen days and two weekends", () => {
  const days = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
  const sunday = dayNumber("2026-11-01");
  expect(isLearning({ days: days(sunday, 13), values: [] })).toBe(true);
  expect(isLearning({ days: days(sunday, 14), values: [] })).toBe(false);
  const workdays = days(sunday, 40).filter((day) => (day - sunday) % 7 !== 0 && (day - sunday) % 7 !== 6);
  expect(isLearning({ days: workdays, values: [] })).toBe(true);
});

test("amounts are measured by their typical day, counts by themselves", () => {
  const series = { days: [1, 2, 3], values: [0, 50, 50] };
  expect(unitsPerOne(series, true)).toBe(1);
  expect(unitsPerOne(series, false)).toBe(20);
  expect(unitsPerOne({ days: [1], values: [0] }, false)).toBe(1);
});
