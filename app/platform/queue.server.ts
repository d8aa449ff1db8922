import type { JobSpec, TaskName } from "#jobs/catalog.ts";
import type { DbTransaction } from "./db.server.ts";
import { currentRequestId } from "./request-context.server.ts";

/**
 * Queues jobs in the caller's transaction: they exist if, and only if, it commits. Each carries the id of the request
 * that gave reason for it, which the job's log lines then show.
 * @param specs from the catalogue's `job(…)`
 */
export async function enqueue(tx: DbTransaction, specs: readonly JobSpec[]): Promise<void> {
  if (specs.length === 0) return;
  const requestId = currentRequestId();
  const carrying = requestId
    ? specs.map((spec) => ({ ...spec, payload: { ...(spec.payload as object), requestId } }))
    : specs;
  await tx.$queryRaw`SELECT graphile_worker.sync_health_enqueue(${JSON.stringify(carrying)}::jsonb)::text`;
}

export interface QueueDepth {
  ready: number;
  scheduled: number;
  running: number;
  failed: number;
  oldestReadySeconds: number;
}

/** How the queue stands; fails when the queue's schema is missing. */
export async function readQueueDepth(tx: DbTransaction): Promise<QueueDepth> {
  const [row] = await tx.$queryRaw<
    { ready: bigint; scheduled: bigint; running: bigint; failed: bigint; oldest_ready_seconds: number }[]
  >`
    SELECT * FROM graphile_worker.sync_health_queue_depth()`;
  return {
    ready: Number(row!.ready),
    scheduled: Number(row!.scheduled),
    running: Number(row!.running),
    failed: Number(row!.failed),
    oldestReadySeconds: row!.oldest_ready_seconds,
  };
}

/** Is a job of this task due, with nobody at work on it? */
export async function isWaiting(tx: DbTransaction, task: TaskName): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ waits: boolean }[]>`
    SELECT graphile_worker.sync_health_is_waiting(${task}) AS waits`;
  return row!.waits;
}

/** Drops every job that names the shop, also one that is running: its worker finds nothing to finish. */
export async function forgetJobsOfShop(tx: DbTransaction, shopId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ jobs: number }[]>`
    SELECT graphile_worker.sync_health_forget_shop(${shopId}::uuid) AS jobs`;
  return row!.jobs;
}
