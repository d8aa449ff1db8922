import { describe, expect, test } from "vitest";
import { dashboardKeys, type Source } from "../connectors/sources.ts";
import { defaultMapping } from "../profiles/default-mapping.ts";
import { dayBefore, daysEnding } from "../shops/shop-days.ts";
import { dashboardCatalog, type FigureDefinition, sourcesOf } from "./dashboard-catalog.ts";
import { chartOf, totalOf } from "./figures.ts";
import type { SourceDays } from "./source-days.ts";

const today = "2026-11-24";
const yesterday = "2026-11-23";
const periods = {
  current: { from: "2026-11-14", to: yesterday },
  previous: { from: "2026-11-04", to: "2026-11-13" },
};

/** A source whose every day holds the same, but for what is said otherwise. */
function sourceDays(
  source: Source,
  sums: Record<string, number | null>,
  more: Partial<Omit<SourceDays, "days">> & {
    rowCount?: number;
    on?: Record<string, Record<string, number | null>>;
  } = {},
): [Source, SourceDays] {
  const { rowCount = 10, on = {}, ...rest } = more;
  return [
    source,
    {
      source,
      measures: new Set(Object.keys(defaultMapping[source]!.measures)),
      firstDay: "2026-08-01",
      throughDay: yesterday,
      days: new Map(daysEnding(today, 60).map((day) => [day, { rowCount, sums: on[day] ?? sums }])),
      isPaused: false,
      problemDays: new Set(),
      ...rest,
    },
  ];
}

const figure = (dashboard: keyof typeof dashboardCatalog, key: string): FigureDefinition =>
  dashboardCatalog[dashboard].totals.find((definition) => definition.key === key)!;
const total = (dashboard: keyof typeof dashboardCatalog, key: string, ...known: [Source, SourceDays][]) =>
  totalOf(figure(dashboard, key), new Map(known), periods);
const chart = (dashboard: keyof typeof dashboardCatalog, key: string, ...known: [Source, SourceDays][]) =>
  chartOf(figure(dashboard, key), new Map(known), { period: periods.current, today, title: "x" })!;

const orders = (more = {}) => sourceDays("shopify_orders", { total_price: 500 }, more);
const refunds = (more = {}) => sourceDays("shopify_refunds", { amount: 50 }, more);
const meta = (more = {}) => sourceDays("meta_ads", { spend: 100, revenue: 300 }, more);
const google = (more = {}) => sourceDays("google_ads", { spend: 50, revenue: 50 }, more);

describe("a total", () => {
  test.each<[string, ReturnType<typeof total>, number | null]>([
    ["adds up rows", total("revenue", "orders", orders()), 100],
    ["adds up a measure", total("revenue", "sales", orders()), 5000],
    ["takes one from another", total("revenue", "net_sales", orders(), refunds()), 4500],
    [
      "divides sums, not days",
      total("revenue", "average_order", orders({ on: { [yesterday]: { total_price: 5500 } } })),
      100,
    ],
    ["adds up the platforms a shop has", total("marketing", "spend", meta(), google()), 1500],
    [
      "is ROAS by purchase value and spend of all of them",
      total("marketing", "roas", meta(), google()),
      3500 / 1500,
    ],
    [
      "is the shop's own sales by all spend",
      total("marketing", "blended_roas", orders(), refunds(), meta(), google()),
      3,
    ],
    ["counts a day without rows as nothing", total("revenue", "sales", orders({ rowCount: 0, on: {} })), 0],
  ])("%s", (_, figure, value) => {
    expect(figure).toMatchObject({ value, missing: [], lacks: [] });
  });

  test("is never divided by zero", () => {
    const idle = sourceDays("meta_ads", { spend: 0, revenue: 0 });
    expect(total("marketing", "roas", idle)).toMatchObject({ value: null, change: null });
    expect(total("marketing", "spend", idle)).toMatchObject({ value: 0, change: null });
    expect(chart("marketing", "roas", idle).values.every((value) => value === null)).toBe(true);
  });

  test("is not shown at all where the shop has nothing of it", () => {
    expect(total("revenue", "charged", orders())).toBeNull();
    expect(total("marketing", "roas", orders())).toBeNull();
    expect(total("marketing", "blended_roas", orders(), refunds())).toBeNull();
    expect(total("revenue", "sales", orders({ throughDay: null }))).toBeNull();
    expect(total("revenue", "sales", orders({ measures: null }))).toBeNull();
  });

  test("that would be wrong without one of its parts is not known, and says without which", () => {
    expect(total("revenue", "net_sales", orders())).toMatchObject({
      value: null,
      lacks: ["Shopify Refunds"],
    });
    expect(total("marketing", "blended_roas", meta(), orders())).toMatchObject({
      value: null,
      lacks: ["Shopify Refunds"],
    });
  });

  test("leaves a platform out of ROAS whose purchase value is not mapped, spend and all", () => {
    const unmapped = google({ measures: new Set(["spend"]) });
    expect(total("marketing", "roas", meta(), unmapped)!.value).toBe(3);
    expect(total("marketing", "spend", meta(), unmapped)!.value).toBe(1500);
  });

  test("names the days a source has not brought", () => {
    const behind = meta({ throughDay: dayBefore(yesterday, 3) });
    expect(total("marketing", "spend", behind, google())).toMatchObject({
      value: 1200,
      change: null,
      missing: [{ label: "Meta Ads", days: 3 }],
    });
    // All sales by some of the spend would flatter it: such days are in neither.
    expect(total("marketing", "blended_roas", behind, google(), orders(), refunds())).toMatchObject({
      value: 3,
      missing: [{ label: "Meta Ads", days: 3 }],
    });
  });

  test("does not wait for a source that is paused", () => {
    const paused = meta({ throughDay: dayBefore(yesterday, 3), isPaused: true });
    expect(total("marketing", "spend", paused, google())).toMatchObject({ value: 1200, missing: [] });
  });

  test("takes a day whose sum cannot be for one that is missing, not for zero", () => {
    const broken = meta({ on: { [yesterday]: { spend: null, revenue: 300 } } });
    expect(total("marketing", "spend", broken)).toMatchObject({
      value: 900,
      missing: [{ label: "Meta Ads", days: 1 }],
    });
    expect(total("marketing", "roas", broken)!.value).toBe(3);
  });
});

describe("a change", () => {
  const grown = (more = {}) =>
    orders({
      on: Object.fromEntries(daysEnding(yesterday, 10).map((day) => [day, { total_price: 600 }])),
      ...more,
    });

  test("is against the period before", () => {
    expect(total("revenue", "sales", grown())!.change).toBeCloseTo(0.2);
    expect(total("revenue", "sales", orders())!.change).toBe(0);
  });

  test.each<[string, ReturnType<typeof grown>]>([
    ["the history does not reach back", grown({ firstDay: "2026-11-05" })],
    ["days are missing", grown({ throughDay: "2026-11-20" })],
    ["a day may be wrong", grown({ problemDays: new Set(["2026-11-20"]) })],
    ["a day before may have been wrong", grown({ problemDays: new Set(["2026-11-05"]) })],
    [
      "there was nothing before",
      orders({
        on: Object.fromEntries(daysEnding("2026-11-13", 40).map((day) => [day, { total_price: 0 }])),
      }),
    ],
  ])("is not told when %s", (_, known) => {
    expect(total("revenue", "sales", known)).toMatchObject({ change: null });
  });

  test("is told when the history begins with the period before", () => {
    expect(total("revenue", "sales", grown({ firstDay: "2026-11-04" }))!.change).toBeCloseTo(0.2);
  });
});

describe("a chart", () => {
  test("has a value for each day of the period, and none where nothing is known", () => {
    expect(chart("revenue", "sales", orders()).values).toEqual(Array(10).fill(500));
    const behind = chart("revenue", "sales", orders({ throughDay: "2026-11-21" }));
    expect(behind.values.slice(-3)).toEqual([500, null, null]);
    expect(behind.notes).toEqual({
      "2026-11-22": { missing: ["Shopify Orders"], problems: [] },
      "2026-11-23": { missing: ["Shopify Orders"], problems: [] },
    });
  });

  test("shows no net sales of a day without its refunds, and the rest of the spend without one platform", () => {
    expect(
      chart("revenue", "net_sales", orders(), refunds({ throughDay: "2026-11-22" })).values.slice(-2),
    ).toEqual([450, null]);
    const spend = chart("marketing", "spend", meta({ throughDay: "2026-11-22" }), google());
    expect(spend.values.slice(-2)).toEqual([150, 50]);
    expect(spend.notes[yesterday]).toEqual({ missing: ["Meta Ads"], problems: [] });
  });

  test("knows from which day on its sources may restate: the first of theirs", () => {
    expect(chart("revenue", "sales", orders()).provisionalFrom).toBe(yesterday);
    expect(
      chart("marketing", "spend", google(), sourceDays("tiktok_ads", { spend: 1 })).provisionalFrom,
    ).toBe("2026-11-10");
    expect(chart("marketing", "spend", sourceDays("pinterest_ads", { spend: 1 })).provisionalFrom).toBe(
      "2026-11-14",
    );
    const old = chartOf(figure("revenue", "sales"), new Map([orders()]), {
      period: periods.previous,
      today,
      title: "x",
    });
    expect(old!.provisionalFrom).toBeNull();
  });

  test("marks the days that an open problem is about, of its own sources only", () => {
    const doubtful = refunds({ problemDays: new Set(["2026-11-20"]) });
    expect(chart("revenue", "net_sales", orders(), doubtful).notes).toEqual({
      "2026-11-20": { missing: [], problems: ["Shopify Refunds"] },
    });
    expect(chart("revenue", "sales", orders(), doubtful).notes).toEqual({});
  });
});

test("every figure reads sources its dashboard depends on, and measures that the default mapping has", () => {
  for (const dashboard of dashboardKeys) {
    const entry = dashboardCatalog[dashboard];
    const all = [...entry.totals, ...(entry.breakdown?.sources.flatMap(entry.breakdown.figuresOf) ?? [])];
    for (const { key, of, per = [] } of all) {
      for (const { source, measure } of [...of, ...per]) {
        expect(sourcesOf(dashboard)).toContain(source);
        expect([key, source, measure === null || measure in defaultMapping[source]!.measures]).toEqual([
          key,
          source,
          true,
        ]);
      }
    }
    const keys = entry.totals.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining([...entry.charted]));
    expect(new Set(keys).size).toBe(keys.length);
  }
});
