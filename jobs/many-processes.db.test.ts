import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { issueWebhookToken } from "#app/modules/connectors/workspaces.store.server.ts";
import { createIngestKey, type NewIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import type { Shop } from "#app/modules/shops/shop.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { findFreePort } from "#demo/embedded-postgres.ts";
import { type AlertSink, startAlertSink } from "#e2e/support/alert-sink.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { browser, hostOf } from "#e2e/support/shopify-requests.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";

// Two web processes and four workers on one database, as on two machines.
const SHOPS = 60;
const LATE_SHOPS = 5;
const BATCH_SIZE = 5;
const HOUR_MS = 3_600_000;
const SLACK_PATH = "/services/T000/B000/slack-secret-part";
const ROUTING_KEY = "pagerduty-secret-routing-key-0000";
const AIRBYTE_SECRET = "airbyte-client-secret-0000";

let database: TestDatabase;
let sink: AlertSink;
let webs: WebServer[] = [];
let workers: WorkerProcess[] = [];
let metricsPorts: number[];
let shops: Shop[];
let key: NewIngestKey;
let airbyteToken: string;
/** Every token that was sent. */
const sentTokens: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  sink = await startAlertSink();
  const now = Date.now();
  shops = [];
  for (let index = 0; index < SHOPS; index += 1) {
    const shop = await makeShop(database.owner, { domain: `many-${index}.myshopify.com` });
    const late = index < LATE_SHOPS ? 20 : 0.1;
    const created = new Date(now - 2_000 * HOUR_MS);
    await makeConnector(database.owner, shop.id, "shopify_orders", {
      createdAt: created,
      lastSucceededAt: new Date(now - late * HOUR_MS),
    });
    await makeConnector(database.owner, shop.id, "klaviyo", {
      createdAt: created,
      lastSucceededAt: new Date(now - 0.1 * HOUR_MS),
    });
    shops.push(shop);
  }
  const first = shops[0]!;
  await database.owner.query(
    "INSERT INTO airbyte_workspaces (shop_id, workspace_id) VALUES ($1, gen_random_uuid())",
    [first.id],
  );
  [key, airbyteToken] = await withShop(first.id, async (tx) => [
    await createIngestKey(tx, first.id, new Date()),
    (await issueWebhookToken(tx, first.id))!,
  ]);
  // The first messages are refused with what was sent, as careless receivers do.
  const usual = sink.answer;
  sink.answer = (call, response) => {
    if (sink.calls.length > 3) return usual(call, response);
    response.writeHead(500).end(`${call.path} ${call.body}`);
  };
  const environment = {
    DQ_BATCH_SIZE: String(BATCH_SIZE),
    LOG_LEVEL: "trace",
    SLACK_DQ_WEBHOOK_URL: `${sink.url}${SLACK_PATH}`,
    PAGERDUTY_DQ_ROUTING_KEY: ROUTING_KEY,
    PAGERDUTY_EVENTS_URL: sink.url,
    AIRBYTE_API_URL: "http://127.0.0.1:1/v1",
    AIRBYTE_CLIENT_ID: "client",
    AIRBYTE_CLIENT_SECRET: AIRBYTE_SECRET,
  };
  metricsPorts = [await findFreePort(), await findFreePort()];
  webs = await Promise.all(
    metricsPorts.map((port) => startWebServer({ ...environment, METRICS_PORT: String(port) })),
  );
  workers = await Promise.all(Array.from({ length: 4 }, () => startWorker(environment)));
}, 180_000);

afterAll(async () => {
  await Promise.all([...webs, ...workers].map((one) => one.stop()));
  await sink?.stop();
  await database?.drop();
});

const count = async (query: string) => Number((await database.owner.query(query)).rows[0].count);
const eventually = (assertion: () => Promise<void>) =>
  vi.waitFor(assertion, { timeout: 90_000, interval: 300 });

/** Asks the web processes in turn. */
let turn = 0;
const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${webs[turn++ % webs.length]!.url}${path}`, init);

async function bearer(shop: Shop): Promise<Record<string, string>> {
  const token = await mintSessionToken(shop.domain);
  sentTokens.push(token.split(".").slice(1).join("."));
  return { authorization: `Bearer ${token}` };
}

async function metric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const values = text.split("\n").filter((line) => line.startsWith(name) && !line.startsWith("#"));
  return values.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

test("a tick that all start runs once, and each shop is judged once", { timeout: 120_000 }, async () => {
  const quarter = new Date(Math.floor(Date.now() / 900_000) * 900_000).toISOString();
  for (let copies = 0; copies < 8; copies += 1)
    await database.owner.query("SELECT graphile_worker.add_job('dq.run', $1::json)", [
      JSON.stringify({ _cron: { ts: quarter } }),
    ]);
  await eventually(async () => {
    expect(await count("SELECT count(*) FROM runner_ticks WHERE finished_at IS NOT NULL")).toBeGreaterThan(0);
    expect(await count("SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = 'dq.run'")).toBe(0);
  });
  const ticks = await count("SELECT count(*) FROM runner_ticks");
  const { rows } = await database.owner.query(
    "SELECT tick_at FROM runner_ticks WHERE tick_at = $1::timestamptz",
    [quarter],
  );
  expect(rows).toHaveLength(1);
  expect(await count(`SELECT count(*) FROM runner_batches WHERE tick_at = '${quarter}'`)).toBe(
    SHOPS / BATCH_SIZE,
  );
  // Two hard checks of two connectors of each shop, once per tick; a quarter of an hour may begin meanwhile.
  expect(
    await count("SELECT count(*) FROM dq_results WHERE check_name IN ('freshness', 'sync_failed')"),
  ).toBe(ticks * SHOPS * 4);
  expect(await count("SELECT count(*) FROM dq_incidents")).toBe(LATE_SHOPS);
  expect(await count("SELECT count(*) FROM incident_events WHERE kind = 'opened'")).toBe(LATE_SHOPS);
});

test("each notice is delivered once per channel, those that were refused at first too", {
  timeout: 120_000,
}, async () => {
  await eventually(async () => {
    expect(await count("SELECT count(*) FROM alert_deliveries WHERE state = 'sent'")).toBe(LATE_SHOPS * 2);
  });
  const taken = sink.calls.slice(3).map(({ path, body }) => `${path} ${/many-\d+/.exec(body)?.[0]}`);
  const expected = shops
    .slice(0, LATE_SHOPS)
    .flatMap(({ domain }) => [SLACK_PATH, "/v2/enqueue"].map((path) => `${path} ${domain.split(".")[0]}`));
  expect(taken.sort()).toEqual(expected.sort());
});

test("the same report to both at once is one run, and one recovery", { timeout: 120_000 }, async () => {
  const first = shops[0]!;
  const endedAt = new Date().toISOString();
  const body = JSON.stringify({
    type: "sync_runs.reported",
    timestamp: endedAt,
    data: {
      runs: [
        { source: "shopify_orders", externalRunId: "run-1", status: "succeeded", endedAt, rowsSynced: 3 },
      ],
    },
  });
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => {
      const sentAt = new Date();
      const signature = new Webhook(key.signingSecret).sign("msg", sentAt, body);
      sentTokens.push(signature.slice(3));
      return ask("/api/ingest/sync-runs", {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "x-sync-health-shop": first.domain,
          "webhook-id": "msg",
          "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
          "webhook-signature": signature,
        },
      });
    }),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  expect(await count(`SELECT count(*) FROM sync_runs WHERE shop_id = '${first.id}'`)).toBe(1);
  await eventually(async () => {
    expect(await count("SELECT count(*) FROM incident_events WHERE kind LIKE '%resolved%'")).toBe(1);
    expect(
      await count("SELECT count(*) FROM alert_deliveries WHERE event = 'resolved' AND state = 'sent'"),
    ).toBe(2);
  });
});

test("a shop's writes are limited over both web processes together", async () => {
  const headers = await bearer(shops[9]!);
  const path = "/api/sync-health/incidents/00000000-0000-4000-8000-000000000000/acknowledge";
  const answers = await Promise.all(Array.from({ length: 90 }, () => ask(path, { method: "POST", headers })));
  expect(answers.filter(({ status }) => status === 404)).toHaveLength(60);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
});

test("metrics add up, whichever process is asked", { timeout: 60_000 }, async () => {
  for (const port of metricsPorts)
    await eventually(async () => {
      expect(await metric(port, 'dq_incident_created_total{severity="critical"}')).toBe(LATE_SHOPS);
      expect(await metric(port, "dq_incident_resolved_total")).toBe(1);
      expect(
        await metric(
          port,
          'http_server_request_duration_seconds_count{method="POST",route="/api/sync-health/incidents/:id/acknowledge"',
        ),
      ).toBe(90);
      expect(
        await metric(
          port,
          'http_server_request_duration_seconds_count{method="POST",route="/api/ingest/sync-runs"',
        ),
      ).toBe(12);
    });
});

test("no secret and no token stands in the log of any process, at its most talkative", {
  timeout: 60_000,
}, async () => {
  const first = shops[0]!;
  const token = await mintSessionToken(first.domain);
  sentTokens.push(token.split(".").slice(1).join("."));
  const headers = { "user-agent": browser };
  await ask(`/app?shop=${first.domain}&host=${hostOf(first.domain)}&embedded=1&id_token=${token}`, {
    headers,
    redirect: "manual",
  });
  await ask("/app?_data=routes%2Fapp._index", {
    headers: { ...headers, authorization: `Bearer ${token}` },
    redirect: "manual",
  });
  const json = { "content-type": "application/json" };
  await ask(`/webhooks/airbyte/${airbyteToken}/sync-failed`, { method: "POST", body: "{}", headers: json });
  await ask(`/webhooks/airbyte/${airbyteToken}/nonsense?code=${token}`, {
    method: "POST",
    body: "{",
    headers: json,
  });
  await ask("/api/v1/lineage", {
    method: "POST",
    body: "{}",
    headers: { ...json, authorization: `Bearer ${key.bearerKey}` },
  });
  // A database that is away makes the longest errors.
  const name = new URL(database.appUrl).pathname.slice(1);
  await database.owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT 0`);
  await database.owner.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  const away = await ask("/api/sync-health/summary", { headers: await bearer(first) });
  await database.owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
  expect(away.status).toBe(503);

  const lines = [...webs, ...workers].flatMap((one) => one.lines);
  const log = lines.join("\n");
  expect(log).toContain('"msg":"request"');
  expect(log).toContain("alerts.deliver");
  const secrets = [
    ...[
      SLACK_PATH,
      "slack-secret-part",
      ROUTING_KEY,
      AIRBYTE_SECRET,
      airbyteToken,
      key.bearerKey,
      key.signingSecret,
    ],
    ...[process.env.APP_ENCRYPTION_KEY!, process.env.SHOPIFY_API_SECRET!],
    ...[database.appUrl, database.queueUrl].map((url) => new URL(url).password),
    ...sentTokens,
  ];
  for (const secret of secrets)
    expect(lines.filter((line) => line.includes(secret)).slice(0, 2), secret).toEqual([]);
  for (const line of lines.filter((one) => one.startsWith("{")))
    expect(() => JSON.parse(line), line).not.toThrow();
});
