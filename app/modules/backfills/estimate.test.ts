import { describe, expect, test } from "vitest";
import { dayBefore, daysEnding } from "../shops/shop-days.ts";
import { type EstimateFacts, estimateBackfill } from "./estimate.ts";

const today = "2026-11-24";
const ago = (days: number) => dayBefore(today, days);
const limits = { earliestDate: "2000-01-01", latestDate: today, maxDays: 90, reason: null };
const estimate = (facts: Partial<EstimateFacts>) =>
  estimateBackfill({
    source: "google_ads",
    asked: { startDay: ago(30), endDay: ago(20), isClamped: false },
    limits,
    today,
    hour: 3,
    way: "airbyte_bounded",
    rowsByDay: new Map(daysEnding(today, 100).map((day) => [day, 50])),
    runs: Array.from({ length: 31 }, (_, n) => ({ rows: 200 + n, seconds: 60 })),
    largeRuns: [],
    earlier: [],
    gap: null,
    ...facts,
  });
const codes = (facts: Partial<EstimateFacts>) => estimate(facts).warnings.map(({ code }) => code);

test("says days, rows, seconds, and what they rest on", () => {
  expect(estimate({})).toEqual({
    days: 11,
    estimatedRows: 13 * 50,
    estimatedDurationSeconds: 60,
    basis: "from 31 runs in 30 days",
    warnings: [],
    suggestedRange: null,
    limits,
  });
});

test("of a source without a profiled day nothing can be said", () => {
  expect(estimate({ rowsByDay: new Map() })).toMatchObject({
    estimatedRows: null,
    estimatedDurationSeconds: null,
    basis: "Cannot say yet: none of this source's days has been read.",
  });
});

describe("warns", () => {
  test("that later days are read again only where they are", () => {
    expect(codes({ way: "airbyte_bounded" })).toEqual([]);
    const [warning, ...others] = estimate({ way: "airbyte_rewind" }).warnings;
    expect(others).toEqual([]);
    // 30 days back, today, and the 15 that its cursor and its conversion window add.
    expect(warning).toEqual({
      code: "reads_to_today",
      message:
        "Google Ads is read from the first day up to now, so later days are read again too: 46 days in all.",
    });
    expect(
      codes({ way: "airbyte_rewind", asked: { startDay: ago(3), endDay: today, isClamped: false } }),
    ).toEqual(["restated_days", "includes_today"]);
  });
  test.each<[string, Partial<EstimateFacts>, string[]]>([
    ["60 days", { asked: { startDay: ago(90), endDay: ago(31), isClamped: false } }, []],
    ["61 days", { asked: { startDay: ago(91), endDay: ago(31), isClamped: false } }, ["long_range"]],
    [
      "a range that was cut",
      { asked: { startDay: ago(30), endDay: ago(20), isClamped: true } },
      ["platform_limit"],
    ],
    ["many rows at noon", { hour: 12, rowsByDay: new Map([[ago(1), 5_000]]) }, ["busy_hours"]],
    ["many rows at night", { hour: 22, rowsByDay: new Map([[ago(1), 5_000]]) }, []],
  ])("of %s: %#", (_, facts, expected) => {
    expect(codes(facts)).toEqual(expected);
  });
});
