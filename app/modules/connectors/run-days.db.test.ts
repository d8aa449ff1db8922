import { afterAll, beforeAll, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { explainAsApp, nodesOf, recordStatements } from "#e2e/support/query-plans.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { Shop } from "../shops/shop.ts";
import { loadRunDays } from "./connector-facts.store.server.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

async function addRun(
  shop: Shop,
  connectorId: string,
  run: {
    status?: string;
    queuedAt?: string;
    startedAt?: string;
    endedAt?: string;
    createdAt?: string;
    rows?: number;
  },
): Promise<void> {
  await database.owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, queued_at, started_at, ended_at, created_at, rows_synced)
     VALUES ($1, $2, gen_random_uuid()::text, $3, $4, $5, $6, coalesce($7, now()), $8)`,
    [
      shop.id,
      connectorId,
      run.status ?? "succeeded",
      run.queuedAt ?? null,
      run.startedAt ?? null,
      run.endedAt ?? null,
      run.createdAt ?? null,
      run.rows ?? null,
    ],
  );
}

const daysOf = async (shop: Shop, connectorId: string, now: string, days: number) =>
  (await withShop(shop.id, (tx) => loadRunDays(tx, shop, new Date(now), days)))
    .get(connectorId)
    ?.sort((a, b) => a.day.localeCompare(b.day));

test("runs belong to the shop's days, from midnight to midnight, also when its clocks change", async () => {
  const shop = await makeShop(database.owner, { timeZone: "America/New_York" });
  const { id } = await makeConnector(database.owner, shop.id, "ga4");
  // On 1 November 2026 New York's clocks go back: the day has 25 hours, from 04:00 to 05:00 UTC.
  for (const endedAt of [
    "2026-10-30T03:59:59.999Z",
    "2026-10-31T04:00:00Z",
    "2026-11-01T03:59:59.999Z",
    "2026-11-01T04:00:00Z",
    "2026-11-02T04:59:59.999Z",
    "2026-11-02T05:00:00Z",
    "2026-11-03T05:00:00Z",
  ]) {
    await addRun(shop, id, { endedAt, rows: 10 });
  }
  expect(await daysOf(shop, id, "2026-11-02T12:00:00Z", 3)).toEqual([
    { day: "2026-10-31", runs: 2, failedRuns: 0, rowsSynced: 20 },
    { day: "2026-11-01", runs: 2, failedRuns: 0, rowsSynced: 20 },
    { day: "2026-11-02", runs: 1, failedRuns: 0, rowsSynced: 10 },
  ]);
});

test("a run without an end counts when it started, was queued or was first heard of, and only finished ones count as runs", async () => {
  const shop = await makeShop(database.owner);
  const { id } = await makeConnector(database.owner, shop.id, "ga4");
  await addRun(shop, id, { status: "running", startedAt: "2026-11-20T10:00:00Z", rows: 3 });
  await addRun(shop, id, { status: "queued", queuedAt: "2026-11-21T10:00:00Z" });
  await addRun(shop, id, { status: "failed", createdAt: "2026-11-22T10:00:00Z" });
  expect(await daysOf(shop, id, "2026-11-22T12:00:00Z", 3)).toEqual([
    { day: "2026-11-20", runs: 0, failedRuns: 0, rowsSynced: 3 },
    { day: "2026-11-21", runs: 0, failedRuns: 0, rowsSynced: null },
    { day: "2026-11-22", runs: 1, failedRuns: 1, rowsSynced: null },
  ]);
});

test("a month of days reads a month of runs by index, however many are kept", async () => {
  const shop = await makeShop(database.owner);
  const { id } = await makeConnector(database.owner, shop.id, "ga4");
  await database.owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, ended_at)
     SELECT $1, $2, 'run-' || n, 'succeeded', now() - make_interval(hours => n) FROM generate_series(1, 20000) n`,
    [shop.id, id],
  );
  await database.owner.query("ANALYZE sync_runs");
  const statements = await recordStatements(() =>
    withShop(shop.id, (tx) => loadRunDays(tx, shop, new Date(), 30)),
  );
  const counting = statements.find(({ text }) => text.includes("width_bucket"))!;
  const nodes = nodesOf(
    await explainAsApp(counting, { url: database.appUrl, shopIds: [shop.id], isAnalyzed: true }),
  );
  const reads = nodes.filter((node) => node["Index Name"] === "sync_runs_by_time");
  expect(reads).toHaveLength(1);
  expect(reads[0]!["Index Cond"]).toContain(">=");
  expect(reads[0]!["Actual Rows"]).toBeLessThanOrEqual(30 * 24);
});
