/** The worker process: runs the queue's jobs. Any number of them, on any number of machines. */
import { EventEmitter } from "node:events";
import { Logger, run, type WorkerEvents } from "graphile-worker";
import pg from "pg";
import { logSwitchedOffChannels } from "#app/modules/alerts/channels.server.ts";
import { usableMapping } from "#app/modules/profiles/load-mapping.server.ts";
import { findClockTrouble } from "#app/platform/clock.server.ts";
import { isPassingDatabaseTrouble } from "#app/platform/database-trouble.server.ts";
import { assertSafeRole, db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { startMetrics, stopMetrics } from "#app/platform/metrics.server.ts";
import { closeWarehouse, WarehouseError } from "#app/platform/warehouse.server.ts";
import { startHeartbeat } from "#app/platform/worker-heartbeat.server.ts";
import { crontab } from "./crontab.ts";
import { watchLostWorkers } from "./lost-workers.ts";
import { leaveJobs, watchQueue } from "./queue-loss.ts";
import { taskList } from "./task-list.ts";
import { takeBackFutureTicks, watchClock } from "./watch-clock.ts";

/** A mapping that does not fit is refused here; a warehouse that is away now is not: it is asked again at each tick. */
async function assertMappingFits(): Promise<void> {
  try {
    await usableMapping();
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    log.warn({ err: error }, "the warehouse does not answer: its data is not checked until it does");
  }
}

const RESUME_MS = 1_000;
const STOP_WITHIN_MS = 10_000;

class QueueLost extends Error {
  constructor() {
    super("The queue's database went away.");
  }
}

let isAskedToStop = false;

/**
 * Runs jobs until it is told to stop.
 * @throws Error when the queue's database went away: the runner is given up, and another has to be started
 */
async function work(pgPool: pg.Pool): Promise<void> {
  await takeBackFutureTicks(pgPool);
  const events = new EventEmitter() as WorkerEvents;
  const { lost, running } = watchQueue(events);
  let poolId = "";
  let life: { end(): void } | undefined;
  events.once("pool:create", ({ workerPool }) => {
    poolId = workerPool.id;
    life = watchLostWorkers(pgPool, poolId);
  });
  // The runner's own promise may never settle once the database has gone under it.
  const stopped = new Promise<void>((done) => {
    const soon = () => setTimeout(done, STOP_WITHIN_MS);
    events.once("stop", soon);
    void lost.then(soon);
  });
  events.once("gracefulShutdown", () => {
    isAskedToStop = true;
  });
  const runner = await run({
    pgPool,
    taskList,
    parsedCronItems: crontab,
    events,
    preset: {
      worker: {
        concurrentJobs: 4,
        pollInterval: 1000,
        // Without a batch, an outcome that cannot be recorded is a rejection nobody handles, and ends the process.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    logger: new Logger(() => (level, message) => {
      if (level === "error") log.error({ queue: message }, "queue");
      else if (level === "warning") log.warn({ queue: message }, "queue");
      else log.debug({ queue: message }, "queue");
    }),
  });
  const clock = watchClock(pgPool, (trouble) => {
    log.fatal(`${trouble} The worker stops; its supervisor starts it again.`);
    process.exitCode = 1;
    isAskedToStop = true;
    void runner.stop();
  });
  const heartbeat = startHeartbeat();
  log.info("worker ready");
  try {
    await Promise.race([runner.promise, lost]);
    if (!isAskedToStop) throw new QueueLost();
    await Promise.race([runner.promise, stopped]);
  } finally {
    heartbeat.stop();
    clock.end();
    if (isAskedToStop) life?.end();
    else {
      void runner.stop().catch(() => undefined);
      void leaveJobs(pgPool, poolId, running).finally(() => life?.end());
    }
  }
}

try {
  const { QUEUE_DATABASE_URL, AIRBYTE_API_URL } = env();
  await assertSafeRole(db());
  const trouble = await findClockTrouble();
  if (trouble) throw new Error(`${trouble} Then start the worker again.`);
  if (!AIRBYTE_API_URL)
    log.warn("AIRBYTE_API_URL is not set: Airbyte is not polled, only pushed runs are known");
  logSwitchedOffChannels(env());
  await assertMappingFits();
  startMetrics();
  const pgPool = new pg.Pool({ connectionString: QUEUE_DATABASE_URL, max: 9 });
  pgPool.on("error", (error) =>
    log.warn({ err: error }, "the queue's database connection was lost; reconnecting"),
  );
  pgPool.on("connect", (client) => client.on("error", () => undefined));
  while (!isAskedToStop) {
    try {
      await work(pgPool);
    } catch (error) {
      if (!(error instanceof QueueLost) && !isPassingDatabaseTrouble(error)) throw error;
      log.warn({ err: error }, "work goes on when the queue's database is back");
      await new Promise((done) => setTimeout(done, RESUME_MS));
    }
  }
  await pgPool.end();
  await closeWarehouse();
  await stopMetrics();
  await db().$disconnect();
  // A runner that went under with its database may never end.
  process.exit();
} catch (error) {
  log.fatal({ err: error }, "the worker stopped");
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
