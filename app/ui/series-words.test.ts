import { describe, expect, it } from "vitest";
import type { ChartPoint, SeriesChart } from "../modules/checks/series-chart.ts";
import { expectedInWords, formatAmount, noteOf, pointInWords, seriesInWords } from "./series-words.ts";

const view = { timeZone: "America/New_York", locale: "en-US" };
const german = { timeZone: "Europe/Berlin", locale: "de-DE" };
const count = { kind: "count" } as const;
const dollars = { kind: "money", currency: "USD" } as const;

const point = (more: Partial<ChartPoint> = {}): ChartPoint => ({
  day: "2026-11-12",
  value: 61,
  expected: 110,
  expectedLow: 88,
  expectedHigh: 144,
  state: "judged",
  unusual: null,
  ...more,
});
const chart = (points: ChartPoint[], more: Partial<SeriesChart> = {}): SeriesChart => ({
  key: "rows",
  title: "Orders per day",
  unit: count,
  points,
  provisionalFrom: null,
  isLearning: false,
  hasVolume: true,
  ...more,
});

describe("amounts", () => {
  it.each([
    [1204, count, view, false, "1,204"],
    [1204, count, german, false, "1.204"],
    [1204.4, dollars, view, false, "$1,204"],
    [9.5, dollars, view, false, "$9.50"],
    [0, dollars, view, false, "$0"],
    [12000, dollars, view, true, "$12K"],
    [2.25, count, view, false, "2.3"],
  ])("%s of %j reads %s %s %s", (value, unit, formatting, isShort, words) =>
    expect(formatAmount(value, unit, formatting, isShort)).toBe(words),
  );

  it.each([
    [{ expectedLow: 88, expectedHigh: 144 }, "88–144"],
    [{ expectedLow: 0, expectedHigh: 12 }, "up to 12"],
    [{ expectedLow: 40, expectedHigh: null }, "at least 40"],
    [{ expectedLow: 0, expectedHigh: null }, "anything"],
    [{ expectedLow: null, expectedHigh: null }, "not known yet"],
    [{ expectedLow: 88.4, expectedHigh: 143.6 }, "88–144"],
  ])("the range %j reads %s", (range, words) => expect(expectedInWords(range, count, view)).toBe(words));
});

describe("notes", () => {
  const nothing = { provisionalFrom: null, marked: [] };
  it.each([
    [point(), nothing, ""],
    [point({ unusual: { kind: "drop", tier: "warning" } }), nothing, "Less than usual"],
    [point({ unusual: { kind: "rise", tier: "high" } }), nothing, "Far more than usual"],
    [point({ unusual: { kind: "zero", tier: "high" } }), nothing, "Nothing, which is unusual"],
    [point({ unusual: { kind: "double", tier: "warning" } }), nothing, "Perhaps loaded twice"],
    [point({ value: null, state: "missing" }), nothing, "No data"],
    [point({ state: "expected" }), nothing, "Expected to be unusual"],
    [point(), { provisionalFrom: "2026-11-12", marked: [] }, "May still change"],
    [point(), { provisionalFrom: "2026-11-13", marked: ["2026-11-12"] }, "Part of this problem"],
  ])("%j with %j: %s", (one, facts, words) => expect(noteOf(one, facts)).toBe(words));

  it("a day reads as a whole", () => {
    const low = point({ unusual: { kind: "drop", tier: "high" } });
    expect(pointInWords(low, chart([]), [], view)).toBe("Nov 12: 61, expected 88–144. Far less than usual");
    const young = point({ expectedLow: null, expectedHigh: null, state: "learning" });
    expect(pointInWords(young, chart([]), [], view)).toBe("Nov 12: 61");
  });
});

describe("a chart in one sentence", () => {
  it("names its span, its last day, and what is unusual", () => {
    const points = [
      point({ day: "2026-11-10", unusual: { kind: "drop", tier: "high" } }),
      point({ day: "2026-11-11", value: null, state: "missing" }),
      point({ value: 101 }),
    ];
    expect(seriesInWords(chart(points), view)).toBe(
      "Orders per day, Nov 10 to Nov 12: 101 on the last day, expected 88–144; 1 unusual day, 1 day without data.",
    );
    expect(seriesInWords(chart([point()]), view)).toMatch(/; no unusual day\.$/);
    expect(seriesInWords(chart([]), view)).toBe("Orders per day: no whole day yet.");
  });
});
