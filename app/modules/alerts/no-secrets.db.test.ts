import { createServer } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { type AlertSink, startAlertSink } from "#e2e/support/alert-sink.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";
import { loadIncidentPage } from "../incidents/load-incident.server.ts";
import { createIngestKey } from "../ingest-keys/ingest-keys.store.server.ts";
import type { Shop } from "../shops/shop.ts";

const webhookPath = "/services/TSECRETTEAM/BSECRETHOOK/secret-webhook-token";
const routingKey = "secretroutingkey0123456789abcdef";
const merchantPassword = "secret-merchant-password";
const merchantToken = "secret-merchant-token";
/** What a pipeline carelessly puts into its own error text. */
const errorMessage = `401 Unauthorized for url: https://loader:${merchantPassword}@warehouse.example.com/ (Authorization: Bearer ${merchantToken})`;

const ours = ["TSECRETTEAM", "BSECRETHOOK", "secret-webhook-token", routingKey];
const all = [...ours, merchantPassword, merchantToken];
/** The secrets that a text holds, as they are or in base64. */
const secretsIn = (text: string, secrets: readonly string[] = all): string[] =>
  secrets.filter(
    (secret) =>
      text.includes(secret) || text.includes(Buffer.from(secret).toString("base64").replaceAll("=", "")),
  );

let database: TestDatabase;
let sink: AlertSink;
let web: WebServer;
const workers: WorkerProcess[] = [];
/** Every line that web and workers have printed. */
const printed = () => [...web.lines, ...workers.flatMap(({ lines }) => lines)];

beforeAll(async () => {
  database = await createTestDatabase();
  sink = await startAlertSink();
  web = await startWebServer({ ...configured(sink.url), LOG_LEVEL: "trace" });
});
afterAll(async () => {
  for (const worker of workers) worker.process.kill("SIGKILL");
  await web?.stop();
  await sink?.stop();
  await database?.drop();
});

const configured = (origin: string) => ({
  SLACK_DQ_WEBHOOK_URL: origin + webhookPath,
  PAGERDUTY_DQ_ROUTING_KEY: routingKey,
  PAGERDUTY_EVENTS_URL: origin,
});

/** A shop whose pipeline reports, through the real door, a run that failed, with secrets in its words: critical. */
async function failInNewShop(): Promise<Shop> {
  const shop = await makeShop(database.owner, {
    installedAt: new Date("2026-01-01Z"),
    checkedAt: new Date(),
  });
  await makeConnector(database.owner, shop.id, "shopify_orders", {
    createdAt: new Date("2026-01-01Z"),
    lastSucceededAt: new Date(Date.now() - 20 * 3_600_000),
  });
  const key = await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, new Date()));
  const endedAt = new Date(Date.now() - 60_000).toISOString();
  const run = { source: "shopify_orders", externalRunId: "1", status: "failed", endedAt, errorMessage };
  const body = JSON.stringify({ type: "sync_runs.reported", timestamp: endedAt, data: { runs: [run] } });
  const sentAt = new Date();
  const response = await fetch(`${web.url}/api/ingest/sync-runs`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-sync-health-shop": shop.domain,
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
      "webhook-signature": new Webhook(key.signingSecret).sign("msg_1", sentAt, body),
    },
    body,
  });
  expect([response.status, await response.text()]).toEqual([202, '{"accepted":1}']);
  return shop;
}

interface DeliveryRow {
  channel: string;
  state: string;
  attempts: number;
  http_status: number | null;
}
const deliveriesOf = async (shop: Shop): Promise<DeliveryRow[]> =>
  (
    await database.owner.query(
      "SELECT channel, state, attempts, http_status FROM alert_deliveries WHERE shop_id = $1 AND channel <> 'flow' ORDER BY position",
      [shop.id],
    )
  ).rows;

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not within 40 seconds. Printed:\n${printed().join("\n")}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** A worker with these destinations, until `isDone`. */
async function work(origin: string, isDone: () => Promise<boolean>): Promise<void> {
  await database.owner.query(
    "UPDATE alert_channels SET failures_in_a_row = 0, paused_until = NULL, broken_since = NULL",
  );
  const worker = await startWorker({ ...configured(origin), LOG_LEVEL: "trace" });
  workers.push(worker);
  await until(isDone);
  await worker.stop();
}

/** Nothing listens there. */
async function closedOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}`;
}

const shops: Shop[] = [];

test("destinations fail in every way, and say our secrets back to us", async () => {
  const tried = (shop: Shop) => async () => {
    const rows = await deliveriesOf(shop);
    return ["slack", "pagerduty"].every((channel) =>
      rows.some((row) => row.channel === channel && row.attempts > 0 && row.state !== "sending"),
    );
  };

  // Refused for good and throttled, with all that was sent in the answer.
  const refused = await failInNewShop();
  sink.answer = ({ path, body, headers }, response) =>
    response
      .writeHead(path.endsWith("/enqueue") ? 404 : 429, { "retry-after": "1" })
      .end(`${headers.host}${path} ${body}`);
  await work(sink.url, tried(refused));
  const states = await deliveriesOf(refused);
  expect(states).toContainEqual(
    expect.objectContaining({ channel: "pagerduty", state: "failed", http_status: 404 }),
  );
  expect(states).toContainEqual(
    expect.objectContaining({ channel: "slack", state: "queued", http_status: 429 }),
  );
  // It really was given what must not be found below.
  expect(sink.calls.some(({ path }) => path === webhookPath)).toBe(true);
  expect(sink.calls.some(({ body }) => body.includes(routingKey))).toBe(true);

  const unheard = await failInNewShop();
  await work(await closedOrigin(), tried(unheard));

  const hung = await failInNewShop();
  sink.answer = () => undefined;
  await work(sink.url, tried(hung));

  const redirected = await failInNewShop();
  sink.answer = ({ path, body }, response) =>
    response.writeHead(302, { location: `${path}?${encodeURIComponent(body)}` }).end();
  await work(sink.url, tried(redirected));

  // Our own database fails after the destination took it: the job fails, and the queue keeps its error.
  sink.reset();
  await database.owner.query(
    `CREATE FUNCTION refuse_outcome() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''the row is %'', to_jsonb(NEW); END';
     CREATE TRIGGER refuse_outcome BEFORE UPDATE ON alert_deliveries FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION refuse_outcome();`,
  );
  shops.push(refused, unheard, hung, redirected, await failInNewShop());
  await work(sink.url, async () => (await lastErrors()).length > 0);
  await database.owner.query("DROP TRIGGER refuse_outcome ON alert_deliveries");

  const reasons = printed().flatMap(
    (line) => /"reason":"([^"]+)","msg":"an alert was not taken"/.exec(line)?.[1] ?? [],
  );
  expect(new Set(reasons)).toEqual(
    new Set([
      "throttled",
      "refused with 404",
      "no answer (ECONNREFUSED)",
      "no answer (timed out)",
      "refused with 302",
    ]),
  );
}, 120_000);

const lastErrors = async (): Promise<string[]> =>
  (
    await database.owner.query(
      "SELECT last_error FROM graphile_worker._private_jobs WHERE last_error IS NOT NULL",
    )
  ).rows.map(({ last_error }) => last_error);

test("no line of any log holds a secret", () => {
  expect(printed().length).toBeGreaterThan(30);
  expect(printed().filter((line) => secretsIn(line).length > 0)).toEqual([]);
});

test("no error that the queue keeps holds a secret", async () => {
  const errors = await lastErrors();
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.filter((error) => secretsIn(error).length > 0)).toEqual([]);
});

test("no row of any table holds a secret, but for a merchant's own words in the run that they are about", async () => {
  const { rows: tables } = await database.owner.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema IN ('public', 'graphile_worker', 'warehouse') AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const found: Record<string, string[]> = {};
  const filled: string[] = [];
  for (const { name } of tables) {
    const { rows } = await database.owner.query<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${name} t`,
    );
    if (rows.length > 0) filled.push(name);
    const secrets = [...new Set(rows.flatMap(({ row }) => secretsIn(row)))];
    if (secrets.length > 0) found[name] = secrets;
  }
  expect(filled).toEqual(
    expect.arrayContaining([
      "public.alert_deliveries",
      "public.alert_channels",
      "public.dq_incidents",
      "public.incident_events",
      "graphile_worker._private_jobs",
    ]),
  );
  expect(found).toEqual({ "public.sync_runs": [merchantPassword, merchantToken] });
});

test("no answer of the incidents' routes holds a secret", async () => {
  for (const shop of shops) {
    const ask = async (path: string, method = "GET") => {
      const response = await fetch(`${web.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${await mintSessionToken(shop.domain)}` },
      });
      const text = await response.text();
      expect({ path, secrets: secretsIn(text + JSON.stringify([...response.headers])) }).toEqual({
        path,
        secrets: [],
      });
      return { status: response.status, text };
    };
    const list = await ask("/api/sync-health/incidents?status=all");
    expect(list.status).toBe(200);
    const { incidents } = JSON.parse(list.text) as { incidents: { id: string }[] };
    expect(incidents.length).toBeGreaterThan(0);
    for (const { id } of incidents) {
      expect((await ask(`/api/sync-health/incidents/${id}/acknowledge`, "POST")).status).toBe(200);
      // The page itself asks Shopify for a token first: what it shows is what this loads.
      const page = await withShop(shop.id, (tx) => loadIncidentPage(tx, shop, id, new Date()));
      expect(page.incident.id).toBe(id);
      expect(secretsIn(JSON.stringify(page))).toEqual([]);
    }
    expect((await ask("/api/sync-health/summary")).status).toBe(200);
    await ask("/api/sync-health/incidents/nothing/acknowledge", "POST");
  }
});

test("what was told to Slack and PagerDuty holds no merchant's secret", () => {
  expect(sink.calls.length).toBeGreaterThan(0);
  for (const { body } of sink.calls) expect(secretsIn(body, [merchantPassword, merchantToken])).toEqual([]);
});
