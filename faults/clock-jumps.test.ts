import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { startWebServer } from "#e2e/support/web-server.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";
import { until } from "./support/until.ts";

const DAY_MS = 86_400_000;
const jumpClock = pathToFileURL(`${import.meta.dirname}/support/jump-clock.ts`).href;

let database: TestDatabase;
const workers: WorkerProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.owner.query("DELETE FROM shops");
  await database.owner.query("DELETE FROM runner_ticks");
  const shop = await makeShop(database.owner);
  await makeConnector(database.owner, shop.id, "shopify_orders", { lastSucceededAt: new Date() });
});
afterEach(() => {
  for (const worker of workers.splice(0)) worker.process.kill("SIGKILL");
});

const withClock = (jumpMs: number) => ({
  NODE_OPTIONS: `--import ${jumpClock}`,
  CLOCK_JUMP_MS: String(jumpMs),
});
const count = async (statement: string) => Number((await database.owner.query(statement)).rows[0].count);
const startTick = () => database.owner.query("SELECT graphile_worker.add_job('dq.run', '{}')");
const isChecked = async () =>
  (await count("SELECT count(*) FROM shop_health WHERE checked_at IS NULL")) === 0;
const start = async (environment: Record<string, string> = {}) => {
  const worker = await startWorker(environment);
  workers.push(worker);
  return worker;
};

test.each([
  ["a day ahead", DAY_MS, /ahead of/],
  ["an hour behind", -DAY_MS / 24, /behind/],
])("a worker whose clock is %s does not start, and says why", async (_, jumpMs, words) => {
  await expect(start(withClock(jumpMs))).rejects.toThrow(words);
});

test("a clock that jumps a day ahead: nothing is called late, the worker stops, and the others go on", async () => {
  const worker = await start({ ...withClock(DAY_MS), CLOCK_JUMPS_LATER: "yes" });
  const exited = once(worker.process, "exit");
  worker.process.kill("SIGWINCH");
  // It is caught within seconds. What it does until then goes by the database's clock.
  await startTick();
  await until("the shop was checked", isChecked);
  expect(await count("SELECT count(*) FROM dq_incidents")).toBe(0);
  const [code] = await exited;
  expect(code).toBe(1);
  expect(worker.lines.join("\n")).toMatch(/clock is \d+ seconds ahead/);
  expect(await count("SELECT count(*) FROM runner_ticks WHERE tick_at > now() + interval '1 minute'")).toBe(
    0,
  );
});

test("what a machine a day ahead ticked off is taken back, and the timetable goes on", async () => {
  await start();
  await until(
    "the timetable is known",
    async () => (await count("SELECT count(*) FROM graphile_worker._private_known_crontabs")) > 0,
  );
  await database.owner.query(
    "UPDATE graphile_worker._private_known_crontabs SET last_execution = now() + interval '1 day'",
  );
  // As such a machine queues it.
  const tomorrow = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + DAY_MS).toISOString();
  await database.owner.query("SELECT graphile_worker.add_job('dq.run', $1::json)", [
    JSON.stringify({ _cron: { ts: tomorrow } }),
  ]);
  await until(
    "it was taken back",
    async () =>
      (await count(
        "SELECT count(*) FROM graphile_worker._private_known_crontabs WHERE last_execution > now() + interval '2 minutes'",
      )) === 0,
  );
  await startTick();
  await until("the shop was checked", isChecked);
});

test("a web process whose clock is wrong says that it is not ready", async () => {
  const web = await startWebServer(withClock(DAY_MS));
  try {
    const answer = await fetch(`${web.url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: "unavailable", database: "ok", queue: "ok", clock: "unavailable" },
    ]);
  } finally {
    await web.stop();
  }
});
