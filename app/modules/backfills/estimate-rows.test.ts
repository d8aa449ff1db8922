import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayBefore, daysEnding, weekdayOf } from "../shops/shop-days.ts";
import { estimateRows, type RowFacts } from "./estimate-rows.ts";

/** A Tuesday. */
const today = "2026-11-24";
const ago = (days: number) => dayBefore(today, days);
/** 100 rows on a workday, 40 at weekends, 30 so far today. */
const ordinary = new Map(
  daysEnding(today, 120).map((day) => [day, day === today ? 30 : weekdayOf(day) > 5 ? 40 : 100]),
);
const estimate = (facts: Partial<RowFacts>) =>
  estimateRows({
    source: "klaviyo",
    asked: { startDay: ago(7), endDay: ago(1) },
    way: "push",
    today,
    rowsByDay: ordinary,
    earlier: [],
    ...facts,
  });
const changed = (changes: Record<string, number | null>) =>
  new Map(
    [...ordinary].flatMap(([day, rows]): [string, number][] => {
      const change = changes[day];
      return change === null ? [] : [[day, change ?? rows]];
    }),
  );

describe("rows of the days that are read", () => {
  test.each<[string, Partial<RowFacts>, number]>([
    ["a week as it is", {}, 580],
    [
      "two missing days are what their weekdays usually hold",
      // A Sunday and a Monday.
      { rowsByDay: changed({ [ago(2)]: null, [ago(1)]: 0 }) },
      580,
    ],
    ["a day with half of its rows gets what is usual", { rowsByDay: changed({ [ago(4)]: 50 }) }, 580],
    ["a day that was busy is as it was", { rowsByDay: changed({ [ago(4)]: 400 }) }, 880],
    ["today holds what it holds", { asked: { startDay: today, endDay: today } }, 30],
    ["with its cursor set back it is read up to today", { way: "airbyte_rewind" }, 610],
    ["bounded, with a day on either side", { way: "airbyte_bounded", source: "ga4" }, 710],
    ["days from before the history", { asked: { startDay: ago(206), endDay: ago(200) } }, 580],
  ])("%s: %#", (_, facts, rows) => {
    expect(estimate(facts)).toBe(rows);
  });

  test("of a source that was never read nothing is known", () => {
    expect(estimate({ rowsByDay: new Map() })).toBeNull();
    expect(estimate({ rowsByDay: new Map([[today, 30]]) })).toBeNull();
  });
});

describe("what earlier backfills loaded for each row of their days", () => {
  const loaded = (share: number) => ({
    startDay: ago(30),
    endDay: ago(24),
    way: "push" as const,
    ranOn: ago(10),
    rows: 580 * share,
    seconds: 60,
  });
  test.each([
    ["once as much again moves it halfway", [2], 870],
    ["twice so, it is believed", [2, 2], 1_160],
    ["an odd one does not count", [1, 1, 40], 580],
    ["less than the days hold", [0.5, 0.5, 0.5], 290],
  ])("%s", (_, shares, rows) => {
    expect(estimate({ earlier: shares.map(loaded) })).toBe(rows);
  });
});

test("a longer range never has fewer rows, and none is below zero", () => {
  const days = fc.dictionary(fc.integer({ min: 0, max: 90 }).map(String), fc.nat(5_000));
  fc.assert(
    fc.property(
      days,
      fc.constantFrom("push" as const, "airbyte_bounded" as const, "airbyte_rewind" as const),
      fc.tuple(fc.nat(90), fc.nat(90), fc.nat(90), fc.nat(90)),
      (rows, way, agos) => {
        const [outerStart, start, end, outerEnd] = agos.sort((a, b) => b - a) as typeof agos;
        const rowsByDay = new Map(Object.entries(rows).map(([days, count]) => [ago(Number(days)), count]));
        const inner = estimate({ rowsByDay, way, asked: { startDay: ago(start), endDay: ago(end) } });
        const outer = estimate({
          rowsByDay,
          way,
          asked: { startDay: ago(outerStart), endDay: ago(outerEnd) },
        });
        if (inner === null || outer === null) expect(inner).toBe(outer);
        else expect(inner >= 0 && outer >= inner).toBe(true);
      },
    ),
  );
});
