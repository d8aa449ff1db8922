import { describe, expect, test } from "vitest";
import { AuditQuery, cursorOf, instantsOf, positionOf, withoutBlanks } from "./audit-row.ts";

describe("the audit's filter", () => {
  test("days are whole days of UTC, both included", () => {
    expect(instantsOf({ from: "2026-11-01", to: "2026-11-01" })).toEqual({
      fromAt: new Date("2026-11-01T00:00:00Z"),
      untilAt: new Date("2026-11-02T00:00:00Z"),
    });
    expect(instantsOf({})).toEqual({ fromAt: null, untilAt: null });
  });

  test.each([
    ["no day of any calendar", { from: "2026-02-30" }],
    ["a day in words", { to: "yesterday" }],
    ["a cursor that is not ours", { cursor: "1; DROP TABLE" }],
    ["a page of nothing", { limit: "0" }],
    ["a page of everything", { limit: "100000" }],
  ])("refuses %s", (_, query) => {
    expect(AuditQuery.safeParse(query).success).toBe(false);
  });

  test("an empty field of a form is no filter", () => {
    expect(AuditQuery.parse(withoutBlanks({ actor: "", from: "", shop: "a" }))).toEqual({
      shop: "a",
      limit: 50,
    });
  });

  test("a cursor leads back to the row it was made of", () => {
    const cursor = cursorOf({ at: "2026-11-25T04:00:00.123Z", id: "9007199254740993" });
    expect(AuditQuery.parse({ cursor }).cursor).toBe(cursor);
    expect(positionOf(cursor)).toEqual({ at: new Date("2026-11-25T04:00:00.123Z"), id: 9007199254740993n });
  });
});
