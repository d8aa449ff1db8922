/**
 * graphile-worker keeps a job locked for four hours when the worker that had it is gone. A worker that lives holds a
 * lock in a database session of its own, which ends with it: whose lock is free is gone, and its jobs are others' to do.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import { log } from "#app/platform/log.server.ts";

/** A worker that lives but lost its connection takes its lock again within this time. */
const LOOK_EVERY_MS = 30_000;
/** Whose jobs are younger may just be about to take its lock. */
const GRACE_MS = 30_000;
const RECONNECT_MS = 1_000;

/** Says that this worker lives, until `end`; looks after those that do not. `poolId` is what it locks its jobs as. */
export function watchLostWorkers(queue: Pool, poolId: string): { end(): void } {
  const end = new AbortController();
  void live(queue, poolId, end.signal);
  let suspects: string[] = [];
  const look = async () => {
    // A database that did not answer says nothing about anybody.
    ({ suspects } = await unlockLostJobs(queue, suspects).catch(() => ({ suspects: [] })));
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      end.abort();
    },
  };
}

/** One session after the other: of two, the second would wait for the first for ever, and one would outlive `ended`. */
async function live(queue: Pool, poolId: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await holdLock(queue, poolId, ended).catch(() => undefined);
    await sleep(RECONNECT_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

/** Holds the lock until its session breaks. @throws what kept it from taking the lock, or that it has `ended` */
async function holdLock(queue: Pool, poolId: string, ended: AbortSignal): Promise<void> {
  const client = await queue.connect();
  try {
    const broken = once(client, "error", { signal: ended });
    await Promise.race([client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [poolId]), broken]);
    await broken;
  } finally {
    client.release(true);
  }
}

/**
 * Gives back the jobs of workers that are gone: whose lock was free at the look before, and is.
 * @param suspected whose lock was free then
 * @returns whose jobs were given back, and whose lock is free for the first time
 */
export async function unlockLostJobs(
  queue: Pool,
  suspected: readonly string[],
): Promise<{ lost: string[]; suspects: string[] }> {
  const { rows } = await queue.query<{ worker: string }>(
    `SELECT DISTINCT locked_by AS worker FROM graphile_worker._private_jobs
     WHERE locked_at < now() - $1 * interval '1 millisecond'`,
    [GRACE_MS],
  );
  const lost: string[] = [];
  const suspects: string[] = [];
  for (const { worker } of rows) {
    // Within the transaction: nobody can begin to live under this name while its jobs are given away.
    const client = await queue.connect();
    try {
      await client.query("BEGIN");
      const { rows: tried } = await client.query<{ free: boolean }>(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free",
        [worker],
      );
      if (tried[0]!.free && !suspected.includes(worker)) suspects.push(worker);
      else if (tried[0]!.free) {
        await client.query("SELECT graphile_worker.force_unlock_workers(ARRAY[$1]::text[])", [worker]);
        lost.push(worker);
      }
      await client.query("COMMIT");
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
  if (lost.length > 0) log.warn({ lost }, "workers are gone; their jobs were given back");
  return { lost, suspects };
}
