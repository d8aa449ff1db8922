import { Logger, runOnce, type Task } from "graphile-worker";
import type pg from "pg";

const silent = new Logger(() => () => undefined);

interface NamedTask {
  name: string;
  task: Task;
}

/** Runs what is queued and due of these tasks, and what that queues, as the worker does. */
export async function runJobs(queueUrl: string, tasks: readonly NamedTask[]): Promise<void> {
  const taskList = Object.fromEntries(tasks.map(({ name, task }) => [name, task]));
  await runOnce({ connectionString: queueUrl, taskList, noHandleSignals: true, logger: silent });
}

export interface QueuedJob {
  task: string;
  payload: Record<string, unknown>;
  key: string | null;
  runAt: Date;
  attempts: number;
}

/** What waits in the queue, in the order in which it is due. */
export async function queuedJobs(owner: pg.Client): Promise<QueuedJob[]> {
  const { rows } = await owner.query(
    `SELECT t.identifier AS task, j.payload, j.key, j.run_at AS "runAt", j.attempts
     FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id ORDER BY j.run_at, j.id`,
  );
  return rows;
}
