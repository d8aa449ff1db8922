/**
 * graphile-worker outlives the loss of its database in name only. It may fetch nothing ever again (when the first fetch
 * was cut off) or not for minutes (while the server started up), never end though it is told to (when outcomes could not
 * be recorded twice), and hold a job for ever that it does not know of (when the answer to a fetch was cut off). So at
 * the first sign it is given up and another is started.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { WorkerEvents } from "graphile-worker";
import type { Pool } from "pg";

const signs = ["pool:listen:error", "worker:getJob:error", "pool:fatalError"] as const;
/** Fetches under way and outcomes to be recorded have ended in this time. */
const LOOK_EVERY_MS = 1_000;
const LOOKS = 60;

/** `lost` tells the first sign of a loss; `running` are the jobs that run in this process. */
export function watchQueue(events: WorkerEvents): { lost: Promise<void>; running: ReadonlySet<string> } {
  const running = new Set<string>();
  events.on("job:start", ({ job }) => running.add(job.id));
  events.on("job:complete", ({ job }) => running.delete(job.id));
  const lost = new Promise<void>((done) => {
    for (const sign of signs) events.once(sign, () => done());
  });
  return { lost, running };
}

/**
 * Gives back what a runner that was given up still holds, once none of it runs here any more. After a minute it is left
 * to those who look after workers that are gone.
 */
export async function leaveJobs(queue: Pool, poolId: string, running: ReadonlySet<string>): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    // It keeps no process from ending.
    await sleep(LOOK_EVERY_MS, undefined, { ref: false });
    if (queue.ending) return;
    if (running.size > 0) continue;
    const given = queue.query("SELECT graphile_worker.force_unlock_workers(ARRAY[$1]::text[])", [poolId]);
    if (await given.then(Boolean, () => false)) return;
  }
}
