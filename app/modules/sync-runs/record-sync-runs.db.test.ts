import { afterAll, beforeAll, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { recordSyncRuns } from "./record-sync-runs.server.ts";
import type { SyncRunReport } from "./sync-run.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const blank = {
  queuedAt: null,
  startedAt: null,
  endedAt: null,
  rowsSynced: null,
  bytesSynced: null,
  failureReason: null,
  errorMessage: null,
};

/** A small generator with a seed, so that a failure can be repeated. */
function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

test("1,000 reports sent three times, shuffled, leave the same rows as sent once in order", async () => {
  const random = seeded(7);
  const now = new Date();
  const reports = (connectorId: string): SyncRunReport[] =>
    Array.from({ length: 1000 }, (_, index) => {
      const run = Math.floor(index / 3);
      const startedAt = new Date(now.getTime() - (400 - run) * 600_000);
      const base = { ...blank, connectorId, externalRunId: `run-${run}` };
      if (index % 3 === 0) return { ...base, status: "queued" as const, queuedAt: startedAt };
      if (index % 3 === 1) return { ...base, status: "running" as const, startedAt, rowsSynced: run };
      const endedAt = new Date(startedAt.getTime() + 60_000);
      return run % 5 === 0
        ? {
            ...base,
            status: "failed" as const,
            startedAt,
            endedAt,
            failureReason: run % 10 === 0 ? ("credentials" as const) : ("unknown" as const),
            errorMessage: `failure ${run}`,
          }
        : { ...base, status: "succeeded" as const, startedAt, endedAt, rowsSynced: run * 10 };
    });
  const rowsAfter = async (order: (all: SyncRunReport[]) => SyncRunReport[][]) => {
    const shop = await makeShop(database.owner);
    const { id } = await makeConnector(database.owner, shop.id, "klaviyo");
    for (const batch of order(reports(id)))
      await withShop(shop.id, (tx) => recordSyncRuns(tx, shop.id, batch, now));
    const runs = await database.owner.query(
      "SELECT external_run_id, status, queued_at, started_at, ended_at, rows_synced, failure_reason, error_message FROM sync_runs WHERE shop_id = $1 ORDER BY external_run_id",
      [shop.id],
    );
    const facts = await database.owner.query(
      "SELECT last_succeeded_at, last_rows_synced, failures_in_a_row, last_failure_reason, running_since FROM connectors WHERE shop_id = $1",
      [shop.id],
    );
    return { runs: runs.rows, facts: facts.rows };
  };
  const once = await rowsAfter((all) => [all]);
  const thrice = await rowsAfter((all) => {
    const shuffled = [...all, ...all, ...all]
      .map((report) => ({ report, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ report }) => report);
    return Array.from({ length: 30 }, (_, index) => shuffled.slice(index * 100, (index + 1) * 100));
  });
  expect(once.runs).toHaveLength(334);
  expect(thrice).toEqual(once);
});

test("a late success report recovers the connector in the same transaction", async () => {
  const shop = await makeShop(database.owner);
  const now = new Date();
  const { id } = await makeConnector(database.owner, shop.id, "shopify_orders", {
    createdAt: new Date(now.getTime() - 86_400_000),
  });
  const failed = {
    ...blank,
    connectorId: id,
    externalRunId: "1",
    status: "failed" as const,
    endedAt: new Date(now.getTime() - 600_000),
    failureReason: "credentials" as const,
  };
  await withShop(shop.id, (tx) => recordSyncRuns(tx, shop.id, [failed], now));
  const open = async () =>
    (
      await database.owner.query(
        "SELECT check_name FROM dq_incidents WHERE shop_id = $1 AND status <> 'resolved' ORDER BY 1",
        [shop.id],
      )
    ).rows.map((row) => row.check_name);
  expect(await open()).toEqual(["freshness", "sync_failed"]);
  const succeeded = {
    ...blank,
    connectorId: id,
    externalRunId: "2",
    status: "succeeded" as const,
    endedAt: now,
  };
  await withShop(shop.id, (tx) => recordSyncRuns(tx, shop.id, [succeeded], new Date(now.getTime() + 1000)));
  expect(await open()).toEqual([]);
});

test("a report for another shop's connector is refused and writes nothing", async () => {
  const mine = await makeShop(database.owner);
  const theirs = await makeShop(database.owner);
  const { id } = await makeConnector(database.owner, theirs.id, "ga4");
  const report = { ...blank, connectorId: id, externalRunId: "x", status: "queued" as const };
  await expect(withShop(mine.id, (tx) => recordSyncRuns(tx, mine.id, [report], new Date()))).rejects.toThrow(
    /foreign key|constraint/i,
  );
  expect(
    (await database.owner.query("SELECT 1 FROM sync_runs WHERE shop_id = ANY($1)", [[mine.id, theirs.id]]))
      .rowCount,
  ).toBe(0);
});
