import { db } from "#app/platform/db.server.ts";
import { listJobs, listTaskQueues } from "./queue.store.server.ts";
import type { QueuePage, QueueQuery } from "./queue-page.ts";

/** How the queue stands, task by task, and the jobs of one state. */
export async function loadQueue({ state, task, cursor, limit }: QueueQuery): Promise<QueuePage> {
  const found = await listJobs(db(), {
    state,
    task: task || null,
    beforeId: cursor ?? null,
    limit: limit + 1,
  });
  const jobs = found.slice(0, limit);
  return {
    tasks: await listTaskQueues(db()),
    jobs,
    nextCursor: found.length > limit ? jobs.at(-1)!.id : null,
  };
}
