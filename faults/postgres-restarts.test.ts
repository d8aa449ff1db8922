import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { mintSessionToken } from "#demo/shopify-admin/session-token.ts";
import { type AlertSinks, startAlertSinks } from "#e2e/support/alert-sinks.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";
import { type OwnDatabase, startOwnDatabase } from "./support/own-database.ts";
import { addSomeLateShops, openings } from "./support/some-late-shops.ts";
import { isThorough, randomFrom, seeds } from "./support/thoroughness.ts";
import { sleep, until } from "./support/until.ts";

const SHOPS = 200;
const CRASHES = isThorough ? 6 : 2;
/** A worker gives back what the crash cut off itself; what others give back for it takes longer. */
const RECOVERED_WITHIN_MS = 60_000;

let database: OwnDatabase;
let sinks: AlertSinks;
let web: WebServer;
let pipeline: Server;
const workers: WorkerProcess[] = [];
beforeAll(async () => {
  database = await startOwnDatabase();
  sinks = await startAlertSinks();
  web = await startWebServer({ LOG_LEVEL: "info" });
  for (let n = 0; n < 2; n += 1) workers.push(await startWorker({ DQ_BATCH_SIZE: "5" }));
});
afterAll(async () => {
  for (const worker of workers) worker.process.kill("SIGKILL");
  await web?.stop();
  pipeline?.close();
  await sinks?.stop();
  await database?.stop();
});

const count = async (statement: string) =>
  Number((await database.ask<{ count: string }>(statement))[0]!.count);

test("PostgreSQL crashes while the runner, alerts and a backfill work: all is done, once, by the same processes", async () => {
  const late = await addSomeLateShops(database.ask, SHOPS);
  const refill = await startRefill();
  const random = randomFrom(seeds(1, 1)[0]!);
  for (let crash = 0; crash < CRASHES; crash += 1) {
    await database.ask("SELECT graphile_worker.add_job('dq.run', '{}')");
    await sleep(150 + 500 * random());
    await database.crash();
  }
  await until("the web process is ready again", async () => (await fetch(`${web.url}/readyz`)).ok);
  // What a lost connection left locked is made up for by the next tick and the sweeps, a minute later in life.
  await database.ask("SELECT graphile_worker.add_job('dq.run', '{}')");
  await until(
    "every shop was checked after the last crash",
    async () => (await count("SELECT count(*) FROM shop_health WHERE checked_at IS NULL")) === 0,
    RECOVERED_WITHIN_MS,
  );
  await until("the tick ended", async () => {
    const [last] = await database.ask("SELECT finished_at FROM runner_ticks ORDER BY tick_at DESC LIMIT 1");
    return last!.finished_at !== null;
  });
  await refill.done();
  await until("everything was told", async () => {
    await aMinuteLater();
    await sleep(500);
    return (
      (await count("SELECT count(*) FROM alert_deliveries WHERE state IN ('queued', 'sending', 'held')")) ===
      0
    );
  });

  expect(await count("SELECT count(*) FROM dq_incidents WHERE status <> 'resolved'")).toBe(late);
  expect(await count("SELECT count(*) FROM incident_events WHERE kind = 'opened'")).toBe(late);
  for (const told of Object.values(openings(sinks.sunk))) {
    expect(told.size).toBe(late);
    // What was sent as the server died may be sent once more for each crash, and never more often.
    expect(Math.max(...told.values())).toBeLessThanOrEqual(1 + CRASHES);
  }
  for (const { process } of [...workers, web]) expect(process.exitCode).toBeNull();
  // They end when they are told to, though runners of theirs went under.
  for (const worker of workers) await worker.stop();
}, 240_000);

/** A minute goes by for what is under way, and the sweeps come round. */
async function aMinuteLater(): Promise<void> {
  await database.ask(
    "UPDATE alert_deliveries SET due_at = due_at - interval '2 minutes' WHERE due_at IS NOT NULL",
  );
  await database.ask(
    "UPDATE backfill_jobs SET due_at = due_at - interval '2 minutes' WHERE due_at IS NOT NULL",
  );
  await database.ask(
    "SELECT graphile_worker.add_job(task, '{}') FROM unnest(ARRAY['alerts.sweep', 'backfills.sweep']) task",
  );
}

/** A backfill through a merchant's own pipeline, which reports again whenever it gets no answer. */
async function startRefill(): Promise<{ done(): Promise<void> }> {
  const [connector] = await database.ask<{ shop_id: string; id: string; domain: string }>(
    "SELECT c.shop_id, c.id, s.domain FROM connectors c JOIN shops s ON s.id = c.shop_id WHERE c.source = 'klaviyo' ORDER BY s.domain LIMIT 1",
  );
  const { shop_id: shopId, id, domain } = connector!;
  const { signingSecret } = await withShop(shopId, (tx) => createIngestKey(tx, shopId, new Date()));
  const asked: string[] = [];
  pipeline = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { data } = JSON.parse(Buffer.concat(parts).toString());
    response.writeHead(202).end();
    asked.push(data.backfillId);
    if (asked.length === 1) void reportUntilTaken(data.backfillId, domain, signingSecret);
  });
  await new Promise<void>((listening) => pipeline.listen(0, "127.0.0.1", listening));
  await database.ask("UPDATE connectors SET backfill_url = $1 WHERE id = $2", [
    `http://127.0.0.1:${(pipeline.address() as AddressInfo).port}/again`,
    id,
  ]);
  const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const answer = await fetch(`${web.url}/api/sync-health/connectors/${id}/backfill`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": "one",
      authorization: `Bearer ${await mintSessionToken({ shop: domain, apiKey: "test-api-key", apiSecret: "test-api-secret" })}`,
    },
    body: JSON.stringify({ startDate: day(9), endDate: day(3) }),
  });
  expect(answer.status).toBe(202);
  return {
    done: () =>
      until("the backfill ended", async () => {
        await aMinuteLater();
        await sleep(500);
        const [backfill] = await database.ask("SELECT status, reason FROM backfill_jobs");
        if (backfill!.status === "failed") throw new Error(`The backfill failed: ${backfill!.reason}`);
        return backfill!.status === "completed";
      }),
  };
}

async function reportUntilTaken(backfillId: string, shop: string, secret: string): Promise<void> {
  for (const data of [
    { status: "running", percent: 40, rowsLoaded: 40 },
    { status: "completed", rowsLoaded: 100 },
  ]) {
    for (;;) {
      const at = new Date();
      const body = JSON.stringify({ type: "backfill.progress", timestamp: at.toISOString(), data });
      const answer = await fetch(`${web.url}/api/ingest/backfills/${backfillId}/progress`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-sync-health-shop": shop,
          "webhook-id": "msg_1",
          "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
          "webhook-signature": new Webhook(secret).sign("msg_1", at, body),
        },
        body,
      }).catch(() => null);
      if (answer?.ok) break;
      // Refused for good would be told by another status.
      expect(answer === null || answer.status === 503).toBe(true);
      await sleep(100);
    }
    await sleep(300);
  }
}
