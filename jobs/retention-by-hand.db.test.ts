import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type Anchors, insertFullShop, newAnchors } from "#e2e/support/rows.ts";
import { runJobs } from "#e2e/support/run-jobs.ts";
import { crontab } from "./crontab.ts";
import retentionCleanup from "./tasks/retention.cleanup.ts";

const OLD = 60_000;
const BATCH_SIZE = 50;

let database: TestDatabase;
let shop: Anchors;
const passes: ChildProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  shop = newAnchors();
  await insertFullShop(database.owner, shop);
  await database.owner.query("DELETE FROM airbyte_hints");
});
afterAll(async () => {
  for (const pass of passes) pass.kill("SIGKILL");
  await database?.drop();
});

const count = async (table: string) =>
  Number((await database.owner.query(`SELECT count(*) FROM ${table}`)).rows[0].count);
const addOldRuns = (rows: number) =>
  database.owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, ended_at, created_at)
     SELECT $1, $2, 'old ' || n, 'cancelled', now() - interval '14 months' - n * interval '1 minute', now() FROM generate_series(1, $3::int) n`,
    [shop.shopId, shop.connectorId, rows],
  );

function startPass(...args: string[]): ChildProcess & { text: { out: string; error: string } } {
  const child = spawn(process.execPath, ["jobs/run-once.ts", "retention", ...args], {
    env: { ...process.env, DQ_CLEANUP_BATCH_SIZE: String(BATCH_SIZE), LOG_LEVEL: "silent" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  passes.push(child);
  const text = { out: "", error: "" };
  child.stdout.on("data", (part) => (text.out += part));
  child.stderr.on("data", (part) => (text.error += part));
  return Object.assign(child, { text });
}
async function pass(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const child = startPass(...args);
  const [code] = await once(child, "close");
  return { code, ...child.text };
}

test("a pass killed in the middle loses nothing and leaves nothing half done; the next one takes what is left", async () => {
  const before = await count("sync_runs");
  await addOldRuns(OLD);
  const first = startPass();
  await expect
    .poll(() => count("sync_runs"), { timeout: 40_000, interval: 20 })
    .toBeLessThan(before + OLD - 500);
  first.kill("SIGKILL");
  await once(first, "close");
  // The database ends the statement that it was given.
  await expect
    .poll(
      () => count("pg_stat_activity WHERE application_name = 'sync-health' AND query LIKE '%delete_aged%'"),
      { timeout: 10_000 },
    )
    .toBe(0);
  const left = (await count("sync_runs")) - before;
  expect(left).toBeGreaterThan(0);
  // Whole batches went, the oldest first.
  expect(left % BATCH_SIZE).toBe(0);
  const { rows } = await database.owner.query(
    "SELECT max(substr(external_run_id, 5)::int) AS oldest FROM sync_runs WHERE external_run_id LIKE 'old %'",
  );
  expect(rows[0].oldest).toBe(left);

  // Two at once do not get in each other's way.
  const passes = await Promise.all([pass("--json"), pass("--json")]);
  expect(passes.map(({ code }) => code)).toEqual([0, 0]);
  const reports = passes.map(({ out }) => JSON.parse(out));
  expect(reports[0].job).toBe("retention");
  const deleted = reports.map(({ rows: gone }) => gone.sync_runs ?? 0);
  expect(deleted[0] + deleted[1]).toBe(left);
  expect(await count("sync_runs")).toBe(before);
}, 120_000);

test("says in one line what went, or as JSON", async () => {
  await addOldRuns(70);
  const line = await pass();
  expect(line.code).toBe(0);
  expect(line.out).toMatch(
    /^job=retention cutoff=\S+Z partitionsMade=\d+ partitionsDropped=none rows=sync_runs:70 batches=\d+ .*isComplete=true failures=none seconds=[\d.]+\n$/,
  );
  expect(JSON.parse((await pass("--json")).out)).toMatchObject({ rows: {}, isComplete: true, failures: [] });
});

test("of one shop, and of one that does not exist", async () => {
  await addOldRuns(3);
  const domain = `shop-${shop.shopId}.myshopify.com`;
  expect(JSON.parse((await pass(`--shop=${domain}`, "--json")).out).rows).toEqual({ sync_runs: 3 });
  const unknown = await pass("--shop=nobody.myshopify.com");
  expect([unknown.code, unknown.out]).toEqual([1, ""]);
  expect(unknown.error).toMatch(/There is no shop "nobody.myshopify.com"/);
});

test("a step that fails makes the exit code 1, and the line names it", async () => {
  await addOldRuns(3);
  await database.owner.query(
    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$",
  );
  await database.owner.query("CREATE TRIGGER fail BEFORE DELETE ON sync_runs EXECUTE FUNCTION fail()");
  const failed = await pass("--json");
  await database.owner.query("DROP FUNCTION fail CASCADE");
  expect(failed.code).toBe(1);
  expect(JSON.parse(failed.out).failures).toEqual([expect.stringContaining("not today")]);
  expect(JSON.parse((await pass("--json")).out).rows).toEqual({ sync_runs: 3 });
});

test("the queue's clock starts it daily at 03:00 UTC, and its job does the same", async () => {
  const item = crontab.find(({ identifier }) => identifier === "retention.cleanup");
  const at = (hour: number, minute: number) => item!.match({ min: minute, hour, date: 1, month: 1, dow: 1 });
  expect([at(3, 0), at(3, 1), at(2, 0), at(15, 0)]).toEqual([true, false, false, false]);
  await addOldRuns(3);
  const before = await count("sync_runs");
  await database.owner.query("SELECT graphile_worker.add_job('retention.cleanup', '{}')");
  await runJobs(database.queueUrl, [retentionCleanup]);
  expect(await count("sync_runs")).toBe(before - 3);
});
