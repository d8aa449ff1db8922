import { describe, expect, it } from "vitest";
import { checkNames } from "./check-names.ts";
import { type CheckRow, describeResults } from "./describe-result.ts";

const row = (more: Partial<CheckRow> = {}): CheckRow => ({
  check: "row_count_drop",
  enabled: true,
  outcome: "passed",
  severity: null,
  evaluatedAt: new Date("2026-11-24T10:00:00Z"),
  value: 104,
  expectedLow: 88,
  expectedHigh: 144,
  sentence: "Monday 23 Nov: 104 orders, usually 88–144 on a Monday.",
  ...more,
});
const said = (more: Partial<CheckRow>) => describeResults([row(more)])[0]!.sentence;

describe("a check's sentence", () => {
  it("is the stored one where there is one", () => {
    expect(said({})).toBe("Monday 23 Nov: 104 orders, usually 88–144 on a Monday.");
    expect(said({ outcome: "failed", severity: "high", value: 12 })).toMatch(/^Monday 23 Nov/);
  });

  it.each([
    [88, /^Monday/],
    [87, /^No unusual drop/],
    [144, /^Monday/],
    [145, /^No unusual drop/],
  ])("of a check that passed does not show %i as if it were fine: another check tells it", (value, words) =>
    expect(said({ value })).toMatch(words),
  );

  it.each([
    ["duplicate_primary_key", "passed", "No key is there twice."],
    ["missing_days", "passed", "Every day is there."],
    ["a_check_of_old", "passed", "Nothing unusual was found."],
    ["null_rate", "learning", /two weeks/],
    ["zero_row_sync", "learning", /twenty syncs/],
    ["silent_hours", "not_enough_volume", /too little data/],
    ["volume_anomaly", "not_due", /Waits for a whole day/],
    ["metric_inconsistency", "not_due", "No totals and parts of this source are compared."],
    ["volume_anomaly", "not_judged", "Not checked yet."],
  ])("of %s, %s, without a stored one", (check, outcome, words) => {
    const sentence = said({ check, outcome, sentence: null, value: null });
    if (typeof words === "string") expect(sentence).toBe(words);
    else expect(sentence).toMatch(words);
  });

  it("of every check that passed says what is well", () => {
    const data = checkNames.filter((check) => check !== "freshness" && check !== "sync_failed");
    for (const check of data)
      expect(said({ check, sentence: null, value: null })).not.toBe("Nothing unusual was found.");
  });
});

it("checks come in the order of the catalogue, unknown ones last", () => {
  const names = ["zero_row_sync", "a_check_of_old", "missing_days", "freshness"];
  expect(describeResults(names.map((check) => row({ check }))).map(({ check }) => check)).toEqual([
    "freshness",
    "missing_days",
    "zero_row_sync",
    "a_check_of_old",
  ]);
});
