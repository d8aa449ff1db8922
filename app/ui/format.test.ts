import { describe, expect, it } from "vitest";
import {
  displayLocale,
  formatAgo,
  formatCount,
  formatDay,
  formatDuration,
  formatInstant,
  formatLimit,
  formatList,
  formatLongDay,
  formatMinutes,
  formatTime,
} from "./format.ts";

const newYork = { timeZone: "America/New_York", locale: "en-US" };
const berlin = { timeZone: "Europe/Berlin", locale: "de-DE" };
const now = "2026-11-24T15:42:00Z";

describe("displayLocale", () => {
  it.each([
    ["en-US", "en-US"],
    ["de-DE", "en-DE"],
    ["pt-BR", "en-BR"],
    ["zh-Hant-TW", "en-TW"],
    ["fr", "en-US"],
    ["", "en-US"],
    ["not a locale", "en-US"],
  ])("%s formats as %s", (shop, expected) => expect(displayLocale(shop)).toBe(expected));
});

describe("instants", () => {
  it("stand in the shop's zone", () => {
    expect(formatInstant(now, now, newYork)).toBe("Nov 24, 10:42 AM EST");
    expect(formatInstant(now, now, berlin)).toBe("24 Nov, 16:42 CET");
    expect(formatTime(now, newYork)).toBe("10:42 AM");
  });

  it("name the year when it is another, by the shop's own calendar", () => {
    expect(formatInstant("2025-12-31T20:00:00Z", now, newYork)).toBe("Dec 31, 2025, 3:00 PM EST");
    expect(formatInstant("2026-01-01T03:00:00Z", "2026-01-01T06:00:00Z", newYork)).toBe(
      "Dec 31, 2025, 10:00 PM EST",
    );
  });

  it("hold plain spaces only, as the server and a browser must agree", () => {
    expect(formatInstant(now, now, newYork)).not.toMatch(/[\u202f\u00a0]/);
    expect(formatTime(now, newYork)).not.toMatch(/[\u202f\u00a0]/);
  });
});

it("shows a calendar day as itself in every zone", () => {
  expect(formatDay("2026-11-24", newYork)).toBe("Nov 24");
  expect(formatDay("2026-11-24", { timeZone: "Pacific/Kiritimati", locale: "en-US" })).toBe("Nov 24");
  expect(formatLongDay("2026-11-24", newYork)).toBe("Tuesday, November 24");
});

it("groups digits as the shop's region does", () => {
  expect(formatCount(12_345, newYork)).toBe("12,345");
  expect(formatCount(12_345, berlin)).toBe("12.345");
});

describe("formatAgo", () => {
  it.each([
    ["2026-11-24T15:41:01Z", "just now"],
    ["2026-11-24T15:43:00Z", "just now"],
    ["2026-11-24T15:41:00Z", "1 minute ago"],
    ["2026-11-24T14:42:01Z", "59 minutes ago"],
    ["2026-11-24T14:42:00Z", "1 hour ago"],
    ["2026-11-22T15:43:00Z", "47 hours ago"],
    ["2026-11-22T15:42:00Z", "2 days ago"],
  ])("%s is %s", (instant, expected) => expect(formatAgo(instant, now)).toBe(expected));
});

describe("formatMinutes", () => {
  it.each([
    [0, "0 minutes"],
    [1, "1 minute"],
    [59, "59 minutes"],
    [60, "1 hour"],
    [192, "3 hours 12 minutes"],
    [2879, "47 hours 59 minutes"],
    [2880, "2 days"],
    [5945, "4 days 3 hours"],
  ])("%d is %s", (minutes, expected) => expect(formatMinutes(minutes)).toBe(expected));
});

it.each([
  [90, "90 min"],
  [120, "2 h"],
  [1440, "24 h"],
  [2880, "2 days"],
  [5760, "4 days"],
])("writes the limit of %d minutes as %s", (minutes, expected) =>
  expect(formatLimit(minutes)).toBe(expected),
);

it.each([
  ["2026-11-24T15:00:48Z", "48 seconds"],
  ["2026-11-24T15:01:00Z", "1 minute"],
  ["2026-11-24T16:05:10Z", "1 hour 5 minutes"],
  ["2026-11-24T14:59:00Z", "0 seconds"],
])("a run from 15:00 to %s took %s", (end, expected) =>
  expect(formatDuration("2026-11-24T15:00:00Z", end)).toBe(expected),
);

it.each([
  [[], ""],
  [["Revenue"], "Revenue"],
  [["Revenue", "Marketing"], "Revenue and Marketing"],
  [["Revenue", "Marketing", "Traffic"], "Revenue, Marketing and Traffic"],
])("joins %j", (words, expected) => expect(formatList(words)).toBe(expected));
