import { describe, expect, test } from "vitest";
import { dayBefore } from "../shops/shop-days.ts";
import { checksOf } from "./check-names.ts";
import type { DataFacts, DayOfData } from "./data-facts.ts";
import { type PastIncident, simulateCheck } from "./simulate-check.ts";

const lastDay = "2026-11-17";
const back = (days: number) => dayBefore(lastDay, days);
const noise = (index: number) => (index * 7919) % 17;

function dayOf(day: string, rows: number, more: Partial<DayOfData> = {}): DayOfData {
  return {
    day,
    rowCount: rows,
    duplicateKeys: 0,
    nullKeys: 0,
    foreignRows: 0,
    measures: { total_price: { sum: rows * 70, count: rows, nulls: 0, negatives: 0 } },
    categories: {},
    profiledAt: new Date("2026-11-18T01:00:00Z"),
    highestRows: rows,
    ...more,
  };
}

const facts = (odd: Record<string, Partial<DayOfData>>, more: Partial<DataFacts> = {}): DataFacts => ({
  source: "shopify_orders",
  currency: "USD",
  shape: {
    grain: "record",
    mainMeasure: "total_price",
    measures: { total_price: { isNonNegative: true, isRequired: true } },
    identities: {},
  },
  days: Array.from({ length: 200 }, (_, index) => {
    const day = back(199 - index);
    const rows = odd[day]?.rowCount ?? 100 + noise(index) - 8;
    return dayOf(day, rows, odd[day]);
  }),
  hours: [],
  hasRows: true,
  dueThrough: lastDay,
  dueThroughHour: null,
  expected: [],
  incidents: [],
  settled: [],
  recentRuns: [],
  prior: new Map(),
  isFullPass: false,
  ...more,
});
const all = new Set<string>(checksOf("shopify_orders"));
const asIs = { enabled: true, thresholds: {} };
const simulate = (
  of: DataFacts,
  check: Parameters<typeof simulateCheck>[1],
  proposed: { enabled: boolean; thresholds: Record<string, number> },
  incidents: PastIncident[] = [],
) => simulateCheck(of, check, { current: asIs, proposed }, all, incidents);
const days = (alarms: readonly { day: string }[]) => alarms.map(({ day }) => day);

describe("what the last 90 days would have brought", () => {
  const lost = facts({ [back(20)]: { rowCount: 20 }, [back(50)]: { rowCount: 55 } });

  test("with what is proposed as it is, nothing changes", () => {
    const same = simulate(lost, "row_count_drop", asIs);
    expect(same).toMatchObject({ days: 90, from: back(89), to: lastDay, gained: [], lost: [], changed: [] });
    expect(days(same.current.alarms)).toEqual([back(50), back(20)]);
    expect(same.proposed).toEqual(same.current);
    expect(same.current.alarms[1]!.sentence).toMatch(/^Wednesday 28 Oct: 20 orders, usually/);
  });

  test("blunter, it loses the weaker alarm and the incident that was seen by it", () => {
    const incidents = [
      { id: "a", firstDay: back(50), lastDay: back(50), resolution: "auto" },
      { id: "b", firstDay: back(20), lastDay: back(20), resolution: "fixed" },
      { id: "c", firstDay: back(10), lastDay: back(10), resolution: "false_alarm" },
      { id: "d", firstDay: back(150), lastDay: back(140), resolution: "auto" },
    ];
    const [keen, blunt, blunter] = [1, 3, 20].map((high) =>
      simulate(lost, "row_count_drop", { enabled: true, thresholds: { warning: high, high } }, incidents),
    );
    expect(days(blunt!.proposed.alarms)).toEqual([back(20)]);
    expect(days(blunt!.lost)).toEqual([back(50)]);
    expect(blunt!.gained).toEqual([]);
    expect(blunt!.incidents.map(({ id, kind, outcome }) => [id, kind, outcome])).toEqual([
      ["a", "real", "lost"],
      ["b", "real", "kept"],
      ["c", "noise", "seen_by_neither"],
    ]);
    expect([keen, blunt, blunter].map((one) => [one!.current.events, one!.proposed.events])).toEqual([
      [2, 2],
      [2, 1],
      [2, 0],
    ]);
  });

  test("keener, it gains what was not told", () => {
    const faint = facts(Object.fromEntries([15, 40, 70].map((ago) => [back(ago), { rowCount: 84 }])));
    const keen = simulate(faint, "row_count_drop", { enabled: true, thresholds: { warning: 0.5 } });
    const blunt = simulate(faint, "row_count_drop", { enabled: true, thresholds: { warning: 5, high: 5 } });
    expect(keen.proposed.alarms.length).toBeGreaterThanOrEqual(keen.current.alarms.length);
    expect(blunt.proposed.alarms).toEqual([]);
    expect(days(blunt.lost)).toEqual(days(blunt.current.alarms));
  });

  test("the same alarms with another weight are told as changed", () => {
    const softer = simulate(lost, "row_count_drop", { enabled: true, thresholds: { high: 20 } });
    expect(softer.lost).toEqual([]);
    expect(softer.changed).toContainEqual(
      expect.objectContaining({ day: back(20), before: "high", severity: "warning" }),
    );
  });

  test("switched off, all of them are lost", () => {
    const off = simulate(lost, "row_count_drop", { enabled: false, thresholds: {} });
    expect(off.proposed).toEqual({ alarms: [], events: 0 });
    expect(days(off.lost)).toEqual([back(50), back(20)]);
  });

  test("days that a person settled since are judged too; days that are expected are not", () => {
    const settled = {
      ...lost,
      settled: [{ check: "row_count_drop" as const, from: back(20), to: back(20) }],
    };
    expect(days(simulate(settled, "row_count_drop", asIs).current.alarms)).toContain(back(20));
    const expected = { ...lost, expected: [{ from: back(20), to: back(20) }] };
    expect(days(simulate(expected, "row_count_drop", asIs).current.alarms)).not.toContain(back(20));
  });

  test("duplicates that are allowed are no alarm; one more is", () => {
    const doubled = facts({ [back(3)]: { duplicateKeys: 4 }, [back(9)]: { duplicateKeys: 5 } });
    const some = simulate(doubled, "duplicate_primary_key", {
      enabled: true,
      thresholds: { allowedRows: 4 },
    });
    expect(days(some.current.alarms)).toEqual([back(9), back(3)]);
    expect(days(some.proposed.alarms)).toEqual([back(9)]);
  });

  test("alarms at most two days apart are one event", () => {
    const doubled = facts(Object.fromEntries([3, 5, 8].map((ago) => [back(ago), { duplicateKeys: 1 }])));
    expect(simulate(doubled, "duplicate_primary_key", asIs).current.events).toBe(2);
  });

  test("a check of the moment cannot be replayed, and says so", () => {
    expect(simulate(lost, "empty_table", asIs)).toMatchObject({ days: null, from: null, incidents: [] });
  });

  test("nothing is due yet: no days", () => {
    expect(simulate({ ...lost, dueThrough: null }, "row_count_drop", asIs)).toMatchObject({
      days: 0,
      from: null,
    });
  });
});
