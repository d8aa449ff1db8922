import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { judgeConnectors } from "#app/modules/checks/judge-connectors.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { type AlertSinks, startAlertSinks } from "#e2e/support/alert-sinks.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";

let database: TestDatabase;
let sinks: AlertSinks;
const workers: ChildProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  sinks = await startAlertSinks();
});
beforeEach(() => {
  sinks.sunk.length = 0;
});
afterAll(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  await sinks?.stop();
  await database?.drop();
});

function startWorker(): ChildProcess {
  const worker = spawn(process.execPath, ["jobs/worker.ts"], {
    env: { ...process.env, LOG_LEVEL: "silent" },
    stdio: "ignore",
  });
  workers.push(worker);
  return worker;
}
async function kill(worker: ChildProcess): Promise<void> {
  worker.kill("SIGKILL");
  await new Promise((done) => worker.once("exit", done));
}
async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not within 30 seconds: ${what}.`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** An incident that is critical from the start, and a function that judges its source again. */
async function criticalIncident() {
  const shop = await makeShop(database.owner);
  const { id } = await makeConnector(database.owner, shop.id, "shopify_orders", {
    createdAt: new Date("2026-01-01Z"),
    lastSucceededAt: new Date(Date.now() - 10 * 3_600_000),
  });
  const judge = () =>
    withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now: new Date(), isFullPass: true }));
  await judge();
  return {
    recover: async () => {
      await database.owner.query("UPDATE connectors SET last_succeeded_at = now() WHERE id = $1", [id]);
      await judge();
    },
  };
}
/** A minute goes by for what is under way, and the sweep comes round. */
async function aMinuteLater(): Promise<void> {
  await database.owner.query("UPDATE alert_deliveries SET due_at = due_at - interval '2 minutes'");
  await database.owner.query("SELECT graphile_worker.add_job('alerts.sweep', '{}')");
}
const arrived = () =>
  sinks.sunk.map(({ channel, body }) => `${channel} ${body.event_action ?? body.text}`.slice(0, 20)).sort();
const isSettled = async () =>
  (await database.owner.query("SELECT FROM alert_deliveries WHERE state IN ('queued', 'sending', 'held')"))
    .rowCount === 0;

test("killed while both channels are about to answer: what was sent may arrive twice, the end arrives once, nothing is lost", async () => {
  sinks.always = { slack: "hang", pagerduty: "hang" };
  const worker = startWorker();
  const incident = await criticalIncident();
  await until("both channels were sent to", () => sinks.sunk.length >= 2);
  await kill(worker);
  sinks.always = {};
  const before = arrived().length;
  expect(before).toBe(2);
  await incident.recover();
  startWorker();
  await aMinuteLater();
  await until("everything was told", isSettled);
  expect(arrived()).toEqual([
    "pagerduty resolve",
    "pagerduty trigger",
    "pagerduty trigger",
    "slack Critical: Shop",
    "slack Critical: Shop",
    "slack Resolved: Shop",
  ]);
});

test("killed after the change was committed and before anything was sent: it is sent once", async () => {
  for (const worker of workers.splice(0))
    if (worker.exitCode === null && worker.signalCode === null) await kill(worker);
  await criticalIncident();
  // As a killed worker leaves it: its jobs are locked for four hours.
  await database.owner.query(
    "UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'gone', attempts = 1 WHERE task_id = (SELECT id FROM graphile_worker._private_tasks WHERE identifier = 'alerts.deliver')",
  );
  startWorker();
  await aMinuteLater();
  await until("everything was told", isSettled);
  expect(arrived()).toEqual(["pagerduty trigger", "slack Critical: Shop"]);
});
