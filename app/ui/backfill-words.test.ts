import { describe, expect, it, test } from "vitest";
import type { Backfill, BackfillEstimate, BackfillLimits } from "../modules/backfills/backfill.ts";
import {
  backfillInWords,
  durationInWords,
  estimateInWords,
  limitsInWords,
  presetInWords,
  problemInWords,
  rangeInWords,
  refillInWords,
} from "./backfill-words.ts";

const view = { timeZone: "America/New_York", locale: "en-US" };
const days = { startDate: "2026-11-17", endDate: "2026-11-21" };
const day = { startDate: "2026-11-17", endDate: "2026-11-17" };
const limits: BackfillLimits = {
  earliestDate: "2026-09-26",
  latestDate: "2026-11-24",
  maxDays: 90,
  reason: null,
};

const backfill = (change: Partial<Backfill>): Backfill => ({
  id: "0191f6f1-0000-7000-8000-000000000001",
  connectorId: "0191f6f1-0000-7000-8000-000000000002",
  source: "shopify_orders",
  status: "running",
  ...days,
  percent: 42,
  rowsLoaded: 1240,
  etaSeconds: 125,
  reason: null,
  result: null,
  requestedBy: "merchant",
  createdAt: "2026-11-24T12:00:00.000Z",
  startedAt: "2026-11-24T12:00:05.000Z",
  endedAt: null,
  ...change,
});

it("names a range and what its button does", () => {
  expect([rangeInWords(days, view), refillInWords(days)]).toEqual(["Nov 17 to Nov 21", "Refill 5 days"]);
  expect([rangeInWords(day, view), refillInWords(day)]).toEqual(["Nov 17", "Refill 1 day"]);
});

it("names days in the shop's order", () => {
  expect(rangeInWords(days, { ...view, locale: "de-DE" })).toBe("17 Nov to 21 Nov");
});

test.each([
  ["suggested", "Suggested: Nov 17 to Nov 21"],
  ["all", "As far back as possible (5 days)"],
  ["last_7", "Last 5 days"],
] as const)("the preset %s: %s", (key, words) => {
  expect(presetInWords({ key, range: days }, view)).toBe(words);
});

test.each([
  ["missing", "Enter a day."],
  ["too_early", "Choose Sep 26 or later."],
  ["too_late", "Choose Nov 24 or earlier."],
  ["ends_before_start", "The last day must not be before the first day."],
  ["too_long", "Choose at most 90 days."],
] as const)("a day that is %s: %s", (problem, words) => {
  expect(problemInWords(problem, limits, view)).toBe(words);
});

it("says the limits, and why there is an earliest day where there is one", () => {
  expect(limitsInWords(limits, view)).toBe("You can refill up to 90 days at once.");
  expect(limitsInWords({ ...limits, maxDays: 60, reason: "Shopify serves the last 60 days." }, view)).toBe(
    "You can refill up to 60 days at once, from Sep 26 to Nov 24. Shopify serves the last 60 days.",
  );
});

test.each([
  [0, "less than a minute"],
  [59, "less than a minute"],
  [60, "about 1 minute"],
  [179, "about 3 minutes"],
  [89 * 60, "about 89 minutes"],
  [90 * 60, "about 2 hours"],
  [47 * 3600, "about 47 hours"],
  [48 * 3600, "about 2 days"],
])("%i seconds are %s", (seconds, words) => {
  expect(durationInWords(seconds)).toBe(words);
});

describe("an estimate", () => {
  test.each([
    [1240, 125, "About 1,240 rows, in about 2 minutes"],
    [1, 5, "About 1 row, in less than a minute"],
    [0, 5, "About 0 rows, in less than a minute"],
    [1240, null, "About 1,240 rows. We cannot say yet how long it takes"],
    [null, 125, "Takes about 2 minutes"],
    [null, null, "We cannot say yet how long it takes"],
  ])("of %s rows and %s seconds: %s", (estimatedRows, estimatedDurationSeconds, words) => {
    expect(estimateInWords({ estimatedRows, estimatedDurationSeconds } as BackfillEstimate, view)).toBe(
      words,
    );
  });
});

describe("a backfill", () => {
  test.each<[string, Partial<Backfill>]>([
    ["Waiting to start. You can leave this page.", { status: "queued" }],
    ["About 42% · 1,240 rows · about 2 minutes left", {}],
    [
      "About 90% · 5,000 rows · taking longer than expected",
      { percent: 90, rowsLoaded: 5_000, etaSeconds: null },
    ],
    ["Nothing loaded yet · time left not known yet", { percent: 0, rowsLoaded: 0, etaSeconds: null }],
    ["1,240 rows loaded. Comparing the days before and after.", { status: "verifying" }],
    ["Everything is loaded. Comparing the days before and after.", { status: "verifying", rowsLoaded: 0 }],
    [
      "Our team takes care of this one. This source cannot be refilled automatically. You do not need to do anything.",
      { status: "needs_operator", reason: "This source cannot be refilled automatically" },
    ],
    [
      "5 days changed, +212 orders.",
      {
        status: "completed",
        result: { summary: "5 days changed, +212 orders", changedDays: [], rowsBefore: 1, rowsAfter: 213 },
      },
    ],
    ["Done.", { status: "completed" }],
    [
      "The sign-in no longer works. Rows that were already loaded stay.",
      { status: "failed", reason: "The sign-in no longer works." },
    ],
    ["It did not work.", { status: "failed", rowsLoaded: 0 }],
    ["Stopped. Rows that were already loaded stay.", { status: "cancelled" }],
  ])("%s", (words, change) => {
    expect(backfillInWords(backfill(change), view)).toBe(words);
  });
});
