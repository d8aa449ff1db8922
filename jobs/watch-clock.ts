import type { Pool } from "pg";
import { findClockTrouble } from "#app/platform/clock.server.ts";
import { log } from "#app/platform/log.server.ts";

const WATCH_EVERY_MS = 5_000;

/**
 * Watches the clock while the worker runs, because the queue's timetable goes by it: `stop` is called when it is wrong.
 * A machine that ran ahead may have ticked off minutes that are yet to come, and nothing recurring would run until
 * then; what it did is taken back.
 */
export function watchClock(queue: Pool, stop: (trouble: string) => void): { end(): void } {
  const look = async () => {
    const trouble = await findClockTrouble();
    if (trouble) stop(trouble);
    else await takeBackFutureTicks(queue);
  };
  // A database that does not answer says nothing about the clock.
  const timer = setInterval(() => void look().catch(() => undefined), WATCH_EVERY_MS);
  timer.unref();
  return { end: () => clearInterval(timer) };
}

/** graphile-worker queues a recurring task only for a later minute than the last one it knows of. */
export async function takeBackFutureTicks(queue: Pool): Promise<void> {
  const { rowCount } = await queue.query(
    "UPDATE graphile_worker._private_known_crontabs SET last_execution = now() WHERE last_execution > now() + interval '2 minutes'",
  );
  if (rowCount) log.warn({ tasks: rowCount }, "the timetable was ahead of the clock; it was set back");
}
