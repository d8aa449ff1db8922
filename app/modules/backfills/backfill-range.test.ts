import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { BackfillLimits } from "./backfill.ts";
import {
  addDays,
  countDays,
  type DayRange,
  decideOpeningRange,
  findGapAround,
  findRangeProblems,
  fitRange,
  lastDays,
  listPresets,
} from "./backfill-range.ts";

const limits = (change: Partial<BackfillLimits> = {}): BackfillLimits => ({
  earliestDate: "2026-01-01",
  latestDate: "2026-11-24",
  maxDays: 90,
  reason: null,
  ...change,
});
const range = (startDate: string, endDate: string): DayRange => ({ startDate, endDate });

describe("days", () => {
  test.each([
    ["one day", range("2026-11-24", "2026-11-24"), 1],
    ["over the end of a month", range("2026-10-31", "2026-11-01"), 2],
    ["over a change of the clocks", range("2026-10-24", "2026-10-26"), 3],
    ["a leap year", range("2028-02-28", "2028-03-01"), 3],
  ])("are counted with both ends: %s", (_, days, count) => {
    expect(countDays(days)).toBe(count);
  });

  it("counts the last of them back from the latest, and stops at the earliest", () => {
    expect(lastDays(7, limits())).toEqual(range("2026-11-18", "2026-11-24"));
    expect(lastDays(90, limits({ earliestDate: "2026-11-20" }))).toEqual(range("2026-11-20", "2026-11-24"));
  });
});

describe("a range that is entered", () => {
  test.each([
    ["the earliest day alone", range("2026-01-01", "2026-01-01"), {}],
    ["90 days", range("2026-08-27", "2026-11-24"), {}],
    ["91 days", range("2026-08-26", "2026-11-24"), { startDate: "too_long" }],
    ["a day too early", range("2025-12-31", "2026-01-02"), { startDate: "too_early" }],
    ["tomorrow", range("2026-11-24", "2026-11-25"), { endDate: "too_late" }],
    ["nothing", range("", ""), { startDate: "missing", endDate: "missing" }],
    ["half a date", range("2026-11", "2026-11-24"), { startDate: "missing" }],
    ["a day that does not exist", range("2026-13-01", "2026-11-24"), { startDate: "missing" }],
    ["an end before its start", range("2026-11-24", "2026-11-23"), { endDate: "ends_before_start" }],
    ["a year that is still being typed", range("0002-11-20", "2026-11-24"), { startDate: "too_early" }],
  ])("%s", (_, entered, problems) => {
    expect(findRangeProblems(entered, limits())).toEqual(problems);
  });
});

describe("a range that is proposed", () => {
  test.each([
    ["inside stays", range("2026-11-10", "2026-11-12"), range("2026-11-10", "2026-11-12")],
    ["over today ends today", range("2026-11-20", "2026-12-03"), range("2026-11-20", "2026-11-24")],
    ["too long keeps its latest days", range("2026-05-01", "2026-11-24"), range("2026-08-27", "2026-11-24")],
    [
      "from before the earliest begins there",
      range("2025-12-20", "2026-01-03"),
      range("2026-01-01", "2026-01-03"),
    ],
    ["wholly before the earliest is none", range("2025-11-20", "2025-11-24"), null],
    ["wholly after the latest is none", range("2026-11-25", "2026-11-26"), null],
  ])("%s", (_, wanted, fitted) => {
    expect(fitRange(wanted, limits())).toEqual(fitted);
  });

  it("never proposes what would be refused", () => {
    const day = fc.integer({ min: -500, max: 200 }).map((days) => addDays("2026-11-24", days));
    fc.assert(
      fc.property(day, day, day, fc.integer({ min: 1, max: 90 }), (a, b, earliestDate, maxDays) => {
        const given = limits({ earliestDate, maxDays });
        const [startDate, endDate] = [a, b].sort() as [string, string];
        const fitted = fitRange({ startDate, endDate }, given);
        if (fitted) expect(findRangeProblems(fitted, given)).toEqual({});
        if (earliestDate <= given.latestDate)
          for (const preset of listPresets(given, range(a, b)))
            expect(findRangeProblems(preset.range, given)).toEqual({});
      }),
    );
  });

  test.each([
    [
      "the days it was opened for",
      range("2026-11-10", "2026-11-12"),
      range("2026-11-01", "2026-11-02"),
      range("2026-11-10", "2026-11-12"),
    ],
    [
      "a gap, when it was opened for none",
      null,
      range("2026-11-01", "2026-11-02"),
      range("2026-11-01", "2026-11-02"),
    ],
    [
      "a gap, when nobody serves the days it was opened for",
      range("2025-01-01", "2025-01-02"),
      range("2026-11-01", "2026-11-02"),
      range("2026-11-01", "2026-11-02"),
    ],
    ["the last week, when there is no gap", null, null, range("2026-11-18", "2026-11-24")],
  ])("a form opens with %s", (_, wanted, suggested, opening) => {
    expect(decideOpeningRange(wanted, suggested, limits())).toEqual(opening);
  });
});

describe("presets", () => {
  const keys = (given: BackfillLimits, suggested: DayRange | null = null) =>
    listPresets(given, suggested).map(({ key, range: days }) => [key, countDays(days)]);

  test.each([
    [
      "everything can be had",
      limits(),
      [
        ["last_7", 7],
        ["last_30", 30],
        ["last_90", 90],
      ],
    ],
    [
      "60 days can be had: they stand in for 90",
      limits({ earliestDate: "2026-09-26" }),
      [
        ["last_7", 7],
        ["last_30", 30],
        ["all", 60],
      ],
    ],
    [
      "30 days can be had",
      limits({ earliestDate: "2026-10-26" }),
      [
        ["last_7", 7],
        ["last_30", 30],
      ],
    ],
    ["3 days can be had", limits({ earliestDate: "2026-11-22" }), [["all", 3]]],
  ])("%s", (_, given, expected) => {
    expect(keys(given)).toEqual(expected);
  });

  it("puts a gap first, once, and only what can be had of it", () => {
    expect(keys(limits(), range("2026-11-10", "2026-11-14"))[0]).toEqual(["suggested", 5]);
    expect(keys(limits(), range("2026-11-18", "2026-11-24"))).toEqual([
      ["suggested", 7],
      ["last_30", 30],
      ["last_90", 90],
    ]);
    expect(keys(limits(), range("2025-12-30", "2026-01-02"))[0]).toEqual(["suggested", 2]);
    expect(keys(limits(), range("2024-12-30", "2025-01-02"))[0]).toEqual(["last_7", 7]);
  });
});

describe("the gap around a day", () => {
  const days = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"];
  const gaps =
    (...names: string[]) =>
    (day: string) =>
      names.includes(day);
  test.each([
    ["alone", gaps("2026-11-03"), range("2026-11-03", "2026-11-03")],
    [
      "with its neighbours",
      gaps("2026-11-02", "2026-11-03", "2026-11-04"),
      range("2026-11-02", "2026-11-04"),
    ],
    [
      "not over a whole day",
      gaps("2026-11-01", "2026-11-03", "2026-11-05"),
      range("2026-11-03", "2026-11-03"),
    ],
    ["to both ends", gaps(...days), range("2026-11-01", "2026-11-05")],
    ["none, for a whole day", gaps("2026-11-02"), null],
  ])("%s", (_, isGap, expected) => {
    expect(findGapAround(days, "2026-11-03", isGap)).toEqual(expected);
  });
});
