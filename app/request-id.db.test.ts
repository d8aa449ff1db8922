import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type AlertSink, startAlertSink } from "#e2e/support/alert-sink.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";
import { createIngestKey, type NewIngestKey } from "./modules/ingest-keys/ingest-keys.store.server.ts";
import { withShop } from "./platform/tenant.server.ts";

let database: TestDatabase;
let sink: AlertSink;
let web: WebServer;
let worker: WorkerProcess;
let shop: { id: string; domain: string };
let key: NewIngestKey;
let connectorId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  sink = await startAlertSink();
  shop = await makeShop(database.owner, { installedAt: new Date("2026-01-01Z") });
  connectorId = (
    await makeConnector(database.owner, shop.id, "klaviyo", {
      lastSucceededAt: new Date(Date.now() - 60_000),
      lastRowsSynced: 10,
    })
  ).id;
  key = await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, new Date()));
  const environment = { SLACK_DQ_WEBHOOK_URL: `${sink.url}/services/T0/B0/s3cret` };
  web = await startWebServer(environment);
  worker = await startWorker(environment);
});
afterAll(async () => {
  await web?.stop();
  await worker?.stop();
  await sink?.stop();
  await database?.drop();
});

async function pushFailure(requestId: string): Promise<number> {
  const at = new Date().toISOString();
  const run = { source: "klaviyo", externalRunId: "run-1", status: "failed", startedAt: at, endedAt: at };
  const body = JSON.stringify({
    type: "sync_runs.reported",
    timestamp: at,
    data: { runs: [{ ...run, failureReason: "credentials", errorMessage: "The key was revoked." }] },
  });
  const answer = await fetch(`${web.url}/api/ingest/sync-runs`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-request-id": requestId,
      "x-sync-health-shop": shop.domain,
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
      "webhook-signature": new Webhook(key.signingSecret).sign("msg_1", new Date(), body),
    },
    body,
  });
  return answer.status;
}

/** Lines of a process that carry this request's id. */
const linesOf = (lines: string[], requestId: string) =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.requestId === requestId);

it("a pipeline's report can be followed from its request to the job that told Slack, and to the delivery", async () => {
  const requestId = "report-of-klaviyo-1";
  expect(await pushFailure(requestId)).toBe(202);
  await vi.waitFor(
    () =>
      expect(linesOf(worker.lines, requestId).map(({ msg, task, outcome }) => [msg, task, outcome])).toEqual([
        ["job started", "alerts.deliver", undefined],
        ["job done", "alerts.deliver", "sent"],
      ]),
    { timeout: 20_000, interval: 100 },
  );
  expect(linesOf(web.lines, requestId)).toEqual([
    expect.objectContaining({ msg: "request", status: 202, shop: shop.domain }),
  ]);
  expect(linesOf(worker.lines, requestId)[1]).toMatchObject({
    shopId: shop.id,
    attempt: 1,
    ms: expect.any(Number),
    job: expect.any(String),
  });
  const { rows } = await database.owner.query(
    "SELECT DISTINCT request_id FROM alert_deliveries WHERE shop_id = $1",
    [shop.id],
  );
  expect(rows).toEqual([{ request_id: requestId }]);
  expect(sink.calls).toHaveLength(1);
});

it("a merchant's wish to sync is found under one id in the audit, the web's log and the worker's", async () => {
  const requestId = "sync-of-a-merchant";
  const answer = await fetch(`${web.url}/api/sync-health/connectors/${connectorId}/sync`, {
    method: "POST",
    headers: { authorization: `Bearer ${await mintSessionToken(shop.domain)}`, "x-request-id": requestId },
  });
  expect([answer.status, answer.headers.get("x-request-id")]).toEqual([409, requestId]);
  const backfill = await fetch(`${web.url}/api/sync-health/connectors/${connectorId}/backfill`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await mintSessionToken(shop.domain)}`,
      "x-request-id": requestId,
      "content-type": "application/json",
    },
    body: JSON.stringify({ startDate: day(-3), endDate: day(-2) }),
  });
  expect(backfill.status).toBe(202);
  await vi.waitFor(
    async () => {
      const { rows } = await database.owner.query(
        "SELECT action FROM audit_log WHERE shop_id = $1 AND request_id = $2 ORDER BY id",
        [shop.id, requestId],
      );
      // What the worker did later for the same wish is found with it.
      expect(rows.map(({ action }) => action)).toEqual([
        "backfill.request",
        "backfill.starting",
        "backfill.needs_operator",
      ]);
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(linesOf(worker.lines, requestId).map(({ task }) => task)).toContain("backfills.advance");
});

it("what the clock starts begins an id of its own, which its followers carry", async () => {
  await database.owner.query("SELECT graphile_worker.add_job('dq.run', '{}')");
  const done = () =>
    worker.lines
      .map((line) => JSON.parse(line) as Record<string, string>)
      .filter(({ msg, task }) => msg === "job done" && task?.startsWith("dq."));
  await vi.waitFor(() => expect(done().map(({ task }) => task)).toContain("dq.check_data"), {
    timeout: 20_000,
    interval: 100,
  });
  const [{ requestId } = {}] = done().filter(({ task }) => task === "dq.check_data");
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(
    done()
      .filter((line) => line.requestId === requestId)
      .map(({ task }) => task),
  ).toEqual(["dq.run", "dq.run_batch", "dq.check_data"]);
});

it("no line of either process holds a key, a token or Slack's address", async () => {
  const token = await mintSessionToken(shop.domain);
  await fetch(`${web.url}/app?id_token=${token}&shop=${shop.domain}`, { redirect: "manual" });
  await fetch(`${web.url}/staff/callback?code=st4ff-code&state=st4ff-state`, {
    headers: { cookie: "staff=c00kie" },
  });
  await vi.waitFor(() => expect(web.lines.join("\n")).toContain("/staff/callback"));
  const all = [...web.lines, ...worker.lines].join("\n");
  for (const secret of [
    token,
    "s3cret",
    key.bearerKey,
    key.signingSecret,
    "st4ff-code",
    "st4ff-state",
    "c00kie",
  ])
    expect(all).not.toContain(secret);
});

const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
