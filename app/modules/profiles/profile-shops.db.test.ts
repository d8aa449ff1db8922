import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import {
  closeWarehouse,
  createWarehouse,
  useWarehouse,
  type Warehouse,
} from "#app/platform/warehouse.server.ts";
import { createWarehouseTables } from "#demo/airbyte/warehouse.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { Source } from "../connectors/sources.ts";
import type { Shop } from "../shops/shop.ts";
import { defaultMapping } from "./default-mapping.ts";
import { NO_VALUE, OTHER_VALUES, type SourceMapping, type WarehouseMapping } from "./mapping.ts";
import { type ProfileOptions, profileBatch } from "./profile-shops.server.ts";
import { saveProfiles } from "./profiles.store.server.ts";
import { loadHours, loadSeries, type ProfiledDay } from "./series.store.server.ts";

let database: TestDatabase;
let statements: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
  await createWarehouseTables(pool);
  await pool.end();
  await database.owner.query(
    "GRANT USAGE ON SCHEMA warehouse TO sync_health_app; GRANT SELECT ON ALL TABLES IN SCHEMA warehouse TO sync_health_app",
  );
  const real = createWarehouse(database.appUrl);
  const listening: Warehouse = {
    ...real,
    read: (query, limits) => {
      statements.push(query.text);
      return real.read(query, limits);
    },
  };
  useWarehouse(listening);
});
afterEach(() => {
  statements = [];
});
afterAll(async () => {
  await closeWarehouse();
  await database?.drop();
});

const now = new Date("2026-11-24T15:20:00Z");
const minutesAgo = (minutes: number, at = now) => new Date(at.getTime() - minutes * 60_000);
const daysAgo = (days: number, at = now) => minutesAgo(days * 1440, at);

async function shopWith(source: Source, timeZone = "UTC", lastSucceededAt: Date | null = minutesAgo(5)) {
  const shop = await makeShop(database.owner, { timeZone });
  const connector = await makeConnector(database.owner, shop.id, source, { lastSucceededAt });
  return { shop, connectorId: connector.id };
}

interface Order {
  id?: string | null;
  at: Date | string;
  price?: number | string | null;
  channel?: string | null;
  extractedAt?: Date;
}

async function addOrders(domain: string, orders: readonly Order[]): Promise<void> {
  await database.owner.query(
    `INSERT INTO warehouse.shopify_orders (shop_domain, id, created_at, total_price, total_discounts, total_tax, currency, channel, _airbyte_raw_id, _airbyte_extracted_at, _airbyte_meta, _airbyte_generation_id)
     SELECT $1, o.id, o.at, o.price, 1, NULL, 'USD', o.channel, gen_random_uuid(), o.extracted_at, '{}', 1
     FROM jsonb_to_recordset($2::jsonb) AS o (id text, at timestamptz, price numeric, channel text, extracted_at timestamptz)`,
    [
      domain,
      JSON.stringify(
        orders.map((order, n) => ({
          id: order.id === undefined ? `o${n}` : order.id,
          at: order.at,
          price: order.price === undefined ? 10 : order.price,
          channel: order.channel === undefined ? "pos" : order.channel,
          extracted_at: order.extractedAt ?? daysAgo(200),
        })),
      ),
    ],
  );
}

async function addSpend(domain: string, table: string, day: string, spend: number): Promise<void> {
  await database.owner.query(
    `INSERT INTO warehouse.${table} (shop_domain, id, day, spend, campaign, _airbyte_raw_id, _airbyte_extracted_at, _airbyte_meta, _airbyte_generation_id)
     VALUES ($1, $2, $2::text::date, $3, 'brand', gen_random_uuid(), now(), '{}', 1)`,
    [domain, day, spend],
  );
}

const profile = (shops: readonly Shop[], at = now, options: Partial<ProfileOptions> = {}) =>
  profileBatch(
    shops.map(({ id, domain, timeZone }) => ({ shopId: id, domain, timeZone })),
    at,
    { mode: "due", mapping: defaultMapping, ...options },
  );

async function seriesOf(shop: Shop, at = now, source?: Source) {
  const all = await withShop(shop.id, (tx) => loadSeries(tx, { shopIds: [shop.id] }, { days: 400, now: at }));
  return all.find((one) => !source || one.source === source)!;
}

const countsOf = async (shop: Shop, at = now) =>
  Object.fromEntries((await seriesOf(shop, at)).days.map((day) => [day.day, day.rowCount]));

const dayOfSeries = async (shop: Shop, day: string, at = now): Promise<ProfiledDay> =>
  (await seriesOf(shop, at)).days.find((one) => one.day === day)!;

const only = (source: Source, changes: Partial<SourceMapping> = {}): WarehouseMapping => ({
  [source]: { ...defaultMapping[source]!, ...changes },
});

describe("a day's numbers", () => {
  test("rows, distinct, duplicate and null keys, sums, nulls, negatives, categories and the newest record", async () => {
    const { shop } = await shopWith("shopify_orders");
    await addOrders(shop.domain, [
      { id: "a", at: "2026-11-23T01:00:00Z", price: 10.5, channel: "pos" },
      { id: "a", at: "2026-11-23T02:00:00Z", price: 10.5, channel: "pos" },
      { id: "b", at: "2026-11-23T03:00:00Z", price: -2, channel: "online_store" },
      { id: null, at: "2026-11-23T23:59:59.999Z", price: null, channel: null },
      { id: "c", at: "2026-11-24T00:00:00Z", price: 7 },
    ]);
    expect(await profile([shop])).toEqual({ profiled: 1, counted: 0, daysWritten: 2, failures: [] });
    expect(await dayOfSeries(shop, "2026-11-23")).toEqual({
      day: "2026-11-23",
      rowCount: 4,
      distinctKeys: 2,
      duplicateKeys: 1,
      nullKeys: 1,
      foreignRows: 0,
      measures: {
        total_price: { sum: 19, count: 3, nulls: 1, negatives: 1 },
        total_discounts: { sum: 4, count: 4, nulls: 0, negatives: 0 },
        total_tax: { sum: 0, count: 0, nulls: 4, negatives: 0 },
      },
      categories: { channel: { pos: 2, online_store: 1, [NO_VALUE]: 1 } },
      profiledAt: now,
      highestRows: 4,
    });
    const { rows } = await database.owner.query(
      "SELECT day::text, newest_record_at FROM daily_profiles WHERE shop_id = $1 ORDER BY day",
      [shop.id],
    );
    expect(rows).toEqual([
      { day: "2026-11-23", newest_record_at: new Date("2026-11-23T23:59:59.999Z") },
      { day: "2026-11-24", newest_record_at: new Date("2026-11-24T00:00:00Z") },
    ]);
    expect(await seriesOf(shop)).toMatchObject({
      source: "shopify_orders",
      profiledAt: now,
      countedAt: now,
      newestRecordAt: new Date("2026-11-24T00:00:00Z"),
      hasRows: true,
    });
  });

  test("a sum that does not exist is null; a future record is not the newest", async () => {
    const { shop } = await shopWith("shopify_orders");
    await addOrders(shop.domain, [
      { at: "2026-11-24T10:00:00Z", price: "NaN" },
      { at: "2026-11-24T11:00:00Z", price: 5 },
      { at: "2026-11-24T20:00:00Z", price: 5 },
    ]);
    await profile([shop]);
    expect((await dayOfSeries(shop, "2026-11-24")).measures.total_price).toEqual({
      sum: null,
      count: 3,
      nulls: 0,
      negatives: 0,
    });
    expect((await seriesOf(shop)).newestRecordAt).toEqual(new Date("2026-11-24T11:00:00Z"));
  });

  test("50 values of a category keep their names, the rest is summed; long values are cut", async () => {
    const { shop } = await shopWith("shopify_orders");
    const at = "2026-11-24T01:00:00Z";
    const long = "x".repeat(300);
    await addOrders(shop.domain, [
      ...Array.from({ length: 60 }, (_, n) => ({
        id: `one${n}`,
        at,
        channel: `campaign-${String(n).padStart(2, "0")}`,
      })),
      ...Array.from({ length: 3 }, (_, n) => ({ id: `long${n}`, at, channel: `${long}${n}` })),
      { id: "named", at, channel: OTHER_VALUES },
    ]);
    await profile([shop]);
    const { channel } = (await dayOfSeries(shop, "2026-11-24")).categories;
    // A value that is called like the rest is summed with it.
    expect(Object.keys(channel!)).toHaveLength(50);
    expect(channel![long.slice(0, 100)]).toBe(3);
    expect(Object.values(channel!).reduce((a, b) => a + b)).toBe(64);
    expect(channel![OTHER_VALUES]).toBe(64 - 3 - 48);
  });

  test("rows without a time belong to no day", async () => {
    const { shop } = await shopWith("shopify_orders");
    await database.owner.query(
      "CREATE TABLE IF NOT EXISTS warehouse.no_time (shop_domain text, id text, created_at timestamptz); GRANT SELECT ON warehouse.no_time TO sync_health_app",
    );
    await database.owner.query(
      "INSERT INTO warehouse.no_time VALUES ($1, '1', NULL), ($1, '2', '2026-11-24T01:00:00Z'), ($1, '3', 'infinity')",
      [shop.domain],
    );
    const mapping = only("shopify_orders", {
      table: "warehouse.no_time",
      measures: {},
      mainMeasure: null,
      categories: {},
    });
    await profile([shop], now, { mapping });
    expect(await countsOf(shop)).toEqual({ "2026-11-24": 1 });
    expect(await dayOfSeries(shop, "2026-11-24")).toMatchObject({
      measures: {},
      categories: {},
      distinctKeys: 1,
    });
  });
});

describe("whose rows", () => {
  test("another shop's rows are never counted", async () => {
    const { shop: ours } = await shopWith("shopify_orders");
    const { shop: theirs } = await shopWith("shopify_orders");
    await addOrders(ours.domain, [{ at: "2026-11-24T01:00:00Z" }]);
    await addOrders(theirs.domain, [{ at: "2026-11-24T01:00:00Z" }, { at: "2026-11-24T02:00:00Z" }]);
    await profile([ours]);
    expect(await countsOf(ours)).toEqual({ "2026-11-24": 1 });
    expect((await seriesOf(theirs)).profiledAt).toBeNull();
    await profile([ours, theirs]);
    expect(await countsOf(ours)).toEqual({ "2026-11-24": 1 });
    expect(await countsOf(theirs)).toEqual({ "2026-11-24": 2 });
  });

  test("profiles are read and written by their own shop only", async () => {
    const { shop, connectorId } = await shopWith("shopify_orders");
    const other = await makeShop(database.owner);
    await addOrders(shop.domain, [{ at: "2026-11-24T01:00:00Z" }]);
    await profile([shop]);
    const last = { days: 90, now };
    expect(await withShop(other.id, (tx) => loadSeries(tx, { connectorIds: [connectorId] }, last))).toEqual(
      [],
    );
    expect(await withShop(other.id, (tx) => loadHours(tx, { shopIds: [shop.id] }, last))).toEqual([]);
    const forged = {
      shopId: shop.id,
      connectorId,
      newestRecordAt: null,
      hasRows: false,
      isCounted: true,
      stretches: [
        {
          shopId: shop.id,
          connectorId,
          fromDay: "2026-11-24",
          toDay: "2026-11-24",
          hoursFrom: null,
          hoursTo: null,
          hasKeys: true,
          days: "[]",
          hours: "[]",
        },
      ],
    };
    expect(await withShop(other.id, (tx) => saveProfiles(tx, [forged], now))).toEqual({
      connectors: 0,
      days: 0,
    });
    expect(await countsOf(shop)).toEqual({ "2026-11-24": 1 });
  });

  test("rows that name another owner, or came through a connection that is not the shop's, are foreign", async () => {
    const shop = await makeShop(database.owner);
    await makeConnector(database.owner, shop.id, "shopify_orders", {
      externalId: `ours-${shop.id}`,
      lastSucceededAt: minutesAgo(5),
    });
    await database.owner.query(
      "CREATE TABLE IF NOT EXISTS warehouse.owned (shop_domain text, id int, created_at timestamptz, owner text, via text); GRANT SELECT ON warehouse.owned TO sync_health_app",
    );
    const row = "INSERT INTO warehouse.owned VALUES ($1, $2, '2026-11-24T01:00:00Z', $3, $4)";
    const ours = `ours-${shop.id}`;
    for (const [n, [owner, via]] of [
      [shop.domain, ours],
      [null, null],
      ["other.myshopify.com", ours],
      [shop.domain, "theirs"],
      ["other.myshopify.com", "theirs"],
    ].entries())
      await database.owner.query(row, [shop.domain, n, owner, via]);
    const mapping = only("shopify_orders", {
      table: "warehouse.owned",
      ownerColumn: "owner",
      connectionColumn: "via",
      measures: {},
      mainMeasure: null,
      categories: {},
    });
    await profile([shop], now, { mapping });
    expect(await dayOfSeries(shop, "2026-11-24")).toMatchObject({ rowCount: 5, foreignRows: 3 });
    const unknown = await makeShop(database.owner);
    await makeConnector(database.owner, unknown.id, "shopify_orders", { lastSucceededAt: minutesAgo(5) });
    await database.owner.query(row, [unknown.domain, 1, unknown.domain, "theirs"]);
    await profile([unknown], now, { mapping });
    expect(await dayOfSeries(unknown, "2026-11-24")).toMatchObject({ rowCount: 1, foreignRows: 0 });
  });

  test("a paused connector is skipped, and one that never synced waits", async () => {
    const shop = await makeShop(database.owner);
    await makeConnector(database.owner, shop.id, "shopify_orders", {
      lastSucceededAt: minutesAgo(5),
      pausedAt: minutesAgo(2),
    });
    await makeConnector(database.owner, shop.id, "meta_ads");
    expect(await profile([shop])).toMatchObject({ profiled: 0, counted: 0 });
    expect(statements).toEqual([]);
    expect(await profile([shop], now, { mode: "full" })).toMatchObject({ profiled: 1 });
  });
});

describe("the shop's calendar", () => {
  test("New York's days have 23 and 25 hours when the clock is changed", async () => {
    const hourly = (day: string, hours: number, firstHour: string) =>
      Array.from({ length: hours }, (_, n) => ({
        id: `${day}-${n}`,
        at: new Date(Date.parse(firstHour) + n * 3_600_000),
      }));
    const spring = await shopWith("shopify_orders", "America/New_York", new Date("2026-03-10T11:00:00Z"));
    await addOrders(spring.shop.domain, hourly("03", 72, "2026-03-07T05:00:00Z"));
    const inMarch = new Date("2026-03-10T12:00:00Z");
    await profile([spring.shop], inMarch);
    expect(await countsOf(spring.shop, inMarch)).toEqual({
      "2026-03-07": 24,
      "2026-03-08": 23,
      "2026-03-09": 24,
      "2026-03-10": 1,
    });
    const autumn = await shopWith("shopify_orders", "America/New_York", new Date("2026-11-03T11:00:00Z"));
    await addOrders(autumn.shop.domain, hourly("11", 72, "2026-10-31T04:00:00Z"));
    const inNovember = new Date("2026-11-03T12:00:00Z");
    await profile([autumn.shop], inNovember);
    expect(await countsOf(autumn.shop, inNovember)).toEqual({
      "2026-10-31": 24,
      "2026-11-01": 25,
      "2026-11-02": 23,
      "2026-11-03": 0,
    });
    const [series] = await withShop(autumn.shop.id, (tx) =>
      loadHours(tx, { shopIds: [autumn.shop.id] }, { days: 42, now: inNovember }),
    );
    const night = series!.hours.filter(({ hour }) => hour === "2026-11-01T01:00");
    expect(night.map(({ count }) => count)).toEqual([1, 1]);
  });

  test.each([
    ["Asia/Kolkata", "2026-11-23T18:29:59Z", "2026-11-23T18:30:00Z"],
    ["Pacific/Auckland", "2026-11-23T10:59:59Z", "2026-11-23T11:00:00Z"],
    ["America/Los_Angeles", "2026-11-24T07:59:59Z", "2026-11-24T08:00:00Z"],
  ])("%s: midnight there parts the days", async (timeZone, before, after) => {
    const { shop } = await shopWith("shopify_orders", timeZone);
    await addOrders(shop.domain, [{ at: before }, { at: after }, { at: after }]);
    await profile([shop]);
    const counts = await countsOf(shop);
    expect(counts).toMatchObject({ "2026-11-23": 1, "2026-11-24": 2 });
    // A second profile reads from midnight there, which lies inside a UTC hour in Kolkata: the hour stays whole.
    await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE shop_id = $1", [
      shop.id,
      new Date(now.getTime() + 60_000),
    ]);
    await profile([shop], new Date(now.getTime() + 120_000));
    const [hours] = await withShop(shop.id, (tx) => loadHours(tx, { shopIds: [shop.id] }, { days: 42, now }));
    expect(hours!.hours.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  });

  test("rows of whole days are the day they name, whatever the zone", async () => {
    const { shop } = await shopWith("meta_ads", "Pacific/Auckland");
    await addSpend(shop.domain, "meta_ads", "2026-11-22", 100);
    await addSpend(shop.domain, "meta_ads", "2026-11-24", 50);
    await profile([shop]);
    expect(await countsOf(shop)).toEqual({
      "2026-11-22": 1,
      "2026-11-23": 0,
      "2026-11-24": 1,
      "2026-11-25": 0,
    });
    // The newest day begins at midnight in Auckland.
    expect((await seriesOf(shop)).newestRecordAt).toEqual(new Date("2026-11-23T11:00:00Z"));
  });

  test("a changed zone: unsettled days follow it at once, the rest at night", async () => {
    const { shop } = await shopWith("shopify_orders");
    const late = (day: string, n: number) => ({ id: `${day}-${n}`, at: `${day}T23:30:00Z` });
    await addOrders(shop.domain, [late("2026-11-10", 1), late("2026-11-23", 1), late("2026-11-23", 2)]);
    await profile([shop]);
    expect(await countsOf(shop)).toMatchObject({ "2026-11-10": 1, "2026-11-23": 2, "2026-11-24": 0 });
    await database.owner.query("UPDATE shops SET time_zone = 'Europe/Berlin' WHERE id = $1", [shop.id]);
    await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE shop_id = $1", [
      shop.id,
      new Date(now.getTime() + 60_000),
    ]);
    const moved = { ...shop, timeZone: "Europe/Berlin" };
    await profile([moved], new Date(now.getTime() + 120_000));
    expect(await countsOf(shop)).toMatchObject({
      "2026-11-10": 1,
      "2026-11-11": 0,
      "2026-11-23": 0,
      "2026-11-24": 2,
    });
    const night = new Date("2026-11-25T01:00:00Z");
    await profile([moved], night);
    expect(await countsOf(shop, night)).toMatchObject({ "2026-11-10": 0, "2026-11-11": 1, "2026-11-24": 2 });
  });

  test("a timestamp without a zone is read by the clock that is named", async () => {
    const { shop } = await shopWith("shopify_orders", "America/New_York");
    await database.owner.query(
      "CREATE TABLE IF NOT EXISTS warehouse.clock (shop_domain text, id int, at timestamp); GRANT SELECT ON warehouse.clock TO sync_health_app",
    );
    // 23:30 and 00:30 in Berlin are 17:30 and 18:30 in New York, on one day.
    await database.owner.query(
      "INSERT INTO warehouse.clock VALUES ($1, 1, '2026-11-23 23:30'), ($1, 2, '2026-11-24 00:30'), ($1, 3, '2026-11-24 06:00')",
      [shop.domain],
    );
    const mapping = only("shopify_orders", {
      table: "warehouse.clock",
      time: { kind: "instant", column: "at", zone: "Europe/Berlin" },
      measures: {},
      mainMeasure: null,
      categories: {},
    });
    await profile([shop], now, { mapping });
    expect(await countsOf(shop)).toEqual({ "2026-11-23": 2, "2026-11-24": 1 });
    expect((await seriesOf(shop)).newestRecordAt).toEqual(new Date("2026-11-24T05:00:00Z"));
  });
});

describe("what is due", () => {
  test("the first profile reaches 400 days back, and days without rows are zeros from the first with some", async () => {
    const { shop } = await shopWith("shopify_orders");
    await addOrders(shop.domain, [
      { id: "lost", at: daysAgo(400) },
      { id: "first", at: daysAgo(399) },
      { id: "last", at: daysAgo(2) },
    ]);
    await profile([shop]);
    const { days } = await seriesOf(shop);
    expect(days).toHaveLength(400);
    expect(days.filter((day) => day.rowCount > 0).map((day) => day.day)).toEqual([
      "2025-10-21",
      "2026-11-22",
    ]);
    expect(days.at(-1)).toEqual({
      day: "2026-11-24",
      rowCount: 0,
      distinctKeys: 0,
      duplicateKeys: 0,
      nullKeys: 0,
      foreignRows: 0,
      measures: {},
      categories: {},
      profiledAt: now,
      highestRows: 0,
    });
    expect(statements).toHaveLength(4);
  });

  test("a shop without any row has no days, and is known to have none", async () => {
    const { shop } = await shopWith("shopify_orders");
    expect(await profile([shop])).toMatchObject({ profiled: 1, daysWritten: 0 });
    expect(await seriesOf(shop)).toMatchObject({
      days: [],
      hasRows: false,
      newestRecordAt: null,
      profiledAt: now,
    });
    expect(await withShop(shop.id, (tx) => loadHours(tx, { shopIds: [shop.id] }, { days: 42, now }))).toEqual(
      [],
    );
  });

  test("nothing is read again until a sync has ended, and then only what is not settled", async () => {
    const { shop } = await shopWith("shopify_orders");
    await addOrders(shop.domain, [
      { id: "old", at: daysAgo(5) },
      { id: "new", at: "2026-11-23T10:00:00Z" },
    ]);
    await profile([shop]);
    statements = [];
    const later = new Date(now.getTime() + 15 * 60_000);
    await addOrders(shop.domain, [
      { id: "restated", at: daysAgo(5), price: 99 },
      { id: "newer", at: "2026-11-23T11:00:00Z" },
    ]);
    expect(await profile([shop], later)).toEqual({ profiled: 0, counted: 0, daysWritten: 0, failures: [] });
    expect(statements).toEqual([]);
    await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE shop_id = $1", [
      shop.id,
      later,
    ]);
    const afterSync = new Date(later.getTime() + 60_000);
    expect(await profile([shop], afterSync)).toMatchObject({ profiled: 1, daysWritten: 1 });
    expect(statements).toHaveLength(1);
    expect(await countsOf(shop)).toMatchObject({ "2026-11-19": 1, "2026-11-23": 2, "2026-11-24": 0 });
    const { days } = await seriesOf(shop);
    expect(days.find(({ day }) => day === "2026-11-24")?.profiledAt).toEqual(now);
    expect(days.find(({ day }) => day === "2026-11-23")?.profiledAt).toEqual(afterSync);
    expect((await seriesOf(shop)).profiledAt).toEqual(afterSync);
  });

  test("after an outage the days that were open before it are read as well", async () => {
    const { shop } = await shopWith("shopify_orders", "UTC", daysAgo(6));
    await addOrders(shop.domain, [{ id: "a", at: daysAgo(6) }]);
    await profile([shop], daysAgo(5));
    await addOrders(shop.domain, [
      { id: "b", at: daysAgo(6) },
      { id: "c", at: daysAgo(3) },
    ]);
    await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE shop_id = $1", [
      shop.id,
      minutesAgo(5),
    ]);
    await profile([shop]);
    expect(await countsOf(shop)).toMatchObject({
      "2026-11-18": 2,
      "2026-11-21": 1,
      "2026-11-22": 0,
      "2026-11-24": 0,
    });
  });

  test("the night's count finds a row deleted from a settled day, a restated row, and history that came in late", async () => {
    const { shop } = await shopWith("shopify_orders", "America/New_York");
    await addOrders(
      shop.domain,
      Array.from({ length: 40 }, (_, n) => ({ id: `d${n}`, at: daysAgo(n), price: 10 })),
    );
    await profile([shop]);
    await database.owner.query("DELETE FROM warehouse.shopify_orders WHERE shop_domain = $1 AND id = 'd20'", [
      shop.domain,
    ]);
    await database.owner.query(
      "UPDATE warehouse.shopify_orders SET total_price = 5, _airbyte_extracted_at = $2 WHERE shop_domain = $1 AND id = 'd10'",
      [shop.domain, minutesAgo(-60)],
    );
    await addOrders(shop.domain, [
      { id: "h", at: daysAgo(45) },
      { id: "ancient", at: daysAgo(95) },
    ]);
    const evening = new Date("2026-11-25T05:59:00Z");
    expect(await profile([shop], evening)).toMatchObject({ profiled: 0, counted: 0 });
    const night = new Date("2026-11-25T06:00:00Z");
    statements = [];
    expect(await profile([shop], night)).toMatchObject({ profiled: 1, counted: 1 });
    expect(statements).toHaveLength(2);
    const { days, countedAt } = await seriesOf(shop, night);
    const of = (day: string) => days.find((one) => one.day === day);
    expect(countedAt).toEqual(night);
    expect(of("2026-11-04")).toMatchObject({ rowCount: 0, highestRows: 1, profiledAt: night });
    expect(of("2026-11-14")).toMatchObject({
      rowCount: 1,
      measures: { total_price: { sum: 5 } },
      profiledAt: night,
    });
    expect(of("2026-11-13")).toMatchObject({ rowCount: 1, profiledAt: now });
    // The late history has its zeros up to what was known before; what lies further back than 90 days is not counted.
    expect(days.map((one) => one.day)).toEqual(
      Array.from({ length: 47 }, (_, n) => new Date(Date.UTC(2026, 9, 10 + n)).toISOString().slice(0, 10)),
    );
    statements = [];
    expect(await profile([shop], new Date(night.getTime() + 900_000))).toMatchObject({
      profiled: 0,
      counted: 0,
    });
    expect(statements).toEqual([]);
  });

  test("an emptied table is known by the night at the latest, and its days are zeros", async () => {
    const { shop } = await shopWith("shopify_orders");
    await addOrders(shop.domain, [
      { id: "a", at: daysAgo(10) },
      { id: "b", at: daysAgo(1) },
    ]);
    await profile([shop]);
    await database.owner.query("DELETE FROM warehouse.shopify_orders WHERE shop_domain = $1", [shop.domain]);
    const night = new Date("2026-11-25T01:00:00Z");
    await profile([shop], night);
    const series = await seriesOf(shop, night);
    expect(series).toMatchObject({ hasRows: false, newestRecordAt: null });
    expect(new Set(series.days.map((day) => day.rowCount))).toEqual(new Set([0]));
    expect(series.days).toHaveLength(12);
  });

  test("a full pass reads the last 90 days of everything anew, and writes only what changed", async () => {
    const { shop } = await shopWith("shopify_orders");
    await addOrders(shop.domain, [
      { id: "a", at: daysAgo(60) },
      { id: "b", at: daysAgo(1) },
    ]);
    await profile([shop]);
    await addOrders(shop.domain, [
      { id: "c", at: daysAgo(89) },
      { id: "d", at: daysAgo(90) },
    ]);
    const later = new Date(now.getTime() + 60_000);
    statements = [];
    expect(await profile([shop], later, { mode: "full" })).toMatchObject({ profiled: 1, daysWritten: 29 });
    expect(statements).toHaveLength(1);
    const series = await seriesOf(shop);
    expect(series).toMatchObject({ profiledAt: later, countedAt: later });
    expect(series.days[0]).toMatchObject({ day: "2026-08-27", rowCount: 1, profiledAt: later });
    expect(series.days.at(-1)).toMatchObject({ profiledAt: now });
  });

  test("a later reading is never overwritten by an earlier one that ends after it", async () => {
    const { shop } = await shopWith("shopify_orders");
    await addOrders(shop.domain, [{ id: "a", at: daysAgo(1) }]);
    await profile([shop], new Date(now.getTime() + 60_000));
    await addOrders(shop.domain, [{ id: "b", at: daysAgo(1) }]);
    expect(await profile([shop], now, { mode: "full" })).toMatchObject({ profiled: 0, daysWritten: 0 });
    expect(await countsOf(shop)).toMatchObject({ "2026-11-23": 1 });
  });
});

describe("hours", () => {
  test("the last 42 days at first, zeros included, up to the hour that is over", async () => {
    const { shop } = await shopWith("shopify_orders");
    await addOrders(shop.domain, [
      { id: "old", at: daysAgo(43) },
      { id: "first", at: "2026-10-13T15:30:00Z" },
      { id: "a", at: "2026-11-24T14:59:59Z" },
      { id: "running", at: "2026-11-24T15:00:00Z" },
    ]);
    await profile([shop]);
    const hoursOf = async () =>
      (await withShop(shop.id, (tx) => loadHours(tx, { shopIds: [shop.id] }, { days: 42, now })))[0]!;
    const series = await hoursOf();
    expect(series.hours).toHaveLength(42 * 24);
    expect(series.hours[0]).toEqual({ hour: "2026-10-13T15:00", count: 1 });
    expect(series.hours.at(-1)).toEqual({ hour: "2026-11-24T14:00", count: 1 });
    expect(series.hours.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  test("sources of whole days have none", async () => {
    const { shop } = await shopWith("meta_ads");
    await addSpend(shop.domain, "meta_ads", "2026-11-22", 100);
    await profile([shop]);
    expect(await withShop(shop.id, (tx) => loadHours(tx, { shopIds: [shop.id] }, { days: 42, now }))).toEqual(
      [],
    );
  });
});

test("50 shops are one statement per source, whatever their zones", async () => {
  const zones = ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"];
  const shops: Shop[] = [];
  for (let n = 0; n < 50; n += 1) {
    const { shop } = await shopWith("shopify_orders", zones[n % zones.length]);
    await makeConnector(database.owner, shop.id, "meta_ads", { lastSucceededAt: minutesAgo(5) });
    await addOrders(
      shop.domain,
      Array.from({ length: n + 1 }, (_, order) => ({ id: `${order}`, at: "2026-11-23T12:00:00Z" })),
    );
    shops.push(shop);
  }
  await profile(shops);
  statements = [];
  expect(await profile(shops, new Date(now.getTime() + 60_000), { mode: "full" })).toMatchObject({
    profiled: 100,
  });
  expect(statements).toHaveLength(2);
  for (const [n, shop] of shops.entries()) {
    const day = shop.timeZone === "Pacific/Auckland" ? "2026-11-24" : "2026-11-23";
    const { days } = await seriesOf(shop, now, "shopify_orders");
    expect(days.find((one) => one.day === day)?.rowCount).toBe(n + 1);
  }
});

describe("a warehouse in trouble", () => {
  test("a source that takes too long stays unknown; the others are profiled", async () => {
    const { shop } = await shopWith("shopify_orders");
    await makeConnector(database.owner, shop.id, "meta_ads", { lastSucceededAt: minutesAgo(5) });
    await addSpend(shop.domain, "meta_ads", "2026-11-22", 100);
    await database.owner.query(
      "CREATE OR REPLACE VIEW warehouse.slow AS SELECT o.* FROM warehouse.shopify_orders o, (SELECT pg_sleep(20)) s; GRANT SELECT ON warehouse.slow TO sync_health_app",
    );
    await addOrders(shop.domain, [{ at: minutesAgo(90) }]);
    const started = Date.now();
    const mapping = { ...defaultMapping, ...only("shopify_orders", { table: "warehouse.slow" }) };
    const summary = await profile([shop], now, { mapping, timeoutMs: 300 });
    expect(Date.now() - started).toBeLessThan(8_000);
    expect(summary).toMatchObject({
      profiled: 1,
      failures: [
        { source: "shopify_orders", kind: "timeout", message: "The warehouse did not finish within 0.3 s." },
      ],
    });
    expect(await seriesOf(shop, now, "shopify_orders")).toMatchObject({
      profiledAt: null,
      days: [],
      hasRows: null,
    });
  });

  test("one shop's size, or broken value, does not leave the others of its batch unknown", async () => {
    const shops: Shop[] = [];
    for (let n = 0; n < 20; n += 1) shops.push((await shopWith("shopify_orders")).shop);
    const culprit = shops[13]!;
    for (const shop of shops) await addOrders(shop.domain, [{ at: minutesAgo(60) }]);
    await database.owner.query(
      `CREATE OR REPLACE VIEW warehouse.broken AS SELECT shop_domain, id, created_at, channel,
         CASE WHEN shop_domain = '${culprit.domain}' THEN (channel || 'x')::numeric ELSE total_price END AS total_price FROM warehouse.shopify_orders;
       GRANT SELECT ON warehouse.broken TO sync_health_app`,
    );
    const { measures } = defaultMapping.shopify_orders!;
    const mapping = only("shopify_orders", {
      table: "warehouse.broken",
      measures: { total_price: measures.total_price! },
      extractedAtColumn: undefined,
    });
    const summary = await profile(shops, now, { mapping });
    expect(summary).toMatchObject({
      profiled: 19,
      failures: [{ source: "shopify_orders", kind: "query_failed" }],
    });
    expect((await seriesOf(culprit)).profiledAt).toBeNull();
  });

  test("a table that is gone, or may not be read, is said by name", async () => {
    const { shop } = await shopWith("shopify_orders");
    const gone = await profile([shop], now, { mapping: only("shopify_orders", { table: "warehouse.gone" }) });
    expect(gone.failures).toEqual([
      {
        source: "shopify_orders",
        kind: "missing_relation",
        message: 'The warehouse says: relation "warehouse.gone" does not exist.',
      },
    ]);
    await database.owner.query("CREATE TABLE IF NOT EXISTS warehouse.closed (LIKE warehouse.shopify_orders)");
    const closed = await profile([shop], now, {
      mapping: only("shopify_orders", { table: "warehouse.closed" }),
    });
    expect(closed.failures).toMatchObject([
      { kind: "permission", message: "The warehouse refused: permission denied for table closed." },
    ]);
  });
});
