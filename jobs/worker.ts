/** The worker process: runs the queue's jobs. Any number of them, on any number of machines. */
import { Logger, run } from "graphile-worker";
import pg from "pg";
import { logSwitchedOffChannels } from "#app/modules/alerts/channels.server.ts";
import { usableMapping } from "#app/modules/profiles/load-mapping.server.ts";
import { assertSafeRole, db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { startMetrics, stopMetrics } from "#app/platform/metrics.server.ts";
import { closeWarehouse, WarehouseError } from "#app/platform/warehouse.server.ts";
import { startHeartbeat } from "#app/platform/worker-heartbeat.server.ts";
import { crontab } from "./crontab.ts";
import { taskList } from "./task-list.ts";

/** A mapping that does not fit is refused here; a warehouse that is away now is not: it is asked again at each tick. */
async function assertMappingFits(): Promise<void> {
  try {
    await usableMapping();
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    log.warn({ err: error }, "the warehouse does not answer: its data is not checked until it does");
  }
}

try {
  const { QUEUE_DATABASE_URL, AIRBYTE_API_URL } = env();
  await assertSafeRole(db());
  if (!AIRBYTE_API_URL)
    log.warn("AIRBYTE_API_URL is not set: Airbyte is not polled, only pushed runs are known");
  logSwitchedOffChannels(env());
  await assertMappingFits();
  startMetrics();
  const pgPool = new pg.Pool({ connectionString: QUEUE_DATABASE_URL, max: 8 });
  pgPool.on("error", (error) =>
    log.warn({ err: error }, "the queue's database connection was lost; reconnecting"),
  );
  pgPool.on("connect", (client) => client.on("error", () => undefined));
  const runner = await run({
    pgPool,
    taskList,
    parsedCronItems: crontab,
    concurrency: 4,
    pollInterval: 1000,
    logger: new Logger(() => (level, message) => {
      if (level === "error") log.error({ queue: message }, "queue");
      else if (level === "warning") log.warn({ queue: message }, "queue");
      else log.debug({ queue: message }, "queue");
    }),
  });
  const heartbeat = startHeartbeat();
  log.info("worker ready");
  await runner.promise;
  heartbeat.stop();
  await pgPool.end();
  await closeWarehouse();
  await stopMetrics();
  await db().$disconnect();
} catch (error) {
  log.fatal({ err: error }, "the worker stopped");
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
