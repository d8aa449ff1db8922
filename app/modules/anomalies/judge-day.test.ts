import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DayValue } from "./daily-series.ts";
import { type DayJudgement, type DayVerdict, judgeDay } from "./judge-day.ts";

const dayOf = (number: number) => new Date(number * 86_400_000).toISOString().slice(0, 10);

/** A Tuesday. */
const TODAY = "2026-11-17";
const today = Date.parse(TODAY) / 86_400_000;

/** Days before today, oldest first; the argument counts from the oldest (0) and gives weekday 0 for Sundays. */
const past = (count: number, valueAt: (i: number, weekday: number) => number): DayValue[] =>
  Array.from({ length: count }, (_, i) => {
    const day = today - count + i;
    return { day: dayOf(day), value: valueAt(i, (day + 4) % 7) };
  });

/** Ordinary unrest, the same every time: between 0.9 and 1.1. */
const unrest = (i: number) => 0.9 + (0.2 * ((i * 7919) % 101)) / 100;

const WEEK = [0.6, 1.1, 1.2, 1, 1, 1.1, 0.7];
const shop = (mean: number, count = 120) =>
  past(count, (i, weekday) => Math.round(mean * WEEK[weekday]! * unrest(i)));

const judge = (history: DayValue[], value: number, isCount = true, day = TODAY): DayVerdict =>
  judgeDay({ history, day, value, isCount });

const judged = (history: DayValue[], value: number, isCount = true): DayJudgement => {
  const verdict = judge(history, value, isCount);
  if (verdict.state === "learning") throw new Error("still learning");
  return verdict;
};

describe("a shop of 100 a day, Tuesdays 120", () => {
  test.each([
    ["an ordinary Tuesday", 118, null, "usual"],
    ["a third lost", 80, "warning", "drop"],
    ["80 % lost", 24, "high", "drop"],
    ["nothing", 0, "high", "zero"],
    ["loaded three times", 360, "warning", "rise"],
  ] as const)("%s: %i is %s, %s", (_, value, tier, kind) => {
    expect(judged(shop(100), value)).toMatchObject({ state: "judged", tier, kind });
  });

  test("the expected range speaks of Tuesdays", () => {
    const { expected, expectedLow, expectedHigh } = judged(shop(100), 118);
    expect(expected).toBeGreaterThan(108);
    expect(expected).toBeLessThan(132);
    expect(expectedLow).toBeGreaterThan(60);
    expect(expectedLow).toBeLessThan(108);
    expect(expectedHigh).toBeGreaterThan(132);
  });

  test("a past outage and a past sale do not hide a new loss", () => {
    const history = shop(100).map((known, i) => {
      if (i >= 60 && i < 63) return { ...known, value: 0 };
      return i >= 80 && i < 84 ? { ...known, value: known.value * 5 } : known;
    });
    expect(judged(history, 24).tier).toBe("high");
    expect(judged(history, 118).tier).toBeNull();
  });

  test("the day after a sale is no drop", () => {
    const history = shop(100).map((known, i) => (i >= 115 ? { ...known, value: known.value * 4 } : known));
    expect(judged(history, 118).tier).toBeNull();
  });

  test("slow growth is followed", () => {
    const growing = past(200, (i, weekday) => Math.round(50 * 1.01 ** i * WEEK[weekday]! * unrest(i)));
    expect(judged(growing, Math.round(50 * 1.01 ** 200 * 1.2)).tier).toBeNull();
  });
});

test.each([3, 30, 300, 3000, 30_000])("%i a day: five empty days in a row are high", (mean) => {
  const history = shop(mean).map((known, i) => (i >= 116 ? { ...known, value: 0 } : known));
  expect(judged(history, 0)).toMatchObject({ tier: "high", kind: "zero", zeroDays: 5 });
});

test.each([
  ["on Thanksgiving", shop(100), "2026-11-26"],
  ["in the first four weeks", shop(100, 21), TODAY],
])("what is usual %s is wider, not without end", (_, history, day) => {
  const verdict = judge(history, 100, true, day);
  if (verdict.state === "learning") throw new Error("still learning");
  expect(verdict.expectedHigh).toBeGreaterThan(130);
  expect(verdict.expectedHigh).toBeLessThan(500);
});

test("zero where 20 are expected and no recent open day was empty is high even on a holiday", () => {
  const verdict = judge(shop(40), 0, true, TODAY);
  expect(verdict).toMatchObject({ tier: "high", kind: "zero" });
  const easter = past(120, (i) => Math.round(40 * unrest(i))).map((known, i) => ({
    ...known,
    day: dayOf(Date.parse("2026-04-03") / 86_400_000 - 120 + i),
  }));
  expect(judge(easter, 0, true, "2026-04-03")).toMatchObject({ tier: "high", kind: "zero" });
});

test("where sales have all but ended, an empty day is no alert: the month before says little about today", () => {
  const ended = shop(100).map((known, i) => (i >= 95 ? { ...known, value: 1 + ((i * 7) % 4) } : known));
  expect(judged(ended, 0).tier).not.toBe("high");
  expect(judged(shop(100), 0).tier).toBe("high");
});

test("a weekday that is always closed says nothing, and the day after counts on", () => {
  const closedTuesdays = past(120, (i, weekday) => (weekday === 2 ? 0 : Math.round(100 * unrest(i))));
  expect(judged(closedTuesdays, 0)).toMatchObject({ tier: null, expected: 0, expectedHigh: null });
  expect(judged(closedTuesdays, 3)).toMatchObject({ tier: null });
});

test("the same value day after day is stuck: counts, and amounts to the cent", () => {
  const stuckFor = (history: DayValue[], days: number, value: number) =>
    history.map((known, i) => (i >= history.length - days ? { ...known, value } : known));
  expect(judged(stuckFor(shop(100), 1, 110), 110).tier).toBeNull();
  expect(judged(stuckFor(shop(100), 3, 110), 110)).toMatchObject({ tier: "high", kind: "stuck", repeats: 3 });
  const amounts = past(120, (i) => 1000 * unrest(i) + i / 100);
  expect(judged(stuckFor(amounts, 2, 987.65), 987.65, false)).toMatchObject({ tier: "high", kind: "stuck" });
});

test("days of an open incident are no baseline, but the run of zeros goes through them", () => {
  const history = shop(3).slice(0, -4);
  const lately = past(4, () => 0);
  expect(judged(history, 0).tier).toBeNull();
  expect(judgeDay({ history, lately, day: TODAY, value: 0, isCount: true })).toMatchObject({
    tier: "high",
    zeroDays: 5,
  });
});

test("half a record a day is not enough volume, and two weeks are not enough to know", () => {
  expect(
    judge(
      past(120, (i) => (i % 2 === 0 ? 1 : 0)),
      0,
    ).state,
  ).toBe("not_enough_volume");
  expect(judge(shop(100, 13), 0)).toEqual({ state: "learning" });
  expect(judge([], 5)).toEqual({ state: "learning" });
});

const anySeries = fc.record({
  values: fc.array(
    fc.oneof(
      fc.constant(0),
      fc.nat(5),
      fc.nat(500),
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    ),
    { minLength: 0, maxLength: 90 },
  ),
  value: fc.oneof(fc.constant(0), fc.nat(1000), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
  isCount: fc.boolean(),
  missing: fc.array(fc.nat(89), { maxLength: 20 }),
});

const historyOf = ({ values, missing }: { values: number[]; missing: number[] }) =>
  past(values.length, (i) => values[i]!).filter((_, i) => !missing.includes(i));

describe("properties, for any series with any gaps", () => {
  test("no NaN, no infinity", () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const verdict = judge(historyOf(series), series.value, series.isCount);
        for (const figure of Object.values(verdict)) {
          if (typeof figure === "number") expect(Number.isFinite(figure)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a value is outside the expected range if and only if it alarms as drop, rise or zero", () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const verdict = judge(historyOf(series), series.value, series.isCount);
        if (verdict.state === "learning" || verdict.kind === "stuck" || series.value > 1e15) return;
        const { expectedLow, expectedHigh, tier } = verdict;
        const isOutside =
          series.value < expectedLow || (expectedHigh !== null && series.value > expectedHigh);
        expect(isOutside).toBe(tier !== null);
      }),
      { numRuns: 300 },
    );
  });

  test("the judged day and later ones in the history change nothing, nor does the order", () => {
    fc.assert(
      fc.property(anySeries, fc.array(fc.nat(1000), { maxLength: 5 }), fc.nat(), (series, later, seed) => {
        const history = historyOf(series);
        const added = later.map((value, i) => ({ day: dayOf(today + i), value }));
        const shuffled = [...history, ...added].sort((a, b) => hash(a.day, seed) - hash(b.day, seed));
        expect(judge(shuffled, series.value, series.isCount)).toEqual(
          judge(history, series.value, series.isCount),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("ten times as much keeps the verdict of clear days, and amounts keep it exactly in any currency", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 5000, max: 7000 }), { minLength: 60, maxLength: 90 }),
        fc.constantFrom(0, 300, 6000, 5500, 6500),
        (values, value) => {
          const history = past(values.length, (i) => values[i]!);
          const tenfold = history.map((known) => ({ ...known, value: known.value * 10 }));
          expect(judged(tenfold, value * 10).tier).toBe(judged(history, value).tier);
          const [one, other] = [judged(history, value, false), judged(tenfold, value * 10, false)];
          expect(other.tier).toBe(one.tier);
          expect(other.score).toBeCloseTo(one.score, 6);
        },
      ),
      { numRuns: 60 },
    );
  });
});

const hash = (text: string, seed: number) =>
  [...text].reduce((mixed, letter) => (Math.imul(mixed, 31) + letter.charCodeAt(0)) >>> 0, seed >>> 0);

test("800 days of history take less than 20 ms", () => {
  const history = shop(100, 800);
  judged(history, 100);
  const start = process.cpuUsage();
  for (let i = 0; i < 20; i++) judged(history, 100 + i);
  expect(process.cpuUsage(start).user / 1000 / 20).toBeLessThan(20);
});
