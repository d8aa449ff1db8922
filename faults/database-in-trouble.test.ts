import { afterAll, beforeAll, expect, test } from "vitest";
import { createIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { mintSessionToken } from "#demo/shopify-admin/session-token.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";
import { type OwnDatabase, startOwnDatabase } from "./support/own-database.ts";
import { endedRun, type PushSender, pushRequest } from "./support/push-report.ts";
import { addSomeLateShops } from "./support/some-late-shops.ts";
import { sleep, until } from "./support/until.ts";

const SHOPS = 20;

let database: OwnDatabase;
let web: WebServer;
let worker: WorkerProcess;
let sender: PushSender;
beforeAll(async () => {
  database = await startOwnDatabase();
  await addSomeLateShops(database.ask, SHOPS);
  web = await startWebServer();
  worker = await startWorker();
  const [shop] = await database.ask<{ id: string; domain: string }>(
    "SELECT id, domain FROM shops ORDER BY domain LIMIT 1",
  );
  const { signingSecret } = await withShop(shop!.id, (tx) => createIngestKey(tx, shop!.id, new Date()));
  sender = { url: web.url, shop: shop!.domain, secret: signingSecret };
});
afterAll(async () => {
  worker?.process.kill("SIGKILL");
  await web?.stop();
  await database?.stop();
});

const count = async (statement: string) =>
  Number((await database.ask<{ count: string }>(statement))[0]!.count);
const push = async (id: string) => {
  const [url, init] = pushRequest(sender, [endedRun(id, 1)]);
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), body: await answer.text() };
};
const summary = async () => {
  const token = await mintSessionToken({
    shop: sender.shop,
    apiKey: "test-api-key",
    apiSecret: "test-api-secret",
  });
  const answer = await fetch(`${web.url}/api/sync-health/summary`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(20_000),
  });
  return { status: answer.status, body: await answer.text() };
};
const readiness = async () => (await fetch(`${web.url}/readyz`)).status;
const unavailable = {
  status: 503,
  retryAfter: expect.stringMatching(/^\d+$/),
  body: expect.stringContaining('"unavailable"'),
};

test("no connection is free: 503 and when to come again, and all is well once there are some", async () => {
  expect((await push("before")).status).toBe(202);
  await database.ask("ALTER ROLE test_app CONNECTION LIMIT 0");
  await database.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'test_app'");
  try {
    expect(await push("refused")).toEqual(unavailable);
    expect((await summary()).status).toBe(503);
    expect(await readiness()).toBe(503);
  } finally {
    await database.ask("ALTER ROLE test_app CONNECTION LIMIT -1");
  }
  await until("the web process is ready again", async () => (await readiness()) === 200);
  expect((await push("refused")).status).toBe(202);
  expect((await summary()).status).toBe(200);
});

test("a hundred requests meet a table that is locked: each is answered, none by a failure of ours", async () => {
  // One statement that holds the lock for eight seconds.
  const held = database.ask("DO $$ BEGIN LOCK TABLE connectors; PERFORM pg_sleep(8); END $$");
  await sleep(200);
  const answers = await Promise.all(Array.from({ length: 100 }, summary));
  await held;
  expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
  expect((await summary()).status).toBe(200);
});

test("the disk is full: nothing is half written, a report is refused with when to come again, a tick is done later", async () => {
  await database.ask(`
    CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
  for (const table of ["sync_runs", "dq_results"])
    await database.ask(
      `CREATE TRIGGER disk_full BEFORE INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION disk_full()`,
    );
  const incidents = "SELECT count(*) FROM dq_incidents";
  const before = { runs: await count("SELECT count(*) FROM sync_runs"), incidents: await count(incidents) };
  expect(await push("full")).toEqual(unavailable);
  await database.ask("SELECT graphile_worker.add_job('dq.run', '{}')");
  await until(
    "a batch was tried",
    async () =>
      (await count(
        "SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = 'dq.run_batch' AND last_error LIKE '%No space left%'",
      )) > 0,
  );
  expect(await count("SELECT count(*) FROM sync_runs")).toBe(before.runs);
  expect(await count(incidents)).toBe(before.incidents);
  expect((await summary()).status).toBe(200);

  for (const table of ["sync_runs", "dq_results"]) await database.ask(`DROP TRIGGER disk_full ON ${table}`);
  expect((await push("full")).status).toBe(202);
  await until(
    "the tick ended",
    async () =>
      (await count("SELECT count(*) FROM runner_ticks WHERE finished_at IS NULL")) === 0 &&
      (await count("SELECT count(*) FROM shop_health WHERE checked_at IS NULL")) === 0,
  );
  expect(await count("SELECT count(*) FROM dq_incidents WHERE status <> 'resolved'")).toBe(SHOPS / 10);
  for (const { process } of [web, worker]) expect(process.exitCode).toBeNull();
});
