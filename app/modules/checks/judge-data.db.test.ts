import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withShop, withShops } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { Source } from "../connectors/sources.ts";
import { getDashboardBlock } from "../dashboards/get-dashboard-block.server.ts";
import { getSummary } from "../health/get-summary.server.ts";
import { defaultMapping } from "../profiles/default-mapping.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore } from "../shops/shop-days.ts";
import { judgeConnectors } from "./judge-connectors.server.ts";
import { judgeDataOfShops } from "./judge-data.server.ts";

let database: TestDatabase;
/** A Wednesday noon; yesterday is whole. */
const now = new Date("2026-11-18T12:00:00Z");
const yesterday = "2026-11-17";
const back = (days: number) => dayBefore(yesterday, days);
let clock = now.getTime();

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

interface Subject {
  shop: Shop;
  connectorId: string;
}

/** A fresh connector with 120 profiled days of about 100 rows. */
async function subject(source: Source = "shopify_orders"): Promise<Subject> {
  const shop = await makeShop(database.owner, { checkedAt: now });
  const { id } = await makeConnector(database.owner, shop.id, source, {
    lastSucceededAt: new Date(now.getTime() - 10 * 60_000),
    createdAt: new Date("2026-01-01"),
  });
  const measure = defaultMapping[source]!.mainMeasure!;
  await database.owner.query(
    `INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, distinct_keys, duplicate_keys, measures, categories, profiled_at, highest_rows)
     SELECT $1, $2, d::date, n, n, 0, jsonb_build_object($3::text, jsonb_build_object('sum', n * 70, 'count', n, 'nulls', 0, 'negatives', 0)),
       jsonb_build_object('channel', jsonb_build_object('online', n)), $4, n
     FROM generate_series($5::date - 119, $5::date + 1, '1 day') AS d,
     LATERAL (SELECT 100 + (('x' || substr(md5(d::text), 1, 4))::bit(16)::int % 17) - 8 AS n) AS v`,
    [shop.id, id, measure, new Date(clock), yesterday],
  );
  await profiled({ shop, connectorId: id });
  await withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now, isFullPass: true }));
  return { shop, connectorId: id };
}

/** The warehouse was read again. */
async function profiled({ connectorId }: Subject, hasRows = true): Promise<void> {
  clock += 60_000;
  await database.owner.query("UPDATE connectors SET profiled_at = $2, has_rows = $3 WHERE id = $1", [
    connectorId,
    new Date(clock),
    hasRows,
  ]);
}

/** A day is read with other numbers. */
async function changeDay(of: Subject, day: string, change: string, hasRows = true): Promise<void> {
  await profiled(of, hasRows);
  await database.owner.query(
    `UPDATE daily_profiles SET ${change}, profiled_at = $3 WHERE connector_id = $1 AND day = $2`,
    [of.connectorId, day, new Date(clock)],
  );
}

const judge = ({ shop }: Subject) => {
  clock += 1_000;
  return withShop(shop.id, (tx) =>
    judgeDataOfShops(tx, {
      shopIds: [shop.id],
      mapping: defaultMapping,
      now: new Date(clock),
      isFullPass: false,
    }),
  );
};
const incidentsOf = async ({ connectorId }: Subject) =>
  (
    await database.owner.query(
      `SELECT check_name AS "check", status, severity, to_char(first_day, 'YYYY-MM-DD') AS "from", to_char(last_day, 'YYYY-MM-DD') AS "to", detail
       FROM dq_incidents WHERE connector_id = $1 ORDER BY opened_at`,
      [connectorId],
    )
  ).rows;
const connectorOf = async ({ shop, connectorId }: Subject) => {
  const summary = await withShop(shop.id, (tx) => getSummary(tx, shop, now));
  return { ...summary.connectors.find(({ id }) => id === connectorId)!, score: summary.score };
};

const lost = "row_count = 40, distinct_keys = 40";

describe("a statistical check", () => {
  test("opens an incident at the second failing evaluation and closes it at the second passing one", async () => {
    const one = await subject();
    await judge(one);
    expect(await incidentsOf(one)).toEqual([]);
    await changeDay(one, yesterday, lost);
    await judge(one);
    expect(await incidentsOf(one)).toEqual([]);
    await profiled(one);
    await judge(one);
    const [opened] = await incidentsOf(one);
    expect(opened).toMatchObject({ check: "row_count_drop", status: "open", from: yesterday, to: yesterday });
    expect(opened.detail).toMatch(/^Tuesday 17 Nov: 40 orders, usually \d+–\d+ on a Tuesday\.$/);
    expect(await connectorOf(one)).toMatchObject({
      status: "delayed",
      severity: opened.severity,
      openIncidents: 1,
      completeThrough: back(1),
      message: opened.detail,
    });
    await changeDay(one, yesterday, "row_count = 101, distinct_keys = 101");
    await judge(one);
    expect((await incidentsOf(one))[0].status).toBe("open");
    await profiled(one);
    await judge(one);
    expect((await incidentsOf(one))[0].status).toBe("resolved");
    expect(await connectorOf(one)).toMatchObject({
      status: "healthy",
      severity: null,
      score: 100,
      completeThrough: yesterday,
    });
  });

  test("does not count an evaluation twice when nothing was profiled in between", async () => {
    const one = await subject();
    await judge(one);
    await changeDay(one, yesterday, lost);
    expect((await judge(one)).results).toBeGreaterThan(5);
    for (let time = 0; time < 3; time += 1) expect((await judge(one)).results).toBe(0);
    expect(await incidentsOf(one)).toEqual([]);
  });
});

test("a hard check opens at the first evaluation and closes at the first clean one", async () => {
  const one = await subject();
  await changeDay(one, back(50), "duplicate_keys = 3, row_count = row_count + 3");
  await judge(one);
  expect(await incidentsOf(one)).toEqual([
    expect.objectContaining({
      check: "duplicate_primary_key",
      status: "open",
      severity: "high",
      from: back(50),
    }),
  ]);
  await changeDay(one, back(50), "duplicate_keys = 0, row_count = distinct_keys");
  await judge(one);
  expect((await incidentsOf(one)).map(({ status }) => status)).toEqual(["resolved"]);
});

test("an incident that goes on tells of the days it concerns now", async () => {
  const one = await subject();
  await changeDay(one, back(2), "duplicate_keys = 3");
  await judge(one);
  await changeDay(one, back(1), "duplicate_keys = 5");
  await judge(one);
  const [incident, ...others] = await incidentsOf(one);
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ from: back(2), to: back(1) });
  expect(incident.detail).toContain("The same on 15 Nov");
});

describe("what a person says", () => {
  test.each(["false_alarm", "expected"])("%s: the day is not told again", async (resolution) => {
    const one = await subject();
    await judge(one);
    await changeDay(one, yesterday, lost);
    await judge(one);
    await profiled(one);
    await judge(one);
    await database.owner.query(
      "UPDATE dq_incidents SET status = 'resolved', resolved_at = $2, resolution = $3 WHERE connector_id = $1",
      [one.connectorId, new Date(clock), resolution],
    );
    for (let time = 0; time < 3; time += 1) {
      await profiled(one);
      await judge(one);
    }
    expect((await incidentsOf(one)).map(({ status }) => status)).toEqual(["resolved"]);
  });

  test("a check that is switched off is not judged", async () => {
    const one = await subject();
    await judge(one);
    await database.owner.query(
      "UPDATE dq_checks SET enabled = false WHERE connector_id = $1 AND check_name = 'duplicate_primary_key'",
      [one.connectorId],
    );
    await changeDay(one, yesterday, "duplicate_keys = 3");
    await judge(one);
    expect(await incidentsOf(one)).toEqual([]);
  });

  test("an expected window holds statistics back, and nothing else", async () => {
    const one = await subject();
    await judge(one);
    await database.owner.query(
      "INSERT INTO expected_windows (shop_id, start_day, end_day, kind, created_by) VALUES ($1, $2, $2, 'sale', 'test')",
      [one.shop.id, yesterday],
    );
    await changeDay(one, yesterday, `${lost}, duplicate_keys = 1`);
    await judge(one);
    await profiled(one);
    await judge(one);
    expect((await incidentsOf(one)).map(({ check }) => check)).toEqual(["duplicate_primary_key"]);
  });
});

describe("the gate", () => {
  const blockOf = ({ shop }: Subject) => withShop(shop.id, (tx) => getDashboardBlock(tx, shop, null, now));

  test("holds back what an empty critical table feeds", async () => {
    const one = await subject();
    await profiled(one, false);
    await judge(one);
    const block = await blockOf(one);
    expect(block.dashboards.filter(({ blocked }) => blocked).map(({ key }) => key)).toEqual([
      "revenue",
      "marketing",
      "subscriptions",
    ]);
    expect(block.dashboards[0]!.reasons).toEqual([
      expect.objectContaining({ code: "empty_table", connectorId: one.connectorId }),
    ]);
    expect(await connectorOf(one)).toMatchObject({ status: "error", severity: "critical", score: 0 });
  });

  test("holds back everything while rows of another shop are there, and names no shop", async () => {
    const one = await subject("meta_ads");
    await changeDay(one, yesterday, "foreign_rows = 2");
    await judge(one);
    const block = await blockOf(one);
    expect(block.dashboards.every(({ blocked }) => blocked)).toBe(true);
    expect(block.dashboards[0]!.reasons[0]!.code).toBe("security");
    const [incident] = await incidentsOf(one);
    expect(incident).toMatchObject({ check: "tenant_isolation", severity: "critical" });
    expect(JSON.stringify([block, incident])).not.toMatch(/other shop|another shop/i);
  });
});

test("a connector with little history is learning, and no part of the score", async () => {
  const one = await subject();
  await database.owner.query("DELETE FROM daily_profiles WHERE connector_id = $1 AND day < $2", [
    one.connectorId,
    back(8),
  ]);
  await judge(one);
  expect(await connectorOf(one)).toMatchObject({ status: "learning", severity: null, score: null });
});

test("a batch needs as many statements for eight shops as for one, and sees only its shops", async () => {
  const subjects: Subject[] = [];
  for (let count = 0; count < 8; count += 1) subjects.push(await subject());
  const stranger = await subject();
  const count = async (of: readonly Subject[]) => {
    const shopIds = of.map(({ shop }) => shop.id);
    const statements: string[] = [];
    await withShops(shopIds, async (tx) => {
      const counted = new Proxy(tx, {
        get: (target, name) => {
          if (name === "$queryRaw" || name === "$executeRaw") statements.push(String(name));
          return Reflect.get(target, name);
        },
      });
      await judgeDataOfShops(counted, {
        shopIds,
        mapping: defaultMapping,
        now: new Date(clock),
        isFullPass: true,
      });
    });
    return statements.length;
  };
  expect(await count(subjects)).toBe(await count(subjects.slice(0, 1)));
  const { rows } = await database.owner.query(
    "SELECT count(*)::int AS n FROM dq_results WHERE connector_id = $1 AND check_name = 'row_count_drop'",
    [stranger.connectorId],
  );
  expect(rows[0].n).toBe(0);
});
