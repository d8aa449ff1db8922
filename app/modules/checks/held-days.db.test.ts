import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { BackfillStatus } from "../backfills/backfill.ts";
import type { BackfillWay } from "../backfills/read-days.ts";
import type { Source } from "../connectors/sources.ts";
import { defaultMapping } from "../profiles/default-mapping.ts";
import { dayBefore } from "../shops/shop-days.ts";
import { judgeDataOfShops } from "./judge-data.server.ts";

let database: TestDatabase;
/** A Wednesday noon; yesterday is whole. */
const today = "2026-11-18";
const ago = (days: number) => dayBefore(today, days);
const startedAtMs = Date.parse(`${today}T12:00:00Z`);

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** A connector with 120 profiled days of about 100 rows, judged and well. */
async function connector(source: Source = "shopify_orders") {
  let clockMs = startedAtMs;
  const tick = () => {
    clockMs += 60_000;
    return new Date(clockMs);
  };
  const query = (text: string, values: unknown[]) => database.owner.query(text, values);
  const shop = await makeShop(database.owner);
  const { id } = await makeConnector(database.owner, shop.id, source, {
    lastSucceededAt: new Date(startedAtMs - 600_000),
    createdAt: new Date("2026-01-01"),
  });
  await query(
    `INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, distinct_keys, duplicate_keys, measures, categories, profiled_at, highest_rows)
     SELECT $1, $2, d::date, n, n, 0, jsonb_build_object($3::text, jsonb_build_object('sum', n * 70, 'count', n, 'nulls', 0, 'negatives', 0)),
       jsonb_build_object('channel', jsonb_build_object('online', n)), $4, n
     FROM generate_series($5::date - 120, $5::date, '1 day') AS d,
     LATERAL (SELECT 100 + (('x' || substr(md5(d::text), 1, 4))::bit(16)::int % 17) - 8 AS n) AS v`,
    [shop.id, id, defaultMapping[source]!.mainMeasure, new Date(clockMs), today],
  );

  /** The warehouse is read again, with other numbers on one day if any, and what was read is judged. */
  async function judge(day?: string, change?: string): Promise<void> {
    const readAt = tick();
    if (day && change)
      await query(
        `UPDATE daily_profiles SET ${change}, profiled_at = $3 WHERE connector_id = $1 AND day = $2`,
        [id, day, readAt],
      );
    await query("UPDATE connectors SET profiled_at = $2, has_rows = true WHERE id = $1", [id, readAt]);
    await withShop(shop.id, (tx) =>
      judgeDataOfShops(tx, {
        shopIds: [shop.id],
        mapping: defaultMapping,
        now: tick(),
        isFullPass: false,
      }),
    );
  }

  async function backfill(from: string, to: string, way: BackfillWay = "push"): Promise<void> {
    await query(
      `INSERT INTO backfill_jobs (shop_id, connector_id, source, start_day, end_day, strategy, status, requested_by, requested_role)
       VALUES ($1, $2, $3, $4, $5, $6, 'running', 'test', 'merchant')`,
      [shop.id, id, source, from, to, way],
    );
  }
  const turn = (status: BackfillStatus) =>
    query("UPDATE backfill_jobs SET status = $2 WHERE connector_id = $1", [id, status]);
  const incidents = async () =>
    (
      await query(
        `SELECT check_name || ' ' || status AS told FROM dq_incidents WHERE connector_id = $1 ORDER BY opened_at`,
        [id],
      )
    ).rows.map(({ told }) => told);
  const sync = () => query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [id, tick()]);

  await judge();
  expect(await incidents()).toEqual([]);
  return { shop, id, judge, backfill, turn, incidents, sync, query };
}

const lost = "row_count = 40, distinct_keys = 40";
const healed = "row_count = 100, distinct_keys = 100, duplicate_keys = 0";
const doubled = "duplicate_keys = 3, row_count = row_count + 3";

describe("inside the range, while a backfill runs", () => {
  test.each(["starting", "running", "cancelling"] as const)(
    "duplicates raise nothing (%s); once it is over and they are still there, they do",
    async (status) => {
      const one = await connector();
      await one.backfill(ago(20), ago(10));
      await one.turn(status);
      await one.judge(ago(15), doubled);
      await one.judge();
      expect(await one.incidents()).toEqual([]);
      await one.turn("failed");
      await one.judge();
      expect(await one.incidents()).toEqual(["duplicate_primary_key open"]);
    },
  );

  test("rows that are lost meanwhile are told afterwards, though nothing changed since", async () => {
    const one = await connector();
    await one.backfill(ago(20), ago(10));
    await one.judge(ago(15), lost);
    await one.judge();
    await one.judge();
    expect(await one.incidents()).toEqual([]);
    await one.turn("verifying");
    await one.judge();
    await one.judge();
    expect(await one.incidents()).toEqual(["row_count_drop open"]);
  });

  test("rows that were lost and came back are never told", async () => {
    const one = await connector();
    await one.backfill(ago(20), ago(10));
    await one.judge(ago(15), lost);
    await one.judge(ago(15), healed);
    await one.turn("completed");
    await one.judge();
    await one.judge();
    expect(await one.incidents()).toEqual([]);
  });

  test("a first failing evaluation before it does not become a second one", async () => {
    const one = await connector();
    await one.judge(ago(15), lost);
    await one.backfill(ago(20), ago(10));
    for (let time = 0; time < 3; time += 1) await one.judge();
    expect(await one.incidents()).toEqual([]);
    await one.turn("cancelled");
    await one.judge();
    expect(await one.incidents()).toEqual(["row_count_drop open"]);
  });

  test("an incident stays as it is, however its days look halfway, and closes when they are whole at the end", async () => {
    const one = await connector();
    await one.judge(ago(15), lost);
    await one.judge();
    expect(await one.incidents()).toEqual(["row_count_drop open"]);
    await one.backfill(ago(20), ago(10));
    await one.judge(ago(15), healed);
    await one.judge();
    await one.judge();
    expect(await one.incidents()).toEqual(["row_count_drop open"]);
    await one.turn("verifying");
    await one.judge();
    await one.judge();
    expect(await one.incidents()).toEqual(["row_count_drop resolved"]);
  });

  test("an open incident of duplicates is not closed by days that are being read", async () => {
    const one = await connector();
    await one.judge(ago(15), doubled);
    await one.backfill(ago(20), ago(10));
    await one.judge(ago(15), healed);
    expect(await one.incidents()).toEqual(["duplicate_primary_key open"]);
    await one.turn("completed");
    await one.judge();
    expect(await one.incidents()).toEqual(["duplicate_primary_key resolved"]);
  });

  test("a missing day of a daily source waits too", async () => {
    const one = await connector("meta_ads");
    await one.backfill(ago(20), ago(10));
    await one.judge(ago(15), "row_count = 0, highest_rows = 0");
    await one.judge();
    expect(await one.incidents()).toEqual([]);
  });

  test("rows of somebody else raise an alarm at once", async () => {
    const one = await connector();
    await one.backfill(ago(20), ago(10));
    await one.judge(ago(15), "foreign_rows = 2");
    expect(await one.incidents()).toEqual(["tenant_isolation open"]);
  });
});

describe("outside the range, while a backfill runs", () => {
  test("duplicates and lost rows are told as ever", async () => {
    const one = await connector();
    await one.backfill(ago(20), ago(10));
    await one.judge(ago(9), doubled);
    expect(await one.incidents()).toEqual(["duplicate_primary_key open"]);
    await one.judge(ago(21), lost);
    await one.judge();
    expect((await one.incidents()).sort()).toEqual(["duplicate_primary_key open", "row_count_drop open"]);
  });

  test("a missing day is told, and only that", async () => {
    const one = await connector("meta_ads");
    await one.backfill(ago(20), ago(10));
    await one.judge(ago(15), "row_count = 0, highest_rows = 0");
    await one.judge(ago(5), "row_count = 0, highest_rows = 0");
    await one.judge();
    expect(await one.incidents()).toEqual(["missing_days open"]);
    const { rows } = await one.query(
      "SELECT to_char(first_day, 'YYYY-MM-DD') AS first, to_char(last_day, 'YYYY-MM-DD') AS last, severity FROM dq_incidents WHERE connector_id = $1",
      [one.id],
    );
    expect(rows).toEqual([{ first: ago(5), last: ago(5), severity: "warning" }]);
  });

  test("syncs that load nothing are told", async () => {
    const one = await connector();
    await one.query(
      `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced)
       SELECT $1, $2, n::text, 'succeeded', now() - make_interval(mins => n), now() - make_interval(mins => n), CASE WHEN n < 15 THEN 0 ELSE 9 END
       FROM generate_series(1, 60) AS n`,
      [one.shop.id, one.id],
    );
    await one.backfill(ago(20), ago(0));
    await one.judge();
    await one.judge();
    expect(await one.incidents()).toEqual(["zero_row_sync open"]);
  });
});

describe("the days that are read beside the range", () => {
  test.each<[string, Source, BackfillWay, string, string[]]>([
    ["a bounded one reads a day more", "google_ads", "airbyte_bounded", ago(9), []],
    ["and leaves the next", "google_ads", "airbyte_bounded", ago(8), ["duplicate_primary_key open"]],
    ["cursors set back read to today", "shopify_orders", "airbyte_rewind", ago(1), []],
    ["and nothing before", "shopify_orders", "airbyte_rewind", ago(21), ["duplicate_primary_key open"]],
    ["but what the connector looks back", "google_ads", "airbyte_rewind", ago(35), []],
  ])("%s", async (_, source, way, day, told) => {
    const one = await connector(source);
    await one.backfill(ago(20), ago(10), way);
    await one.judge(day, doubled);
    expect(await one.incidents()).toEqual(told);
  });

  test("a day that becomes due meanwhile is judged afterwards", async () => {
    const one = await connector();
    // As on the evening before: yesterday is not due yet.
    await one.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [
      one.id,
      new Date(startedAtMs - 24 * 3_600_000),
    ]);
    await one.query(
      "UPDATE dq_checks SET findings = findings || jsonb_build_object('judgedThrough', $2::text) WHERE connector_id = $1",
      [one.id, ago(2)],
    );
    await one.query(
      "UPDATE daily_profiles SET row_count = 40, distinct_keys = 40, highest_rows = 40 WHERE connector_id = $1 AND day = $2",
      [one.id, ago(1)],
    );
    await one.backfill(ago(20), ago(10), "airbyte_rewind");
    await one.sync();
    await one.judge();
    await one.judge();
    expect(await one.incidents()).toEqual([]);
    await one.turn("completed");
    await one.judge();
    await one.judge();
    expect(await one.incidents()).toEqual(["row_count_drop open"]);
  });
});

test("an empty table that is being refilled stays an alarm until it is over", async () => {
  const one = await connector();
  const read = async (hasRows: boolean) => {
    await one.query(
      "UPDATE connectors SET has_rows = $2, profiled_at = profiled_at + interval '1 hour' WHERE id = $1",
      [one.id, hasRows],
    );
    await withShop(one.shop.id, (tx) =>
      judgeDataOfShops(tx, {
        shopIds: [one.shop.id],
        mapping: defaultMapping,
        now: new Date(startedAtMs + 86_400_000),
        isFullPass: false,
      }),
    );
  };
  await read(false);
  expect(await one.incidents()).toEqual(["empty_table open"]);
  await one.backfill(ago(60), ago(1));
  await read(true);
  expect(await one.incidents()).toEqual(["empty_table open"]);
  await one.turn("completed");
  await read(true);
  expect(await one.incidents()).toEqual(["empty_table resolved"]);
});
