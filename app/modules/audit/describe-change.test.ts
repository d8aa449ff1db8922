import { describe, expect, test } from "vitest";
import { describeChange } from "./describe-change.ts";

describe("what an audit row says was changed", () => {
  test.each<[string, unknown, unknown, [string, string | null, string | null][]]>([
    [
      "only what differs",
      { status: "open", severity: "high" },
      { status: "resolved", severity: "high" },
      [["status", "open", "resolved"]],
    ],
    ["something new, of which there was nothing", null, { minutes: 30 }, [["minutes", null, "30"]]],
    ["something that went", { url: "https://a.example" }, null, [["url", "https://a.example", null]]],
    ["a field that was emptied", { until: "2026-11-25" }, { until: null }, [["until", "2026-11-25", "none"]]],
    [
      "fields within fields, by their path",
      { limits: { warning: 0.7, high: 1 } },
      { limits: { warning: 0.9, high: 1 } },
      [["limits.warning", "0.7", "0.9"]],
    ],
    [
      "lists, as one value",
      { days: ["a"] },
      { days: ["a", "b"], empty: [] },
      [
        ["days", "a", "a, b"],
        ["empty", null, "none"],
      ],
    ],
    ["lists of records, as they are stored", null, { c: [{ d: 1 }] }, [["c", null, '[{"d":1}]']]],
    ["a bare value", "a", "b", [["value", "a", "b"]]],
    [
      "true is not yes and no: it is said as it is",
      { enabled: true },
      { enabled: false },
      [["enabled", "true", "false"]],
    ],
    ["nothing", null, null, []],
    ["nothing, where both say the same", { a: 1 }, { a: 1 }, []],
  ])("%s", (_, before, after, changes) => {
    expect(describeChange(before, after).map(({ field, before, after }) => [field, before, after])).toEqual(
      changes,
    );
  });

  test("a long value is cut, not the line broken", () => {
    const [change] = describeChange(null, { text: "x".repeat(5_000) });
    expect(change?.after).toHaveLength(200);
    expect(change?.after?.endsWith("…")).toBe(true);
  });
});
