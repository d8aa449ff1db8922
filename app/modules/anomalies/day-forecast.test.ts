import { describe, expect, test } from "vitest";
import { weekdayOf } from "./calendar-days.ts";
import { forecastDay, ownErrors } from "./day-forecast.ts";

/** A Sunday. */
const START = 20_000 - weekdayOf(20_000);

const series = (count: number, valueAt: (i: number, weekday: number) => number) => ({
  days: Array.from({ length: count }, (_, i) => START + i),
  values: Array.from({ length: count }, (_, i) => valueAt(i, i % 7)),
});

const forecast = (count: number, valueAt: (i: number, weekday: number) => number) => {
  const known = forecastDay(series(count, valueAt), START + count);
  if (!known) throw new Error("too few open days");
  return known;
};

const expected = (count: number, valueAt: (i: number, weekday: number) => number) =>
  Math.expm1(forecast(count, valueAt).expectedLog);

/** Each value is this share of the one before, and chance: the same every time. */
function wandering(count: number, share: number): number[] {
  let [value, seed] = [0, 5];
  return Array.from({ length: count }, () => {
    seed = (seed * 16807) % 2147483647;
    value = share * value + (seed / 2147483647 - 0.5) / 2;
    return value;
  });
}

describe("what is expected", () => {
  test("the weekday's own level", () => {
    const weekly = (_: number, weekday: number) => [40, 100, 110, 100, 90, 120, 60][weekday]!;
    expect(expected(119, weekly)).toBeCloseTo(40, -1);
    expect(expected(124, weekly)).toBeCloseTo(120, -1);
  });

  test("a level that has moved", () => {
    expect(expected(120, (i) => (i < 90 ? 100 : 200))).toBeGreaterThan(180);
  });

  test("good and bad days that come in rows: yesterday's error is not met again today", () => {
    const logs = wandering(400, 0.7);
    const errors = forecast(400, (i) => 1000 * Math.exp(logs[i]!)).errors.slice(50);
    const squares = errors.reduce((total, error) => total + error ** 2, 0);
    const repeated = errors.reduce((total, error, i) => total + error * (errors[i - 1] ?? 0), 0);
    expect(repeated / squares).toBeLessThan(0.25);
  });

  test("one enormous day moves it little", () => {
    expect(expected(120, (i) => (i === 118 ? 10_000 : 100))).toBeLessThan(110);
  });
});

test("closed weekdays are left out of the open days", () => {
  const known = forecast(121, (_, weekday) => (weekday === 6 ? 0 : 100));
  expect(known.pattern.isClosed).toEqual([false, false, false, false, false, false, true]);
  expect(known.openDays).toHaveLength(121 - 17);
});

test("a series that is empty most days has no closed weekdays", () => {
  expect(forecast(120, (i) => (i % 8 === 0 ? 3 : 0)).pattern.isClosed).not.toContain(true);
});

test("own errors leave out empty days", () => {
  const { usual, down } = ownErrors(forecast(120, (i) => (i % 30 === 20 ? 0 : 100)));
  expect(usual).toBeLessThan(0.1);
  expect(down.at(-1) ?? 0).toBeLessThan(1);
});
