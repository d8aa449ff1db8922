import { describe, expect, test } from "vitest";
import { checkNames } from "./check-names.ts";
import {
  findSettingProblems,
  limitsByName,
  limitsOf,
  ownThresholds,
  readThresholds,
} from "./check-thresholds.ts";

const problems = (
  check: Parameters<typeof findSettingProblems>[0],
  thresholds: Record<string, number>,
  enabled = true,
) => Object.keys(findSettingProblems(check, { enabled, thresholds }));

describe("a check's setting", () => {
  test("what is the rule for everybody can be set for every check", () => {
    for (const check of checkNames) {
      const defaults = Object.fromEntries(
        Object.entries(limitsByName(check)).map(([name, limit]) => [name, limit.default]),
      );
      expect(findSettingProblems(check, { enabled: true, thresholds: defaults }), check).toEqual({});
      expect(ownThresholds(check, defaults), check).toEqual({});
    }
  });

  test.each<[string, Parameters<typeof problems>, string[]]>([
    ["a warning at the high limit", ["row_count_drop", { warning: 1, high: 1 }], []],
    ["a warning above the high limit", ["row_count_drop", { warning: 1.5, high: 1 }], ["high"]],
    [
      "a warning above the high limit that holds for everybody",
      ["row_count_drop", { warning: 1.5 }],
      ["high"],
    ],
    ["the smallest score", ["null_rate", { from: 0.5 }], []],
    ["a smaller one", ["null_rate", { from: 0.49 }], ["from"]],
    ["what is no number", ["null_rate", { from: Number.NaN }], ["from"]],
    ["half a row", ["duplicate_primary_key", { allowedRows: 0.5 }], ["allowedRows"]],
    ["fewer than no rows", ["duplicate_primary_key", { allowedRows: -1 }], ["allowedRows"]],
    ["a threshold of another check", ["null_rate", { allowedRows: 1 }], ["allowedRows"]],
    ["more days allowed than warned of", ["missing_days", { allowedDays: 5 }], ["warningDays"]],
    ["a name that every object has", ["null_rate", { constructor: 1 }], ["constructor"]],
    ["switched off", ["null_rate", {}, false], []],
    ["the wall between shops switched off", ["tenant_isolation", {}, false], ["enabled"]],
    ["what blocks dashboards switched off", ["empty_table", {}, false], ["enabled"]],
    ["lateness switched off", ["freshness", {}, false], ["enabled"]],
  ])("%s", (_, given, fields) => {
    expect(problems(...given)).toEqual(fields);
  });

  test.each<[string, unknown, object]>([
    ["what was stored", { from: 2 }, { from: 2 }],
    ["nothing", null, {}],
    ["a text", "2", {}],
    ["a text for a number, and what nobody knows", { from: "2", other: 3 }, {}],
    ["what is out of bounds by now", { from: 1e9 }, {}],
  ])("reads %s as far as it can be used", (_, stored, read) => {
    expect(readThresholds("null_rate", stored)).toEqual(read);
  });

  test("what is not set is as for everybody", () => {
    expect(limitsOf(undefined, "row_count_drop")).toEqual({ warning: 0.7, high: 1 });
    expect(limitsOf(new Map([["row_count_drop", { warning: 0.9 }]]), "row_count_drop")).toEqual({
      warning: 0.9,
      high: 1,
    });
  });
});
