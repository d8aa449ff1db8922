import type { DbTransaction } from "#app/platform/db.server.ts";
import { withoutTokens } from "#app/platform/log.server.ts";
import type { JobState, QueuedJob, TaskQueue } from "./queue-page.ts";

interface TaskRow {
  task: string;
  ready: bigint;
  scheduled: bigint;
  running: bigint;
  retrying: bigint;
  failed: bigint;
  oldest_due_at: Date | null;
  running_since: Date | null;
}

/** Every task that has jobs, by name. */
export async function listTaskQueues(tx: DbTransaction): Promise<TaskQueue[]> {
  const rows = await tx.$queryRaw<TaskRow[]>`SELECT * FROM graphile_worker.sync_health_queue_tasks()`;
  return rows.map((row) => ({
    task: row.task,
    ready: Number(row.ready),
    scheduled: Number(row.scheduled),
    running: Number(row.running),
    retrying: Number(row.retrying),
    failed: Number(row.failed),
    oldestDueAt: row.oldest_due_at?.toISOString() ?? null,
    runningSince: row.running_since?.toISOString() ?? null,
  }));
}

interface JobRow {
  id: string;
  task: string;
  state: JobState;
  attempts: number;
  max_attempts: number;
  last_error: string | null;
  run_at: Date;
  locked_at: Date | null;
  created_at: Date;
  updated_at: Date;
  ids: Record<string, string>;
}

/** Jobs of one state, the latest made first. */
export async function listJobs(
  tx: DbTransaction,
  asked: { state: JobState; task: string | null; beforeId: string | null; limit: number },
): Promise<QueuedJob[]> {
  const rows = await tx.$queryRaw<JobRow[]>`
    SELECT * FROM graphile_worker.sync_health_queue_jobs(${asked.state}, ${asked.task}, ${asked.beforeId}::bigint, ${asked.limit}::int)`;
  return rows.map((row) => ({
    id: row.id,
    task: row.task,
    state: row.state,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    lastError: row.last_error && withoutTokens(row.last_error),
    runAt: row.run_at.toISOString(),
    lockedAt: row.locked_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    ids: row.ids,
  }));
}

/** Failed jobs are due now, with all their tries before them. Answers those that were. */
export async function retryJobs(tx: DbTransaction, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT j AS id FROM graphile_worker.sync_health_retry_jobs(${[...ids]}::bigint[]) AS j`;
  return rows.map(({ id }) => id);
}

/** Jobs that failed so far are not tried any more. Answers those that were waiting for another try. */
export async function giveUpJobs(tx: DbTransaction, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT j AS id FROM graphile_worker.sync_health_give_up_jobs(${[...ids]}::bigint[]) AS j`;
  return rows.map(({ id }) => id);
}
