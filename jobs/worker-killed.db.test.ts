import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";

const SHOPS = 1000;
const BATCH_SIZE = 10;

let database: TestDatabase;
const workers: ChildProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner.query(
    "INSERT INTO shops (domain) SELECT 'killed-' || n || '.myshopify.com' FROM generate_series(1, $1::int) n",
    [SHOPS],
  );
  await database.owner.query("INSERT INTO shop_health (shop_id) SELECT id FROM shops");
  // Every second connector is late, so that incidents are opened as well.
  await database.owner.query(
    `INSERT INTO connectors (shop_id, source, engine, last_succeeded_at, created_at)
     SELECT id, source, 'push', now() - CASE source WHEN 'ga4' THEN interval '30 hours' ELSE interval '5 minutes' END, now() - interval '90 days'
     FROM shops CROSS JOIN unnest(ARRAY['ga4', 'klaviyo']) AS source`,
  );
  await database.owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) SELECT shop_id, id, c FROM connectors CROSS JOIN unnest(ARRAY['freshness', 'sync_failed']) c",
  );
});
afterAll(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  await database?.drop();
});

function startWorker(): ChildProcess {
  const worker = spawn(process.execPath, ["jobs/worker.ts"], {
    env: { ...process.env, DQ_BATCH_SIZE: String(BATCH_SIZE), LOG_LEVEL: "silent" },
    stdio: "ignore",
  });
  workers.push(worker);
  return worker;
}

const startTick = () => database.owner.query("SELECT graphile_worker.add_job('dq.run', '{}')");
const count = async (query: string) => Number((await database.owner.query(query)).rows[0].count);
const finished = () => count("SELECT count(*) FROM runner_batches WHERE finished_at IS NOT NULL");

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error("That did not become true within 40 seconds.");
    await new Promise((done) => setTimeout(done, 5));
  }
}

test("a worker killed in the middle: the next tick completes, nothing is judged or opened twice", async () => {
  const first = startWorker();
  await startTick();
  await until(async () => (await finished()) >= 5);
  first.kill("SIGKILL");
  await new Promise((done) => first.once("exit", done));
  const before = await finished();
  expect(before).toBeLessThan(SHOPS / BATCH_SIZE);

  startWorker();
  await startTick();
  await until(
    async () => (await count("SELECT count(*) FROM runner_ticks WHERE finished_at IS NOT NULL")) >= 1,
  );

  const batches = await finished();
  // Every finished batch wrote its results exactly once: two checks of two connectors of ten shops.
  expect(await count("SELECT count(*) FROM dq_results")).toBe(batches * BATCH_SIZE * 4);
  expect(await count("SELECT count(*) FROM dq_incidents WHERE status <> 'resolved'")).toBe(SHOPS);
  expect(await count("SELECT count(*) FROM incident_events WHERE kind = 'opened'")).toBe(SHOPS);
  expect(await count("SELECT count(*) FROM shop_health WHERE checked_at IS NULL")).toBe(0);
});
