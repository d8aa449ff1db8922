import { describe, expect, test } from "vitest";
import type { DashboardSource, Figure, FigureChart } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import {
  chartInWords,
  dashboardBadge,
  dayOfChartInWords,
  daysOf,
  formatChange,
  formatFigure,
  remarkOn,
} from "./dashboard-words.ts";
import { decideDashboardNotice } from "./page-notice.ts";

const view: ShopView = { domain: "x.myshopify.com", timeZone: "UTC", currency: "USD", locale: "en-US" };
const german: ShopView = { ...view, currency: "EUR", locale: "de-DE" };

describe("a figure", () => {
  test.each<[Parameters<typeof formatFigure>, string]>([
    [[1204.4, "count", view], "1,204"],
    [[1204.4, "money", view], "$1,204"],
    [[54.2, "money", view], "$54.20"],
    [[0, "money", view], "$0"],
    [[-54.2, "money", view], "-$54.20"],
    [[54.2, "money", { ...view, currency: "JPY" }], "¥54"],
    [[1204.4, "money", german], "€1,204"],
    [[12_040, "money", view, true], "$12K"],
    [[2.597, "ratio", view], "2.60"],
    [[0.02345, "percent", view], "2.35%"],
    [[null, "ratio", view], "—"],
  ])("%j reads %s", (of, words) => {
    expect(formatFigure(...of)).toBe(words);
  });

  test.each([
    [0.042, "+4.2%"],
    [-0.165, "−17%"],
    [0, "0.0%"],
    [1.5, "+150%"],
  ])("changed by %d reads %s", (change, words) => {
    expect(formatChange(change, view)).toBe(words);
  });
});

describe("what stands under a figure", () => {
  const figure = (more: Partial<Figure>): Figure => ({
    key: "x",
    label: "X",
    unit: "money",
    about: null,
    value: 10,
    change: 0.1,
    missing: [],
    problemDays: 0,
    lacks: [],
    ...more,
  });
  test.each<[Partial<Figure>, string]>([
    [{}, "+10% on the 30 days before"],
    [{ value: null, change: null, lacks: ["GA4"] }, "Not known without GA4"],
    [
      {
        change: null,
        missing: [
          { label: "Meta Ads", days: 2 },
          { label: "GA4", days: 1 },
        ],
      },
      "Without 2 days of Meta Ads and 1 day of GA4",
    ],
    [{ change: null, problemDays: 1 }, "With 1 day that may be wrong"],
    [{ change: null }, "No comparable days before"],
    [{ value: null, change: null }, "Nothing to divide by yet"],
  ])("%j", (more, words) => {
    expect(remarkOn(figure(more), 30, view)).toBe(words);
  });
});

describe("a chart in words", () => {
  const chart: FigureChart = {
    key: "spend",
    title: "Ad spend per day",
    unit: "money",
    values: [1000, 2000, 500, null],
    provisionalFrom: "2026-11-03",
    notes: {
      "2026-11-02": { missing: [], problems: ["Meta Ads"] },
      "2026-11-03": { missing: ["Snap Ads"], problems: [] },
      "2026-11-04": { missing: ["Meta Ads", "Snap Ads"], problems: [] },
    },
  };
  const days = daysOf(chart, ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]);

  test("tells its range and what is special", () => {
    expect(chartInWords(chart, days, view)).toBe(
      "Ad spend per day, Nov 1 to Nov 4: between $500.00 and $2,000 a day; 1 day without a number, " +
        "1 day without one of the sources, 1 day with an open problem and 1 day that may still change.",
    );
    expect(
      chartInWords(
        { ...chart, values: [null, null, null, null] },
        daysOf({ ...chart, values: [] }, ["2026-11-01"]),
        view,
      ),
    ).toBe("Ad spend per day, Nov 1 to Nov 1: no number yet.");
  });

  test("tells each day, and never that nothing may still change", () => {
    expect(days.map((day) => dayOfChartInWords(day, "money", view))).toEqual([
      "Nov 1: $1,000",
      "Nov 2: $2,000. Open problem with Meta Ads",
      "Nov 3: $500.00. Without Snap Ads; May still change",
      "Nov 4: no number. No data of Meta Ads and Snap Ads yet",
    ]);
  });
});

const source = (more: Partial<DashboardSource> = {}): DashboardSource => ({
  id: "1",
  label: "GA4",
  status: "healthy",
  neverSynced: false,
  lastSyncedAt: "2026-11-24T10:00:00Z",
  completeThrough: "2026-11-23",
  message: "",
  openIncidents: 0,
  isLate: false,
  settledAfterDays: 2,
  ...more,
});
const state = {
  key: "traffic",
  blocked: false,
  reasons: [],
  completeThrough: "2026-11-23",
  nextSteps: [],
} as const;
const open = { ...state, reasons: [], nextSteps: [] };
const blocked = { ...open, blocked: true };

describe("a dashboard's badge", () => {
  test.each<[string, Parameters<typeof dashboardBadge>, string]>([
    ["all well", [{ state: open, sources: [source()] }, false], "Up to date"],
    ["nobody checks", [{ state: open, sources: [source()] }, true], "Not checked"],
    ["blocked, checked or not", [{ state: blocked, sources: [source()] }, true], "Paused"],
    ["no source", [{ state: open, sources: [] }, false], "Not set up"],
    [
      "nothing synced",
      [{ state: open, sources: [source({ neverSynced: true })] }, false],
      "Waiting for data",
    ],
    [
      "a late source",
      [{ state: open, sources: [source(), source({ isLate: true })] }, false],
      "Partly behind",
    ],
    [
      "an open problem",
      [{ state: open, sources: [source({ status: "delayed", openIncidents: 1 })] }, false],
      "Open problems",
    ],
    ["learning", [{ state: open, sources: [source({ status: "learning" })] }, false], "Up to date"],
  ])("%s", (_, of, label) => {
    expect(dashboardBadge(...of).label).toBe(label);
  });
});

describe("a dashboard's one notice", () => {
  const page = {
    state: open,
    stale: false,
    checkedAt: "2026-11-24T10:00:00Z",
    engineUnreachableSince: null,
    lifted: null,
    sources: [source()],
  };
  const lifted = { messages: ["Late"], until: "2026-11-25T10:00:00Z" };
  const behind = [source({ isLate: true })];
  test.each<[string, Partial<Parameters<typeof decideDashboardNotice>[0]>, string]>([
    ["none when all is well", {}, "none"],
    ["the block before all else", { state: blocked, stale: true, lifted, sources: behind }, "blocked"],
    ["that nobody looked, before what was lifted", { stale: true, lifted, sources: behind }, "not_checked"],
    [
      "the engine we cannot see",
      { engineUnreachableSince: "2026-11-24T09:00:00Z", sources: behind },
      "engine_unreachable",
    ],
    ["what it is shown in spite of", { lifted, sources: behind }, "lifted"],
    ["what is behind", { sources: behind }, "behind"],
    ["what may be wrong", { sources: [source({ status: "delayed", openIncidents: 1 })] }, "behind"],
    ["none for a shop without sources, checked or not", { stale: true, sources: [] }, "none"],
  ])("%s", (_, more, kind) => {
    expect(decideDashboardNotice({ ...page, ...more }).kind).toBe(kind);
  });
});
