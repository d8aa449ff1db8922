import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { unlockLostJobs, watchLostWorkers } from "#jobs/lost-workers.ts";
import { until } from "./support/until.ts";

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
const isHeld = (worker: string) => async () =>
  (await database.owner.query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free", [worker]))
    .rows[0].free === false;

test("the jobs of a worker that is gone are given back, those of one that lives are not", async () => {
  const living = watchLostWorkers(queue, "pool-living");
  await until("it says that it lives", isHeld("pool-living"));
  await lock("pool-gone");
  await lock("pool-living");
  expect(await unlockLostJobs(queue)).toEqual(["pool-gone"]);
  expect(await lockedBy()).toEqual(["pool-living"]);

  living.end();
  await until("its session ended", async () => !(await isHeld("pool-living")()));
  expect(await unlockLostJobs(queue)).toEqual(["pool-living"]);
  expect(await lockedBy()).toEqual([]);
});

test("one that has just taken a job is given time, and one whose session is cut takes its lock again", async () => {
  await lock("pool-new");
  await database.owner.query(
    "UPDATE graphile_worker._private_jobs SET locked_at = now() WHERE locked_by = 'pool-new'",
  );
  expect(await unlockLostJobs(queue)).toEqual([]);

  const living = watchLostWorkers(queue, "pool-new");
  await until("it says that it lives", isHeld("pool-new"));
  await database.owner.query(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()",
  );
  await until("it says so again", isHeld("pool-new"));
  expect(await unlockLostJobs(queue, 0)).toEqual([]);
  living.end();
});
