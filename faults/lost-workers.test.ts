import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { unlockLostJobs, watchLostWorkers } from "#jobs/lost-workers.ts";
import { sleep, until } from "./support/until.ts";

let database: TestDatabase;
let queue: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = new pg.Pool({ connectionString: database.queueUrl, max: 4 });
  queue.on("error", () => undefined);
});
afterAll(async () => {
  await queue?.end();
  await database?.drop();
});

/** A job that a worker had a minute and a half ago. */
async function lock(worker: string): Promise<void> {
  const { rows } = await database.owner.query("SELECT id FROM graphile_worker.add_job('alerts.sweep', '{}')");
  await database.owner.query(
    "UPDATE graphile_worker._private_jobs SET locked_by = $1, locked_at = now() - interval '90 seconds' WHERE id = $2",
    [worker, rows[0].id],
  );
}
const lockedBy = async () =>
  (
    await database.owner.query(
      "SELECT DISTINCT locked_by AS worker FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL ORDER BY 1",
    )
  ).rows.map(({ worker }) => worker);
/** Who holds, or waits for, a worker's lock. */
const sessions = async (worker: string, isGranted: boolean): Promise<number[]> =>
  (
    await database.owner.query(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted = $2
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)`,
      [worker, isGranted],
    )
  ).rows.map(({ pid }) => pid);
const isHeld = (worker: string) => async () => (await sessions(worker, true)).length > 0;
const isWaitedFor = (worker: string) => async () => (await sessions(worker, false)).length > 0;

test("the jobs of a worker that is gone are given back, those of one that lives are not", async () => {
  const living = watchLostWorkers(queue, "pool-living");
  await until("it says that it lives", isHeld("pool-living"));
  await lock("pool-gone");
  await lock("pool-living");
  expect(await unlockLostJobs(queue, [])).toEqual({ lost: [], suspects: ["pool-gone"] });
  expect(await lockedBy()).toEqual(["pool-gone", "pool-living"]);
  expect(await unlockLostJobs(queue, ["pool-gone"])).toEqual({ lost: ["pool-gone"], suspects: [] });
  expect(await lockedBy()).toEqual(["pool-living"]);

  living.end();
  await until("its session ended", async () => !(await isHeld("pool-living")()));
  expect(await unlockLostJobs(queue, ["pool-living"])).toEqual({ lost: ["pool-living"], suspects: [] });
  expect(await lockedBy()).toEqual([]);
});

test("one that has just taken a job is given time, and one whose session is cut takes its lock again", async () => {
  await lock("pool-new");
  await database.owner.query(
    "UPDATE graphile_worker._private_jobs SET locked_at = now() WHERE locked_by = 'pool-new'",
  );
  expect(await unlockLostJobs(queue, ["pool-new"])).toEqual({ lost: [], suspects: [] });

  const living = watchLostWorkers(queue, "pool-new");
  await until("it says that it lives", isHeld("pool-new"));
  const [first] = await sessions("pool-new", true);
  await database.owner.query("SELECT pg_terminate_backend($1)", [first]);
  // The session that dies holds the lock a little longer.
  await until("another says so", async () => {
    const [holder] = await sessions("pool-new", true);
    return holder !== undefined && holder !== first;
  });
  await lock("pool-new");
  expect(await unlockLostJobs(queue, ["pool-new"])).toEqual({ lost: [], suspects: [] });
  living.end();
});

test("one whose session is cut or refused as it takes its lock takes it all the same, once, and lets go of it", async () => {
  let client: pg.PoolClient | undefined;
  queue.on("acquire", (acquired) => {
    client = acquired;
  });
  const hold = "SELECT pg_advisory_lock(hashtextextended('pool-waiting', 0))";
  await database.owner.query(hold);
  const living = watchLostWorkers(queue, "pool-waiting");
  await until("it waits", isWaitedFor("pool-waiting"));
  const [first] = await sessions("pool-waiting", false);
  await database.owner.query("SELECT pg_cancel_backend($1)", [first]);
  await until("it was refused", async () => !(await isWaitedFor("pool-waiting")()));
  await until("it waits again", isWaitedFor("pool-waiting"));

  const [second] = await sessions("pool-waiting", false);
  const cut = client as unknown as { connection: { stream: { destroy(): void } } };
  cut.connection.stream.destroy();
  // The server does not see a client go that waits for a lock.
  const others = async () => (await sessions("pool-waiting", false)).filter((pid) => pid !== second);
  await until("it waits once more", async () => (await others()).length > 0);
  await sleep(1500);
  expect(await others()).toHaveLength(1);

  await database.owner.query("SELECT pg_advisory_unlock_all()");
  await until("it says that it lives", isHeld("pool-waiting"));
  living.end();
  await until("it says so no more", async () => !(await isHeld("pool-waiting")()));
});
