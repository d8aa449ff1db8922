import { describe, expect, test } from "vitest";
import { decideRefill } from "./incident-refill.ts";

const refill = (change: Partial<Parameters<typeof decideRefill>[0]>, incident = {}) =>
  decideRefill({
    incident: { check: "row_count_drop", status: "open", parent: null, ...incident },
    days: ["2026-11-19", "2026-11-17", "2026-11-18"],
    completeThrough: "2026-11-16",
    today: "2026-11-24",
    ...change,
  });
const itsDays = { range: { startDate: "2026-11-17", endDate: "2026-11-19" } };

describe("refilling the days of an incident", () => {
  test.each(["row_count_drop", "missing_days", "zero_orders", "zero_spend", "silent_hours", "empty_table"])(
    "%s: its days, from the first to the last",
    (check) => {
      expect(refill({}, { check })).toEqual(itsDays);
    },
  );

  test("an incident that names no days leaves them to be chosen", () => {
    expect(refill({ days: [] }, { check: "empty_table" })).toEqual({ range: null });
  });

  test.each(["duplicate_primary_key", "negative_values", "tenant_isolation", "sync_failed", "stuck_values"])(
    "%s: nothing, loading again does not mend it",
    (check) => {
      expect(refill({}, { check })).toBeNull();
    },
  );

  test("late data: from the first day that is not whole", () => {
    expect(refill({ days: [] }, { check: "freshness" })).toEqual({
      range: { startDate: "2026-11-17", endDate: "2026-11-24" },
    });
  });

  test("late data with every day whole, or none known: nothing", () => {
    expect(refill({ completeThrough: "2026-11-24" }, { check: "freshness" })).toBeNull();
    expect(refill({ completeThrough: null }, { check: "freshness" })).toBeNull();
  });

  test("what is over: nothing", () => {
    expect(refill({}, { status: "resolved" })).toBeNull();
  });

  test("a problem of the source at many shops: nothing; of several sources of this shop: its days", () => {
    expect(refill({}, { parent: { kind: "upstream", id: "1" } })).toBeNull();
    expect(refill({}, { parent: { kind: "shop", id: "1" } })).toEqual(itsDays);
  });
});
