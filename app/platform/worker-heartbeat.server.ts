import { randomUUID } from "node:crypto";
import { db } from "./db.server.ts";
import { log } from "./log.server.ts";
import { gauges } from "./metrics.server.ts";
import { takeEventLoopDelaySeconds } from "./process-metrics.server.ts";

const BEAT_EVERY_MS = 5_000;
/** A worker that was not heard of for so long does not count as alive. */
const ALIVE_FOR_SECONDS = 30;
/** What is left of workers that are gone is forgotten after this. */
const KEPT_FOR_HOURS = 24;

/** From now on this worker says every five seconds that it lives: it serves no port that could be asked. */
export function startHeartbeat(): { stop(): void } {
  const id = randomUUID();
  let isFailing = false;
  const beat = () =>
    saveBeat(id).then(
      () => {
        isFailing = false;
      },
      (error: unknown) => {
        if (!isFailing) log.warn({ err: error }, "the worker's sign of life could not be saved");
        isFailing = true;
      },
    );
  void beat();
  const timer = setInterval(beat, BEAT_EVERY_MS).unref();
  return { stop: () => clearInterval(timer) };
}

async function saveBeat(id: string): Promise<void> {
  await db().$executeRaw`
    WITH forgotten AS (DELETE FROM worker_heartbeats WHERE seen_at < now() - make_interval(hours => ${KEPT_FOR_HOURS}))
    INSERT INTO worker_heartbeats (id, seen_at, resident_bytes, event_loop_delay_seconds)
    VALUES (${id}::uuid, now(), ${process.memoryUsage.rss()}, ${takeEventLoopDelaySeconds()})
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, resident_bytes = excluded.resident_bytes,
      event_loop_delay_seconds = excluded.event_loop_delay_seconds`;
}

gauges(
  {
    "dq.worker.processes": { description: "Workers that were heard of within 30 seconds." },
    "dq.worker.heartbeat_age_seconds": {
      description: "How long ago any worker was last heard of. Missing if none was for a day.",
      unit: "s",
    },
    "dq.worker.resident_memory_bytes": {
      description: "Memory held by the largest living worker.",
      unit: "By",
    },
    "dq.worker.eventloop_lag_p99_seconds": {
      description: "How late timers of the slowest living worker were in its last five seconds.",
      unit: "s",
    },
  },
  async () => {
    const [row] = await db().$queryRaw<
      { alive: number; age: number | null; bytes: number | null; delay: number | null }[]
    >`
      SELECT count(*) FILTER (WHERE is_alive)::int AS alive, extract(epoch FROM now() - max(seen_at))::float8 AS age,
        (max(resident_bytes) FILTER (WHERE is_alive))::float8 AS bytes, max(event_loop_delay_seconds) FILTER (WHERE is_alive) AS delay
      FROM (SELECT *, seen_at > now() - make_interval(secs => ${ALIVE_FOR_SECONDS}) AS is_alive FROM worker_heartbeats) w`;
    const known = <Name extends string>(name: Name, value: number | null | undefined) =>
      value == null ? [] : [{ name, value }];
    return [
      { name: "dq.worker.processes", value: row?.alive ?? 0 },
      ...known("dq.worker.heartbeat_age_seconds", row?.age),
      ...known("dq.worker.resident_memory_bytes", row?.bytes),
      ...known("dq.worker.eventloop_lag_p99_seconds", row?.delay),
    ];
  },
);
