import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";
import { until } from "./support/until.ts";

/** Jobs that lie longer with who gave them up are given back by others, a minute later. */
const SOON_MS = 40_000;

let database: TestDatabase;
let worker: WorkerProcess | undefined;
const holders: pg.Client[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => ask("DELETE FROM graphile_worker._private_jobs"));
afterEach(async () => {
  for (const holder of holders.splice(0)) await holder.end();
  // It ends when it is told to, too.
  await worker?.stop();
});
afterAll(() => database?.drop());

const ask = async (statement: string, values?: unknown[]) =>
  (await database.owner.query(statement, values)).rows;
const addJob = async (task: string): Promise<string> =>
  (await ask("SELECT id FROM graphile_worker.add_job($1, '{}')", [task]))[0].id;
const isDone = (...ids: string[]) =>
  until(
    "the jobs are done",
    async () =>
      (await ask("SELECT FROM graphile_worker._private_jobs WHERE id = ANY ($1)", [ids])).length === 0,
    SOON_MS,
  );
const timesStarted = (id: string) =>
  worker!.lines.filter((line) => line.includes('"job started"') && line.includes(`"job":"${id}"`)).length;
const runs = (id: string) => until("the job runs", () => timesStarted(id) > 0);

/** Does a statement in a transaction of its own; gives back what ends it. */
async function hold(statement: string, values?: unknown[]): Promise<() => Promise<unknown>> {
  const holder = new pg.Client({ connectionString: database.ownerUrl });
  await holder.connect();
  holders.push(holder);
  await holder.query("BEGIN");
  await holder.query(statement, values);
  return () => holder.query("ROLLBACK");
}
/** The queue's sessions that wait for a lock as they do this. */
const waiting = async (what: string): Promise<number[]> =>
  (
    await ask(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'test_queue'
         AND wait_event_type = 'Lock' AND query LIKE $1`,
      [what],
    )
  ).map(({ pid }) => pid);
const cut = (pids: number[]) => ask("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid", [pids]);

test("a worker whose first fetch is cut off fetches all the same", async () => {
  const letGo = await hold("LOCK TABLE graphile_worker._private_tasks");
  worker = await startWorker();
  await until("it fetches", async () => (await waiting("insert into %_private_tasks%")).length > 0);
  await cut(await waiting("insert into %_private_tasks%"));
  await letGo();
  await isDone(await addJob("alerts.sweep"));
});

test("a worker that could not record what it did, twice, does it again", async () => {
  worker = await startWorker();
  const releases = [await hold("LOCK TABLE alert_deliveries"), await hold("LOCK TABLE backfill_jobs")];
  const jobs = [await addJob("alerts.sweep"), await addJob("backfills.sweep")];
  for (const job of jobs) await runs(job);
  const letGo = await hold("SELECT FROM graphile_worker._private_jobs WHERE id = ANY ($1) FOR UPDATE", [
    jobs,
  ]);
  for (const [n, release] of releases.entries()) {
    await release();
    await until("it records", async () => (await waiting("delete from %_private_jobs%")).length === n + 1);
  }
  await cut(await waiting("delete from %_private_jobs%"));
  await letGo();
  await isDone(...jobs, await addJob("alerts.sweep"));
});

test("a job that a worker does not know it fetched is done once it has lost the queue, what runs then is not done twice", async () => {
  worker = await startWorker();
  const release = await hold("LOCK TABLE alert_deliveries");
  const running = await addJob("alerts.sweep");
  await runs(running);
  const unknown = (
    await ask(
      `INSERT INTO graphile_worker._private_jobs (task_id, payload, locked_by, locked_at)
       SELECT (SELECT id FROM graphile_worker._private_tasks WHERE identifier = 'backfills.sweep'), '{}', locked_by, now()
       FROM graphile_worker._private_jobs WHERE id = $1 RETURNING id`,
      [running],
    )
  )[0].id;
  await ask(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'",
  );
  // Another runner has begun.
  await isDone(await addJob("backfills.sweep"));
  await release();
  await isDone(running, unknown);
  expect(timesStarted(running)).toBe(1);
  expect(timesStarted(unknown)).toBe(1);
});
