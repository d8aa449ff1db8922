import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";
import { addSomeLateShops } from "./support/some-late-shops.ts";
import { until } from "./support/until.ts";

const SHOPS = 200;

let database: TestDatabase;
const workers: WorkerProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  for (let n = 0; n < 2; n += 1) workers.push(await startWorker({ DQ_BATCH_SIZE: "5" }));
});
afterAll(async () => {
  for (const { process } of workers) process.kill("SIGKILL");
  await database?.drop();
});

const count = async (statement: string) => Number((await database.owner.query(statement)).rows[0].count);

test("two workers, one tick that is asked for ten times: each shop is judged once", async () => {
  await addSomeLateShops((statement, values) => database.owner.query(statement, values), SHOPS);
  const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
  await database.owner.query(
    "SELECT graphile_worker.add_job('dq.run', $1::json) FROM generate_series(1, 10)",
    [JSON.stringify({ _cron: { ts: minute } })],
  );
  await until(
    "the tick ended",
    async () =>
      (await count("SELECT count(*) FROM runner_ticks WHERE finished_at IS NOT NULL")) === 1 &&
      (await count("SELECT count(*) FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL")) === 0,
  );
  expect(await count("SELECT count(*) FROM runner_ticks")).toBe(1);
  expect(await count("SELECT count(*) FROM dq_results")).toBe(SHOPS * 4);
  expect(await count("SELECT count(*) FROM incident_events WHERE kind = 'opened'")).toBe(SHOPS / 10);
});
