import { describe, expect, test } from "vitest";
import { choosePeriods, throughDayOf, unsettledFrom } from "./source-days.ts";

describe("the last day that is over for a source", () => {
  const newYork = "America/New_York";
  test.each<[string, string | null, string | null, string | null]>([
    [
      "is the one before its last sync and reading",
      "2026-11-24T15:00:00Z",
      "2026-11-24T15:05:00Z",
      "2026-11-23",
    ],
    [
      "is the shop's day: in New York it is still the 23rd",
      "2026-11-24T03:00:00Z",
      "2026-11-24T03:05:00Z",
      "2026-11-22",
    ],
    ["waits for the reading", "2026-11-24T15:00:00Z", "2026-11-22T15:00:00Z", "2026-11-21"],
    ["is none without a sync", null, "2026-11-24T15:05:00Z", null],
    ["is none without a reading", "2026-11-24T15:00:00Z", null, null],
  ])("%s", (_, succeededAt, profiledAt, day) => {
    const at = (instant: string | null) => (instant ? new Date(instant) : null);
    expect(throughDayOf(at(succeededAt), at(profiledAt), newYork)).toBe(day);
  });
});

test("a source's days settle as the catalogue says, or it does not say when", () => {
  expect(unsettledFrom("meta_ads", "2026-11-24")).toBe("2026-10-27");
  expect(unsettledFrom("shopify_orders", "2026-11-24")).toBe("2026-11-23");
  expect(unsettledFrom("pinterest_ads", "2026-11-24")).toBeNull();
});

describe("the periods", () => {
  const choose = (throughDays: (string | null)[], limit: string | null = null) =>
    choosePeriods(throughDays, { today: "2026-11-24", count: 30, limit });

  test.each<[string, (string | null)[], string]>([
    ["end yesterday when every source has it", ["2026-11-23", "2026-11-23"], "2026-11-23"],
    [
      "end a day sooner while a daily source has yet to bring yesterday",
      ["2026-11-23", "2026-11-22"],
      "2026-11-22",
    ],
    ["do not wait for one that is behind", ["2026-11-23", "2026-11-10"], "2026-11-23"],
    ["do not wait for one that never synced", ["2026-11-23", null], "2026-11-23"],
    ["end where the newest ends when all are behind", ["2026-11-01", "2026-11-10"], "2026-11-10"],
  ])("%s", (_, throughDays, to) => {
    expect(choose(throughDays)!.current.to).toBe(to);
  });

  test("are of one length and follow one another", () => {
    expect(choose(["2026-11-23"])).toEqual({
      current: { from: "2026-10-25", to: "2026-11-23" },
      previous: { from: "2026-09-25", to: "2026-10-24" },
    });
  });

  test("show no day beyond what is whole while a dashboard is blocked", () => {
    expect(choose(["2026-11-23"], "2026-11-20")!.current.to).toBe("2026-11-20");
    expect(choose(["2026-11-23"], "2026-12-01")!.current.to).toBe("2026-11-23");
  });

  test("are none where nothing was ever read", () => {
    expect(choose([null, null])).toBeNull();
  });
});
