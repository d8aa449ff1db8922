import { type DbTransaction, db } from "#app/platform/db.server.ts";
import { AppError } from "#app/platform/errors.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { giveUpJobs, listJobs, retryJobs } from "./queue.store.server.ts";
import type { ActedOnJobs, ActOnJobs, JobState } from "./queue-page.ts";

/** So many of a task at once; the rest at the next click. */
const MOST_AT_ONCE = 1_000;

/** The same in a transaction of its own. */
export const actOnQueue = (asked: ActOnJobs, { actor, now, requestId }: By): Promise<ActedOnJobs> =>
  db().$transaction((tx) => actOnJobs(tx, asked, { actor, now, requestId }));

/**
 * Has failed jobs tried again now, or not any more: one, or all of a task. Giving up a job tells nobody else: what is still
 * wanted is taken up again by the sweeps.
 * @throws AppError invalid when neither or both are named; conflict when there is no such job that failed
 */
export async function actOnJobs(tx: DbTransaction, asked: ActOnJobs, by: By): Promise<ActedOnJobs> {
  if ((asked.jobId === undefined) === (asked.task === undefined))
    throw new AppError("invalid", "Name one job, or one task.", {
      errors: { jobId: ["Name one job, or one task."] },
    });
  const ids = asked.jobId ? [asked.jobId] : await failedJobsOf(tx, asked);
  const jobs = asked.do === "retry" ? await retryJobs(tx, ids) : await giveUpJobs(tx, ids);
  if (jobs.length === 0)
    throw new AppError(
      "conflict",
      asked.jobId
        ? "This job is not waiting after a failure: it is running, done, or was dealt with already."
        : "No job of this task is waiting after a failure.",
    );
  await recordAudit(tx, {
    shopId: null,
    actor: by.actor,
    action: asked.do === "retry" ? "queue.retry" : "queue.give_up",
    target: asked.jobId ? `job ${asked.jobId}` : asked.task!,
    after: { jobs: jobs.length, ...(jobs.length <= 20 ? { ids: jobs } : {}) },
    reason: asked.reason,
    requestId: by.requestId,
    at: by.now,
  });
  return { jobs };
}

async function failedJobsOf(tx: DbTransaction, { do: what, task }: ActOnJobs): Promise<string[]> {
  const states: JobState[] = what === "retry" ? ["failed", "retrying"] : ["retrying"];
  const found = [];
  for (const state of states)
    found.push(...(await listJobs(tx, { state, task: task!, beforeId: null, limit: MOST_AT_ONCE })));
  return found.slice(0, MOST_AT_ONCE).map(({ id }) => id);
}
