import { describe, expect, test } from "vitest";
import type { Source } from "../connectors/sources.ts";
import { type DueFacts, daysToProfile, isCountDue, unsettledDays } from "./due.ts";

const now = new Date("2026-11-24T15:20:00Z");
const at = (text: string) => new Date(text);
const facts = (changes: Partial<DueFacts> = {}): DueFacts => ({
  source: "shopify_orders",
  timeZone: "UTC",
  lastSucceededAt: at("2026-11-24T15:00:00Z"),
  profiledAt: at("2026-11-24T14:00:00Z"),
  countedAt: at("2026-11-24T02:00:00Z"),
  ...changes,
});

describe("days that are not settled", () => {
  test.each<[Source, string]>([
    ["shopify_orders", "2026-11-23"],
    ["ga4", "2026-11-22"],
    ["google_ads", "2026-11-10"],
    ["meta_ads", "2026-10-27"],
    ["pinterest_ads", "2026-10-20"],
  ])("%s: from %s to today", (source, fromDay) => {
    expect(unsettledDays(facts({ source }), now)).toEqual({ fromDay, toDay: "2026-11-24" });
  });

  test("those that were open at the last profile count, up to 400 days", () => {
    expect(unsettledDays(facts({ profiledAt: at("2026-11-20T23:00:00Z") }), now).fromDay).toBe("2026-11-19");
    expect(unsettledDays(facts({ profiledAt: at("2024-01-01T00:00:00Z") }), now).fromDay).toBe("2025-10-21");
  });

  test("today and yesterday are the shop's", () => {
    const auckland = facts({ timeZone: "Pacific/Auckland" });
    expect(unsettledDays(auckland, now)).toEqual({ fromDay: "2026-11-24", toDay: "2026-11-25" });
  });
});

describe("what a pass reads", () => {
  test.each<[string, Partial<DueFacts>, "due" | "full", string | null]>([
    ["a sync has ended since", {}, "due", "2026-11-23"],
    ["a sync ended in that very moment", { profiledAt: at("2026-11-24T15:00:00Z") }, "due", null],
    ["no sync has ended since", { profiledAt: at("2026-11-24T15:00:01Z") }, "due", null],
    ["never profiled, once synced", { profiledAt: null }, "due", "2025-10-21"],
    ["never profiled, never synced", { profiledAt: null, lastSucceededAt: null }, "due", null],
    [
      "never profiled, never synced, asked for",
      { profiledAt: null, lastSucceededAt: null },
      "full",
      "2025-10-21",
    ],
    ["profiled, asked for", {}, "full", "2026-08-27"],
    ["profiled 100 days ago, asked for", { profiledAt: at("2026-08-16T00:00:00Z") }, "full", "2026-08-15"],
  ])("%s", (_, changes, mode, fromDay) => {
    expect(daysToProfile(facts(changes), now, mode)?.fromDay ?? null).toBe(fromDay);
  });
});

describe("the night's count", () => {
  test.each<[string, Partial<DueFacts>, string, boolean]>([
    ["a minute before 01:00", {}, "2026-11-25T00:59:00Z", false],
    ["at 01:00", {}, "2026-11-25T01:00:00Z", true],
    ["counted since 01:00", { countedAt: at("2026-11-25T01:00:00Z") }, "2026-11-25T23:59:00Z", false],
    [
      "counted a day ago, to the minute",
      { countedAt: at("2026-11-24T01:00:00Z") },
      "2026-11-25T00:59:00Z",
      false,
    ],
    ["never counted", { countedAt: null }, "2026-11-24T15:00:00Z", true],
    ["never profiled", { profiledAt: null, countedAt: null }, "2026-11-25T01:00:00Z", false],
    [
      "a minute before 01:00 in New York",
      { timeZone: "America/New_York", countedAt: at("2026-11-24T06:00:00Z") },
      "2026-11-25T05:59:00Z",
      false,
    ],
    [
      "at 01:00 in New York",
      { timeZone: "America/New_York", countedAt: at("2026-11-24T06:00:00Z") },
      "2026-11-25T06:00:00Z",
      true,
    ],
    // The night of 1 November has 01:00 twice; 24 hours after the count it is still the evening before.
    [
      "more than 24 hours ago",
      { timeZone: "America/New_York", countedAt: at("2026-10-31T05:00:00Z") },
      "2026-11-01T05:00:01Z",
      true,
    ],
  ])("%s", (_, changes, moment, isDue) => {
    expect(isCountDue(facts(changes), at(moment))).toBe(isDue);
  });
});
