import { expect, test } from "vitest";
import { dayNumber, isCommonHoliday, weekdayOf } from "./calendar-days.ts";

test("calendar days count on through leap days, summer time and years", () => {
  expect(dayNumber("2024-03-01") - dayNumber("2024-02-28")).toBe(2);
  expect(dayNumber("2026-03-30") - dayNumber("2026-03-28")).toBe(2);
  expect(dayNumber("2026-01-01") - dayNumber("2025-12-31")).toBe(1);
  expect(dayNumber("2026-02-30x")).toBeNaN();
});

test.each([
  ["2026-11-22", 0],
  ["2026-11-24", 2],
  ["1969-12-31", 3],
  ["2024-02-29", 4],
])("%s is weekday %i", (day, weekday) => expect(weekdayOf(dayNumber(day))).toBe(weekday));

test.each([
  ["2026-12-25", true],
  ["2026-04-03", true],
  ["2026-04-05", true],
  ["2026-04-06", true],
  ["2026-04-07", false],
  ["2025-04-18", true],
  ["2026-11-26", true],
  ["2026-11-19", false],
  ["2026-06-10", false],
])("%s: a common holiday? %s", (day, isHoliday) => expect(isCommonHoliday(dayNumber(day))).toBe(isHoliday));
