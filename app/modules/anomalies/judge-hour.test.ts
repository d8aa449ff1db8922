import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HourCount } from "./hours.ts";
import { judgeHour } from "./judge-hour.ts";

const hourOf = (index: number) => new Date(index * 3_600_000).toISOString().slice(0, 16);

/** Tuesday 17 November 2026, midnight. */
const MIDNIGHT = Date.parse("2026-11-17T00:00Z") / 3_600_000;

/** Six weeks before `hour` o'clock of that Tuesday; `countAt` gets the hour of the day and the weekday, 0 is Sunday. */
const past = (hour: number, countAt: (hour: number, weekday: number) => number): HourCount[] =>
  Array.from({ length: 42 * 24 }, (_, i) => {
    const index = MIDNIGHT + hour - 42 * 24 + i;
    const weekday = (Math.floor(index / 24) + 4) % 7;
    return { hour: hourOf(index), count: countAt(((index % 24) + 24) % 24, weekday) };
  });

const allDay = (perHour: number) => (hour: number) => Math.round(perHour * (hour < 7 ? 0.4 : 1.2));

const silentSince = (history: HourCount[], hours: number) =>
  history.map((known, i) => (i >= history.length - hours ? { ...known, count: 0 } : known));

const judge = (history: HourCount[], hour: number, count = 0) =>
  judgeHour({ history, hour: hourOf(MIDNIGHT + hour), count });

describe("a shop that sells around the clock", () => {
  test.each([
    ["a full hour", 20, 0, 24, false],
    ["one empty hour of 24 orders", 20, 0, 0, true],
    ["one empty hour of 3 orders", 3, 0, 0, false],
    ["two empty hours of 3 orders", 3, 1, 0, false],
    ["five empty hours of 5 orders", 5, 4, 0, true],
  ] as const)("%s", (_, perHour, before, count, isSilent) => {
    const history = silentSince(past(14, allDay(perHour)), before);
    expect(judge(history, 14, count)).toMatchObject({ state: "judged", isSilent });
  });

  test("hours, records missed and chance are told", () => {
    const verdict = judge(silentSince(past(14, allDay(5)), 3), 14);
    if (verdict.state !== "judged") throw new Error(verdict.state);
    expect(verdict.silentHours).toBe(4);
    expect(verdict.expected).toBeCloseTo(24, 0);
    expect(verdict.probability).toBeLessThan(1e-4);
    expect(verdict.score).toBeGreaterThan(1);
  });
});

describe("a shop open from 8 to 18, closed on Sundays", () => {
  const open = (hour: number, weekday: number) => (weekday !== 0 && hour >= 8 && hour < 18 ? 10 : 0);
  test.each([
    ["at night", 23, 5, 0, false],
    ["on a day that never began: the daily test's matter", 12, 18, 0, false],
    ["when records stop in the afternoon", 16, 2, 0, true],
  ] as const)("%s", (_, hour, before, count, isSilent) => {
    expect(judge(silentSince(past(hour, open), before), hour, count)).toMatchObject({ isSilent });
  });
});

test("hours of an open incident are no history, but the silence is counted through them", () => {
  const history = past(14, allDay(5));
  const lately = silentSince(history, 5).slice(-5);
  expect(judge(history.slice(0, -5), 14)).toMatchObject({ isSilent: false });
  expect(
    judgeHour({ history: history.slice(0, -5), lately, hour: hourOf(MIDNIGHT + 14), count: 0 }),
  ).toMatchObject({ isSilent: true, silentHours: 6 });
});

test("a series that has fallen silent for hours before needs a longer silence", () => {
  const calm = past(14, allDay(5));
  const patchy = calm.map((known, i) => (i % 200 < 4 ? { ...known, count: 0 } : known));
  const scoreOf = (history: HourCount[]) => {
    const verdict = judge(silentSince(history, 3), 14);
    return verdict.state === "judged" ? verdict.score : Number.NaN;
  };
  expect(scoreOf(patchy)).toBeLessThan(scoreOf(calm));
});

test("bursts excuse no silence: neither campaigns every few days nor their size move its chance by much", () => {
  const calm = past(14, (hour) => allDay(8)(hour) + ((hour * 5) % 3) - 1);
  const bursts = calm.map((known, i) => (i % 31 < 3 ? { ...known, count: known.count * 3 } : known));
  const surpriseOf = (history: HourCount[]) => {
    const verdict = judge(silentSince(history, 2), 14);
    return verdict.state === "judged" ? -Math.log10(verdict.probability) : Number.NaN;
  };
  expect(surpriseOf(bursts)).toBeGreaterThan(0.8 * surpriseOf(calm));
});

test("under two records an hour there is not enough volume, under two weeks nothing is known", () => {
  expect(
    judge(
      past(14, () => 1),
      14,
    ),
  ).toEqual({ state: "not_enough_volume", typicalRate: 1 });
  expect(judge(past(14, allDay(20)).slice(-300), 14)).toEqual({ state: "learning" });
});

test("the hour that summer time skips and the one it repeats raise nothing", () => {
  const steady = Array.from({ length: 42 * 24 }, (_, i) => ({
    hour: hourOf(MIDNIGHT - 42 * 24 + i),
    count: 20,
  }));
  const skipped = steady.filter((_, i) => i !== steady.length - 1);
  const repeated = [...steady, { ...steady.at(-1)!, count: 0 }];
  for (const history of [skipped, repeated]) {
    expect(judge(history, 0, 20)).toMatchObject({ isSilent: false, silentHours: 0 });
  }
});

test("order and later hours change nothing, and no figure is NaN or infinite", () => {
  const anyHistory = fc.array(fc.record({ back: fc.nat(1200), count: fc.nat(40) }), {
    minLength: 300,
    maxLength: 700,
  });
  fc.assert(
    fc.property(anyHistory, fc.nat(3), (entries, count) => {
      const history = entries.map(({ back, count: known }) => ({
        hour: hourOf(MIDNIGHT - 1 - back),
        count: known,
      }));
      const later = { hour: hourOf(MIDNIGHT + 1), count: 5 };
      const verdict = judge(history, 0, count);
      expect(judge([later, ...history.toReversed()], 0, count)).toEqual(verdict);
      for (const figure of Object.values(verdict)) {
        if (typeof figure === "number") expect(Number.isFinite(figure)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});
