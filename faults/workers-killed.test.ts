import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type AlertSinks, startAlertSinks } from "#e2e/support/alert-sinks.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";
import { addSomeLateShops, openings } from "./support/some-late-shops.ts";
import { randomFrom, seeds } from "./support/thoroughness.ts";
import { sleep, until } from "./support/until.ts";

const SHOPS = 100;
const KILLS = 3;

let database: TestDatabase;
let owner: pg.Pool;
let sinks: AlertSinks;
const workers = new Set<WorkerProcess>();
beforeAll(async () => {
  database = await createTestDatabase();
  // A server that crashes fails the seed that meets it, not all that come after.
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  owner.on("error", () => undefined);
  sinks = await startAlertSinks();
});
// Whether the seed passed or not: the next one begins alone.
afterEach(() => Promise.all([...workers].map(kill)));
afterAll(async () => {
  await sinks?.stop();
  await owner?.end();
  await database?.drop();
});

const ask = (statement: string, values?: unknown[]) => owner.query(statement, values);
const count = async (statement: string) => Number((await ask(statement)).rows[0].count);
const start = async () => {
  const worker = await startWorker({ DQ_BATCH_SIZE: "5" });
  workers.add(worker);
  return worker;
};
const kill = async (worker: WorkerProcess) => {
  const gone = new Promise((done) => worker.process.once("exit", done));
  worker.process.kill("SIGKILL");
  await gone;
  workers.delete(worker);
};
/** A minute goes by for what is under way, and the sweep comes round. */
async function aMinuteLater(): Promise<void> {
  await ask("UPDATE alert_deliveries SET due_at = due_at - interval '2 minutes' WHERE due_at IS NOT NULL");
  await ask("SELECT graphile_worker.add_job('alerts.sweep', '{}')");
}

describe.each(seeds(5, 50))("workers killed at random, seed %i", (seed) => {
  test("every shop is judged, each incident is opened once and told at least once, nothing hangs", async () => {
    const random = randomFrom(seed);
    await ask("TRUNCATE shops, runner_ticks, upstream_events, alert_channels CASCADE");
    await ask("DELETE FROM graphile_worker._private_jobs");
    sinks.sunk.length = 0;
    const late = await addSomeLateShops(ask, SHOPS);
    let worker = await start();
    for (let n = 0; n < KILLS; n += 1) {
      await ask("SELECT graphile_worker.add_job('dq.run', '{}')");
      await sleep(random() * 900);
      await kill(worker);
      worker = await start();
    }
    await ask("SELECT graphile_worker.add_job('dq.run', '{}')");
    await until(
      "the last tick ended, with every shop checked",
      async () =>
        (await count(
          "SELECT count(*) FROM shop_health WHERE checked_at < (SELECT max(tick_at) FROM runner_ticks) OR checked_at IS NULL",
        )) === 0 && (await count("SELECT count(*) FROM runner_ticks WHERE finished_at IS NOT NULL")) > 0,
    );
    await until("everything was told", async () => {
      await aMinuteLater();
      await sleep(200);
      return (
        (await count(
          "SELECT count(*) FROM alert_deliveries WHERE state IN ('queued', 'sending', 'held')",
        )) === 0
      );
    });

    expect(await count("SELECT count(*) FROM dq_incidents WHERE status <> 'resolved'")).toBe(late);
    expect(await count("SELECT count(*) FROM incident_events WHERE kind = 'opened'")).toBe(late);
    for (const told of Object.values(openings(sinks.sunk))) {
      expect(told.size).toBe(late);
      expect(Math.max(...told.values())).toBeLessThanOrEqual(1 + KILLS);
    }
    // A batch writes the results of its shops once or not at all: two checks of two connectors each. Asked at once: batches
    // of the ticks before may still be at work.
    const { rows } = await ask(
      `SELECT (SELECT count(*) FROM dq_results) AS written,
         (SELECT coalesce(sum(cardinality(shop_ids)) * 4, 0) FROM runner_batches WHERE finished_at IS NOT NULL) AS finished`,
    );
    expect(rows[0].written).toBe(rows[0].finished);
  });
});
