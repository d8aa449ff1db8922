import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { recordStatements } from "#e2e/support/query-plans.ts";
import { type ConnectorFacts, makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { DashboardKey, Source } from "../connectors/sources.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore } from "../shops/shop-days.ts";
import type { DashboardContent } from "./dashboard-page.ts";
import { loadDashboard, loadDashboards } from "./load-dashboard.server.ts";

let database: TestDatabase;
let shop: Shop;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  shop = await makeShop(database.owner, { checkedAt: now });
});
afterAll(() => database?.drop());

const now = new Date("2026-11-24T10:00:00Z");
const today = "2026-11-24";
const back = (days: number) => dayBefore(today, days);
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

/** A connector that was just synced and read, with so many rows and such sums on each of its last 200 days. */
async function profiled(
  source: Source,
  sums: Record<string, number>,
  {
    of = shop,
    rows = 10,
    days = 200,
    ...facts
  }: ConnectorFacts & { of?: Shop; rows?: number; days?: number } = {},
): Promise<string> {
  const { id } = await makeConnector(database.owner, of.id, source, {
    lastSucceededAt: hoursAgo(0.1),
    createdAt: hoursAgo(5000),
    ...facts,
  });
  await database.owner.query("UPDATE connectors SET profiled_at = $2, has_rows = true WHERE id = $1", [
    id,
    now,
  ]);
  const measures = Object.fromEntries(
    Object.entries(sums).map(([name, sum]) => [name, { sum, count: rows, nulls: 0, negatives: 0 }]),
  );
  await database.owner.query(
    `INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, distinct_keys, duplicate_keys, measures, profiled_at, highest_rows)
     SELECT $1, $2, $3::date - ago, $4, $4, 0, $5, $6, $4 FROM generate_series(0, $7::int - 1) AS ago`,
    [of.id, id, today, rows, measures, now, days],
  );
  return id;
}

async function openIncident(connectorId: string, check: string, days: readonly string[] = []) {
  await database.owner.query(
    `INSERT INTO dq_incidents (shop_id, connector_id, check_name, status, severity, title, detail, opened_at, first_day, last_day)
     VALUES ($1, $2, $3, 'open', 'high', 'x', 'x', $4, $5, $6)`,
    [shop.id, connectorId, check, now, days[0] ?? null, days.at(-1) ?? null],
  );
  await database.owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name, outcome, severity) VALUES ($1, $2, $3, 'failed', 'high')",
    [shop.id, connectorId, check],
  );
}

const load = (key: DashboardKey, length: 30 | 90 = 30, of = shop) =>
  withShop(of.id, (tx) => loadDashboard(tx, of, key, length, now));

function figuresIn(content: DashboardContent) {
  if (content.kind !== "figures") throw new Error(`There are no figures, but: ${content.kind}`);
  return content;
}
const totalsOf = async (key: DashboardKey, length: 30 | 90 = 30, of = shop) =>
  Object.fromEntries(
    figuresIn((await load(key, length, of)).content).totals.map(({ key: name, value }) => [name, value]),
  );

describe("the figures", () => {
  test("are those of the period's whole days, and of this shop alone", async () => {
    const other = await makeShop(database.owner, { checkedAt: now });
    await profiled("shopify_orders", { total_price: 9999 }, { of: other });
    await profiled("shopify_orders", { total_price: 500 });
    await profiled("shopify_refunds", { amount: 50 }, { rows: 1 });
    expect(await totalsOf("revenue")).toEqual({
      net_sales: 13_500,
      sales: 15_000,
      orders: 300,
      refunds: 1500,
      average_order: 50,
    });
    expect(await totalsOf("revenue", 90)).toMatchObject({ sales: 45_000 });
    expect(await totalsOf("revenue", 30, other)).toMatchObject({ sales: 299_970 });
    // Bound to this shop, the other's name opens nothing.
    const peeked = await withShop(shop.id, (tx) => loadDashboard(tx, other, "revenue", 30, now));
    expect(peeked.content).toEqual({ kind: "not_connected" });
  });

  test("of several platforms are told together and apart", async () => {
    await profiled("meta_ads", { spend: 100, revenue: 300 });
    await profiled("tiktok_ads", { spend: 50, revenue: 50 });
    const page = await load("marketing");
    const { totals, breakdown, charts, current } = figuresIn(page.content);
    expect(current).toEqual({ from: back(30), to: back(1) });
    expect(totals.map(({ key, value }) => [key, value])).toEqual([
      ["spend", 4500],
      ["purchase_value", 10_500],
      ["roas", 10_500 / 4500],
      ["blended_roas", null],
      ["cost_per_order", null],
      ["cost_per_session", null],
    ]);
    expect(
      breakdown!.rows.map(({ label, figures }) => [label, ...figures.map((figure) => figure!.value)]),
    ).toEqual([
      ["Meta Ads", 3000, 9000, 3],
      ["TikTok Ads", 1500, 1500, 1],
    ]);
    expect(charts.map(({ values }) => values.length)).toEqual([30, 30]);
    expect(page.notConnected).toEqual([
      "Shopify Orders",
      "Shopify Refunds",
      "Google Ads",
      "Pinterest Ads",
      "Snap Ads",
      "Amazon Ads",
      "GA4",
    ]);
  });

  test("mark the days of an open problem, say which days are not settled, and survive JSON", async () => {
    const id = await profiled("ga4", { sessions: 100, conversions: 2, revenue: 80 });
    await openIncident(id, "row_count_drop", [back(6), back(5)]);
    const page = await load("traffic");
    const [sessions] = figuresIn(page.content).charts;
    expect(sessions!.notes).toEqual({
      [back(6)]: { missing: [], problems: ["GA4"] },
      [back(5)]: { missing: [], problems: ["GA4"] },
    });
    expect(sessions!.provisionalFrom).toBe(back(2));
    expect(page.state.completeThrough).toBe(back(7));
    expect(figuresIn(page.content).totals[0]).toMatchObject({ value: 3000, change: null, problemDays: 2 });
    expect(JSON.parse(JSON.stringify(page))).toEqual(page);
  });

  test("stop for a source where it was last synced, without stopping the others", async () => {
    await profiled("klaviyo", { recipients: 100, clicks: 5, revenue: 10, opens: 50 });
    await profiled(
      "attentive",
      { recipients: 10, clicks: 1, revenue: 1 },
      { lastSucceededAt: hoursAgo(5 * 24) },
    );
    const page = await load("messaging");
    expect(page.sources.map(({ label, isLate }) => [label, isLate])).toEqual([
      ["Klaviyo", false],
      ["Attentive (SMS)", true],
    ]);
    expect(figuresIn(page.content).totals[0]).toMatchObject({
      value: 30 * 100 + 25 * 10,
      missing: [{ label: "Attentive (SMS)", days: 5 }],
    });
  });
});

describe("a blocked dashboard", () => {
  test("shows the history up to its last whole day when a source is stale", async () => {
    await profiled("shopify_orders", { total_price: 500 }, { lastSucceededAt: hoursAgo(4 * 24) });
    await profiled("shopify_refunds", { amount: 50 });
    const page = await load("revenue", 90);
    expect(page.state).toMatchObject({ blocked: true, completeThrough: back(5) });
    const { isHistory, current, days, totals } = figuresIn(page.content);
    expect([isHistory, current.to, days.at(-1), days.length]).toEqual([true, back(5), back(5), 90]);
    expect(totals.find(({ key }) => key === "net_sales")).toMatchObject({ value: 90 * 450, missing: [] });
    expect(JSON.stringify(page.content)).not.toContain(back(4));
  });

  test.each([
    ["its source's table is empty", "empty_table", ["revenue", "marketing", "subscriptions"]],
    [
      "rows may be another shop's",
      "tenant_isolation",
      ["revenue", "marketing", "subscriptions", "messaging", "traffic"],
    ],
  ] as const)("shows no number, and reads none, when %s", async (_, check, keys) => {
    const id = await profiled("shopify_orders", { total_price: 500 });
    await profiled("recharge", { total_price: 500 });
    await profiled("meta_ads", { spend: 500 });
    await profiled("klaviyo", { recipients: 500 });
    await profiled("ga4", { sessions: 500 });
    await openIncident(id, check);
    for (const key of keys) {
      const statements = await recordStatements(async () => {
        expect((await load(key)).content).toEqual({ kind: "held_back" });
      });
      expect(statements.some(({ text }) => text.includes("daily_profiles"))).toBe(false);
    }
  });

  test("shows all again while staff have lifted what holds it back, and says so", async () => {
    const id = await profiled("shopify_orders", { total_price: 500 }, { lastSucceededAt: hoursAgo(9) });
    await database.owner.query(
      "INSERT INTO dashboard_lifts (shop_id, dashboard, reason, created_by, expires_at, covers) VALUES ($1, 'revenue', 'x', 'x', $2, $3)",
      [shop.id, hoursAgo(-2), JSON.stringify([{ code: "stale", connectorId: id }])],
    );
    const page = await load("revenue");
    expect(page.state).toMatchObject({ blocked: false, reasons: [] });
    expect(page.lifted).toEqual({
      messages: ["Shopify Orders last synced 9 hours ago. After 8 hours its newest numbers would be wrong."],
      until: hoursAgo(-2).toISOString(),
    });
    expect(figuresIn(page.content).isHistory).toBe(false);
    expect((await load("marketing")).lifted).toBeNull();
  });
});

describe("a shop without numbers yet", () => {
  test("hears that nothing is connected, or that the first import is on its way", async () => {
    expect((await load("traffic")).content).toEqual({ kind: "not_connected" });
    await makeConnector(database.owner, shop.id, "ga4", { createdAt: hoursAgo(1) });
    const page = await load("traffic");
    expect(page.content).toEqual({ kind: "waiting" });
    expect(page.sources).toMatchObject([{ label: "GA4", neverSynced: true, isLate: false }]);
  });

  test("hears the same of a source that was synced and not read yet", async () => {
    await makeConnector(database.owner, shop.id, "ga4", { lastSucceededAt: hoursAgo(0.1) });
    expect((await load("traffic")).content).toEqual({ kind: "waiting" });
  });
});

test("the list says of all five what the gate says, with their sources", async () => {
  await profiled("shopify_orders", { total_price: 1 }, { lastSucceededAt: hoursAgo(9) });
  await profiled("ga4", { sessions: 1 });
  const { dashboards } = await withShop(shop.id, (tx) => loadDashboards(tx, shop, now));
  expect(
    dashboards.map(({ key, state, sources }) => [key, state.blocked, sources.map(({ label }) => label)]),
  ).toEqual([
    ["revenue", true, ["Shopify Orders"]],
    ["marketing", true, ["Shopify Orders", "GA4"]],
    ["subscriptions", true, ["Shopify Orders"]],
    ["messaging", false, []],
    ["traffic", false, ["GA4"]],
  ]);
  expect(JSON.stringify(dashboards)).not.toContain("lifted");
});

test("takes the same five statements whatever the number of sources", async () => {
  const count = async () => {
    const statements = await recordStatements(() => load("marketing", 90));
    return statements.filter(({ text }) => /^\s*(SELECT|WITH)/.test(text) && !text.includes("set_config"))
      .length;
  };
  await profiled("meta_ads", { spend: 1 });
  const few = await count();
  for (const source of [
    "google_ads",
    "tiktok_ads",
    "snap_ads",
    "amazon_ads",
    "ga4",
    "shopify_orders",
  ] as const)
    await profiled(source, { spend: 1 });
  expect([few, await count()]).toEqual([5, 5]);
});
