import { describe, expect, it } from "vitest";
import { dayBefore, weekdayOf } from "../shops/shop-days.ts";
import type { DataFacts, DayOfData } from "./data-facts.ts";
import { mainSeriesOf, type ReplayedDay, replayDays, simulateThreshold } from "./replay-days.ts";

/** A Tuesday. */
const lastDay = "2026-11-17";
const back = (days: number) => dayBefore(lastDay, days);

/** Noise of a few per cent that follows from the day alone. */
function noiseOf(day: string): number {
  let seed = 2166136261;
  for (const character of day) seed = Math.imul(seed ^ character.charCodeAt(0), 16777619);
  return ((seed >>> 8) % 1000) / 1000 - 0.5;
}

const dayOf = (day: string, rows: number, more: Partial<DayOfData> = {}): DayOfData => ({
  day,
  rowCount: rows,
  duplicateKeys: 0,
  nullKeys: 0,
  foreignRows: 0,
  measures: { total_price: { sum: rows * 70, count: rows, nulls: 0, negatives: 0 } },
  categories: {},
  profiledAt: new Date("2026-11-18T06:00:00Z"),
  highestRows: rows,
  ...more,
});

const ordinary = (day: string) =>
  dayOf(day, Math.round(120 * (weekdayOf(day) > 5 ? 1.25 : 0.95) * (1 + 0.16 * noiseOf(day))));

/** About 120 orders a day up to today, which is the day after the last one. */
function orders(
  changed: Readonly<Record<string, Partial<DayOfData>>> = {},
  more: Partial<DataFacts> = {},
): DataFacts {
  const days = Array.from({ length: 121 }, (_, index) => back(119 - index)).map((day) => ({
    ...ordinary(day),
    ...changed[day],
  }));
  return {
    source: "shopify_orders",
    currency: "USD",
    shape: {
      identities: {},
      grain: "record",
      mainMeasure: "total_price",
      measures: { total_price: { isNonNegative: true, isRequired: true } },
    },
    days,
    hours: [],
    hasRows: true,
    dueThrough: lastDay,
    dueThroughHour: null,
    expected: [],
    incidents: [],
    settled: [],
    recentRuns: [],
    prior: new Map(),
    held: null,
    isFullPass: false,
    ...more,
  };
}

const kept = (day: string, share: number): Record<string, Partial<DayOfData>> => ({
  [day]: dayOf(day, Math.round(ordinary(day).rowCount * share)),
});
const of = (replayed: readonly ReplayedDay[], day: string) => replayed.find((one) => one.day === day)!;

describe("which days are replayed", () => {
  it("the last ones that were due, oldest first, without today", () => {
    const replayed = replayDays(orders(), 60);
    expect(replayed).toHaveLength(60);
    expect([replayed[0]!.day, replayed.at(-1)!.day]).toEqual([back(59), lastDay]);
  });

  it("none before anything was due, and no more than there are", () => {
    expect(replayDays(orders({}, { dueThrough: null }), 60)).toEqual([]);
    expect(replayDays(orders(), 500)).toHaveLength(120);
  });
});

describe("each day is judged as it would have been on the next morning", () => {
  it("by the days before it alone", () => {
    const calm = replayDays(orders(), 60);
    const later = replayDays(orders({ ...kept(back(10), 0.1), ...kept(back(3), 4) }), 60);
    const untilThen = (replayed: readonly ReplayedDay[]) => replayed.filter(({ day }) => day < back(10));
    expect(untilThen(later)).toEqual(untilThen(calm));
  });

  it("a day that lost most of its orders is flagged, with its range and score; its neighbours are not", () => {
    const replayed = replayDays(orders(kept(back(20), 0.2)), 60);
    expect(of(replayed, back(20))).toMatchObject({ tier: "high", kind: "drop", state: "judged" });
    expect(of(replayed, back(20)).score).toBeGreaterThanOrEqual(1);
    expect(of(replayed, back(20)).value).toBeLessThan(of(replayed, back(20)).expectedLow!);
    expect(of(replayed, back(19))).toMatchObject({ tier: null, kind: "usual" });
  });

  it("the first fortnight is learning, without a range", () => {
    const facts = orders();
    const young = { ...facts, days: facts.days.slice(-30) };
    const replayed = replayDays(young, 60);
    expect(replayed[0]).toMatchObject({
      state: "learning",
      expected: null,
      expectedLow: null,
      expectedHigh: null,
      score: null,
    });
    expect(replayed[0]!.value).toBeGreaterThan(0);
    expect(replayed.at(-1)!.state).toBe("judged");
  });

  it("an order a day is not enough to judge an empty one", () => {
    const facts = orders();
    const tiny = { ...facts, days: facts.days.map(({ day }) => dayOf(day, Math.round(noiseOf(day) + 1))) };
    const quiet = tiny.days.map((day) => (day.day === back(5) ? dayOf(day.day, 0) : day));
    expect(of(replayDays({ ...tiny, days: quiet }, 60), back(5))).toMatchObject({
      value: 0,
      tier: null,
      state: "not_enough_volume",
    });
  });
});

describe("what is set apart", () => {
  const sale = { from: back(25), to: back(23) };
  const during = { ...kept(back(25), 6), ...kept(back(24), 6), ...kept(back(23), 6) };

  it("an expected window is not judged, and leaves the baseline of the days after it", () => {
    const replayed = replayDays(orders(during, { expected: [sale] }), 60);
    expect(of(replayed, back(24))).toMatchObject({ state: "expected", tier: null, score: null });
    const never = replayDays(orders({}, { expected: [sale] }), 60);
    expect(of(replayed, back(22))).toEqual(of(never, back(22)));
  });

  it("a known incident leaves the baseline too, but its own days are judged", () => {
    const replayed = replayDays(orders(during, { incidents: [sale] }), 60);
    expect(of(replayed, back(24)).tier).not.toBeNull();
    const never = replayDays(orders({}, { incidents: [sale] }), 60);
    expect(of(replayed, back(22))).toEqual(of(never, back(22)));
  });

  it("a day that a person has called expected is not judged", () => {
    const settled = [{ from: back(20), to: back(20), check: "row_count_drop" as const }];
    expect(of(replayDays(orders(kept(back(20), 0.2), { settled }), 60), back(20)).state).toBe("expected");
    const other = [{ from: back(20), to: back(20), check: "null_rate" as const }];
    expect(of(replayDays(orders(kept(back(20), 0.2), { settled: other }), 60), back(20)).state).toBe(
      "judged",
    );
  });

  it("what the replay finds itself is not usual on the day after", () => {
    const found = replayDays(orders(kept(back(20), 0.05)), 60);
    const known = replayDays(
      orders(kept(back(20), 0.05), { incidents: [{ from: back(20), to: back(20) }] }),
      60,
    );
    expect(of(found, back(19))).toEqual(of(known, back(19)));
  });

  it("a sum with a negative value in it is shown, not judged", () => {
    const changed = { measures: { total_price: { sum: -50, count: 9, nulls: 0, negatives: 1 } } };
    expect(of(replayDays(orders({ [back(4)]: changed }), 60, "measure"), back(4))).toMatchObject({
      value: -50,
      state: "not_judged",
      score: null,
      tier: null,
    });
  });
});

describe("a source that reports whole days", () => {
  const spend = (changed: Readonly<Record<string, Partial<DayOfData>>> = {}) =>
    orders(changed, {
      source: "meta_ads",
      shape: {
        identities: {},
        grain: "day",
        mainMeasure: "total_price",
        measures: { total_price: { isNonNegative: true, isRequired: true } },
      },
    });

  it("is replayed by its main measure, or by its rows where it has none", () => {
    expect(mainSeriesOf(spend().shape)).toBe("measure");
    expect(mainSeriesOf({ ...spend().shape, mainMeasure: null })).toBe("rows");
    expect(mainSeriesOf(orders().shape)).toBe("rows");
    expect(of(replayDays(spend(), 60), lastDay).value).toBe(ordinary(lastDay).rowCount * 70);
  });

  it("a day without a row is missing: no value and no alarm, but a range", () => {
    const replayed = replayDays(spend({ [back(6)]: { rowCount: 0, measures: {} } }), 60);
    const missing = of(replayed, back(6));
    expect(missing).toMatchObject({ value: null, state: "missing", score: null, tier: null });
    expect(missing.expectedLow).toBeGreaterThan(0);
    expect(missing.expectedHigh).toBeGreaterThan(missing.expectedLow!);
    expect(of(replayed, back(5)).tier).toBeNull();
  });
});

describe("a simulated threshold", () => {
  const scored = (day: string, score: number | null, more: Partial<ReplayedDay> = {}): ReplayedDay => ({
    day,
    value: 1,
    expected: 1,
    expectedLow: 0,
    expectedHigh: 2,
    score,
    tier: score === null || score < 0.5 ? null : score < 1 ? "warning" : "high",
    kind: score === null || score < 0.5 ? "usual" : "drop",
    state: "judged",
    ...more,
  });

  it("alarms at its score and above, and counts the days that were judged", () => {
    const replayed = [scored("2026-11-01", 0.79), scored("2026-11-02", 0.8), scored("2026-11-03", null)];
    expect(simulateThreshold(replayed, 0.8)).toEqual({ days: 2, alarms: ["2026-11-02"], events: 1 });
  });

  it("may be lower than the limit we warn at", () => {
    expect(simulateThreshold([scored("2026-11-01", 0.4)], 0.3).alarms).toEqual(["2026-11-01"]);
  });

  it("takes alarms at most two days apart as one event", () => {
    const days = ["2026-11-01", "2026-11-03", "2026-11-06"].map((day) => scored(day, 1));
    expect(simulateThreshold(days, 1).events).toBe(2);
    expect(simulateThreshold([], 1)).toEqual({ days: 0, alarms: [], events: 0 });
  });

  it("never alarms for a zero that chance explains", () => {
    const zero = scored("2026-11-01", 0.9, { value: 0, tier: null, kind: "usual" });
    expect(simulateThreshold([zero], 0.5).alarms).toEqual([]);
  });

  it("agrees with the tiers at their own limits", () => {
    const replayed = replayDays(orders({ ...kept(back(20), 0.2), ...kept(back(40), 0.6) }), 60);
    const flagged = (isFlagged: (day: ReplayedDay) => boolean) =>
      replayed.filter(isFlagged).map(({ day }) => day);
    expect(simulateThreshold(replayed, 0.5).alarms).toEqual(flagged(({ tier }) => tier !== null));
    expect(simulateThreshold(replayed, 1).alarms).toEqual(flagged(({ tier }) => tier === "high"));
  });
});
