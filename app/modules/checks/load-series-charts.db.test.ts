import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { recordStatements } from "#e2e/support/query-plans.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { loadConnectorPage } from "../connectors/get-connector.server.ts";
import type { Source } from "../connectors/sources.ts";
import { loadIncidentPage } from "../incidents/load-incident.server.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore } from "../shops/shop-days.ts";
import { loadSeriesCharts } from "./load-series-charts.server.ts";

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
/** A week's rhythm and a little unrest. */
const ordersOn = (daysAgo: number) => 100 + [0, 6, 12, 3, 9, 40, 45][daysAgo % 7]! + ((daysAgo * 7) % 11);

/** A connector whose days before today hold so many rows, and whose day of today holds four. */
async function profiled(
  source: Source,
  rowsOn: (daysAgo: number) => number = ordersOn,
  { days = 100, lastSucceededAt = new Date("2026-11-24T09:55:00Z") as Date | null } = {},
) {
  const { id } = await makeConnector(database.owner, shop.id, source, {
    lastSucceededAt,
    createdAt: new Date("2026-08-01T00:00:00Z"),
  });
  await database.owner.query("UPDATE connectors SET profiled_at = $2, has_rows = true WHERE id = $1", [
    id,
    now,
  ]);
  const measure = source === "shopify_orders" ? "total_price" : "spend";
  const rows = Array.from({ length: days + 1 }, (_, daysAgo) => {
    const count = daysAgo === 0 ? 4 : rowsOn(daysAgo);
    return {
      day: back(daysAgo),
      count,
      measures: count === 0 ? {} : { [measure]: { sum: count * 50, count, nulls: 0, negatives: 0 } },
    };
  });
  await database.owner.query(
    `INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, distinct_keys, duplicate_keys, measures, profiled_at, highest_rows)
     SELECT $1, $2, day, count, count, 0, measures, $4, count FROM jsonb_to_recordset($3::jsonb) AS r (day date, count int, measures jsonb)`,
    [shop.id, id, JSON.stringify(rows), now],
  );
  return { id, source };
}

const chartsOf = (connector: { id: string; source: string }, days = 60) =>
  withShop(shop.id, (tx) => loadSeriesCharts(tx, shop, connector, now, days));

async function openIncident(connectorId: string, check: string, days: readonly string[], resolved = false) {
  const { rows } = await database.owner.query(
    `INSERT INTO dq_incidents (shop_id, connector_id, check_name, status, severity, title, detail, opened_at, resolved_at, resolution, first_day, last_day)
     VALUES ($1, $2, $3, $4, 'high', 'Fewer', 'Fewer than usual.', $5, $6, $7, $8, $9) RETURNING id`,
    [
      shop.id,
      connectorId,
      check,
      resolved ? "resolved" : "open",
      new Date("2026-11-23T06:00:00Z"),
      resolved ? new Date("2026-11-23T09:00:00Z") : null,
      resolved ? "auto" : null,
      days[0] ?? null,
      days.at(-1) ?? null,
    ],
  );
  const failing = days.map((day) => ({
    subject: day,
    severity: "high",
    sentence: `${day} is low.`,
    value: 1,
  }));
  await database.owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name, outcome, severity, findings) VALUES ($1, $2, $3, 'failed', 'high', $4)",
    [shop.id, connectorId, check, JSON.stringify({ failing: resolved ? [] : failing })],
  );
  return rows[0].id as string;
}

describe("a connector's charts", () => {
  test("are its orders and its sales of the last sixty whole days, each with what was expected on it", async () => {
    const charts = await chartsOf(await profiled("shopify_orders"));
    expect(charts!.map(({ key, title, unit }) => [key, title, unit])).toEqual([
      ["rows", "Orders per day", { kind: "count" }],
      ["total_price", "Sales per day", { kind: "money", currency: "USD" }],
    ]);
    for (const { points, isLearning, hasVolume } of charts!) {
      expect([points.length, points[0]!.day, points.at(-1)!.day]).toEqual([60, back(60), back(1)]);
      expect(points.every(({ value, expectedLow }) => value !== null && expectedLow !== null)).toBe(true);
      expect([isLearning, hasVolume]).toEqual([false, true]);
    }
    expect(charts![0]!.points.at(-1)!.value).toBe(ordersOn(1));
    expect(JSON.parse(JSON.stringify(charts))).toEqual(charts);
  });

  test("flag a day that lost its rows, and show a gap of whole days as one", async () => {
    const orders = await chartsOf(
      await profiled("shopify_orders", (ago) => (ago === 9 ? 20 : ordersOn(ago))),
    );
    expect(orders![0]!.points.find(({ day }) => day === back(9))!.unusual).toEqual({
      kind: "drop",
      tier: "high",
    });
    const ads = await chartsOf(await profiled("meta_ads", (ago) => (ago === 9 ? 0 : ordersOn(ago))));
    expect(ads!.map(({ title }) => title)).toEqual(["Spend per day"]);
    expect(ads![0]!.points.find(({ day }) => day === back(9))).toMatchObject({
      value: null,
      state: "missing",
      unusual: null,
    });
  });

  test.each([
    ["shopify_orders", 1],
    ["meta_ads", 28],
    ["ga4", 2],
  ] as const)("of %s may still change for %i days", async (source, days) => {
    const charts = await chartsOf(await profiled(source));
    expect(charts![0]!.provisionalFrom).toBe(back(days));
  });

  test("of a source that never settles may all still change; of one that is two weeks behind, none", async () => {
    expect((await chartsOf(await profiled("pinterest_ads")))![0]!.provisionalFrom).toBe(back(60));
    const behind = { lastSucceededAt: new Date("2026-11-10T09:00:00Z") };
    const charts = await chartsOf(await profiled("tiktok_ads", ordersOn, behind));
    expect(charts![0]!.points.at(-1)!.day).toBe("2026-11-09");
    expect(charts![0]!.provisionalFrom).toBeNull();
  });

  test("say that they are learning, or that there is too little", async () => {
    const young = await chartsOf(await profiled("shopify_orders", ordersOn, { days: 9 }));
    expect(young![0]).toMatchObject({ isLearning: true, points: { length: 9 } });
    const tiny = await chartsOf(await profiled("recharge", (ago) => ago % 2));
    expect(tiny![0]).toMatchObject({ isLearning: false, hasVolume: false });
  });

  test("are none before the first profile, and none of a source that is not mapped or no longer ours", async () => {
    const { id } = await makeConnector(database.owner, shop.id, "shopify_orders", { lastSucceededAt: now });
    expect(await chartsOf({ id, source: "shopify_orders" })).toBeNull();
    expect(await chartsOf({ id, source: "bing_ads" })).toBeNull();
  });

  test("are empty where no day was due yet", async () => {
    const charts = await chartsOf(await profiled("shopify_orders", ordersOn, { lastSucceededAt: null }));
    expect(charts!.map(({ points }) => points)).toEqual([[], []]);
  });

  test("are judged without the days of expected windows", async () => {
    const connector = await profiled("shopify_orders");
    await database.owner.query(
      "INSERT INTO expected_windows (shop_id, connector_id, start_day, end_day, kind, created_by) VALUES ($1, $2, $3, $3, 'sale', 'test')",
      [shop.id, connector.id, back(5)],
    );
    const [orders] = (await chartsOf(connector))!;
    expect(orders!.points.filter(({ state }) => state === "expected").map(({ day }) => day)).toEqual([
      back(5),
    ]);
  });

  test("take two statements, and none of the warehouse", async () => {
    const connector = await profiled("shopify_orders");
    const statements = await recordStatements(() => chartsOf(connector));
    const reads = statements.filter(({ text }) => /^\s*(WITH|SELECT)/.test(text) && /\bFROM\b/.test(text));
    expect(reads).toHaveLength(2);
    expect(reads.some(({ text }) => text.includes("warehouse."))).toBe(false);
  });

  test("of another shop are not seen", async () => {
    const connector = await profiled("shopify_orders");
    const other = await makeShop(database.owner);
    expect(await withShop(other.id, (tx) => loadSeriesCharts(tx, other, connector, now, 60))).toBeNull();
  });
});

describe("on the pages", () => {
  const page = (id: string) => withShop(shop.id, (tx) => loadConnectorPage(tx, shop, id, now));
  const incidentPage = (id: string) => withShop(shop.id, (tx) => loadIncidentPage(tx, shop, id, now));

  test("the calendar marks exactly the days that fail while an incident is open, in its words", async () => {
    const { id } = await profiled("shopify_orders");
    await openIncident(id, "row_count_drop", [back(9), back(4)]);
    const { connector, dayNotes, charts } = await page(id);
    const stateOf = (day: string) => connector.history.find((one) => one.day === day)!.state;
    expect([back(9), back(6), back(4)].map(stateOf)).toEqual(["high", "no_sync", "high"]);
    expect(Object.keys(dayNotes).sort()).toEqual([back(9), back(4)]);
    expect(dayNotes[back(9)]).toEqual([
      { severity: "high", words: `${back(9)} is low.`, isGap: true, isOver: false },
    ]);
    expect(charts).toHaveLength(2);
  });

  test("the calendar keeps the days of one that is over, but not of a false alarm", async () => {
    const { id } = await profiled("shopify_orders");
    const over = await openIncident(id, "row_count_drop", [back(9), back(8)], true);
    expect(Object.keys((await page(id)).dayNotes).sort()).toEqual([back(9), back(8)]);
    expect((await page(id)).dayNotes[back(8)]).toEqual([
      { severity: "high", words: "Fewer than usual.", isGap: false, isOver: true },
    ]);
    await database.owner.query("UPDATE dq_incidents SET resolution = 'false_alarm' WHERE id = $1", [over]);
    expect((await page(id)).dayNotes).toEqual({});
  });

  test("an incident of the data shows its source's days with its own; one of lateness shows none", async () => {
    const { id } = await profiled("shopify_orders");
    const low = await openIncident(id, "row_count_drop", [back(9), back(4)]);
    expect((await incidentPage(low)).evidence).toMatchObject({
      days: [back(9), back(4)],
      charts: [{ key: "rows" }, { key: "total_price" }],
    });
    const over = await openIncident(id, "duplicate_primary_key", [back(9), back(7)], true);
    expect((await incidentPage(over)).evidence!.days).toEqual([back(9), back(8), back(7)]);
    const noDay = await openIncident(id, "zero_row_sync", []);
    expect((await incidentPage(noDay)).evidence!.days).toEqual([]);
    await database.owner.query("UPDATE dq_incidents SET check_name = 'freshness' WHERE id = $1", [noDay]);
    expect((await incidentPage(noDay)).evidence).toBeNull();
  });
});
