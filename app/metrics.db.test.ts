import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { judgeConnectors } from "./modules/checks/judge-connectors.server.ts";
import { renderMetrics } from "./platform/metrics.server.ts";
import { withShop } from "./platform/tenant.server.ts";

const SHOP = "counted.myshopify.com";
let database: TestDatabase;
let shopId: string;
let port: number;
let web: WebServer;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  const insert = (statement: string) => database.owner.query(statement);
  const { rows } = await insert(`INSERT INTO shops (domain) VALUES ('${SHOP}') RETURNING id`);
  shopId = rows[0].id;
  await insert("INSERT INTO shop_health (shop_id) SELECT id FROM shops");
  // Late by more than 24 hours: a warning. The other is fresh.
  await insert(
    `INSERT INTO connectors (shop_id, source, engine, last_succeeded_at, created_at)
     SELECT id, source, 'push', now() - CASE source WHEN 'ga4' THEN interval '30 hours' ELSE interval '5 minutes' END, now() - interval '90 days'
     FROM shops CROSS JOIN unnest(ARRAY['ga4', 'klaviyo']) AS source`,
  );
  await insert(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) SELECT shop_id, id, c FROM connectors CROSS JOIN unnest(ARRAY['freshness', 'sync_failed']) c",
  );
  port = await freePort();
  web = await startWebServer({ METRICS_PORT: String(port) });
});
afterAll(async () => {
  worker?.kill("SIGKILL");
  await web?.stop();
  await database?.drop();
});

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((found) =>
    probe.listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => found(free));
    }),
  );
}

const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
/** The values under a name, by their labels. */
async function valuesOf(name: string): Promise<Record<string, number>> {
  return Object.fromEntries(
    (await scrape()).split("\n").flatMap((line) => {
      const [, found, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return found === name ? [[labels, Number(value)]] : [];
    }),
  );
}
const oneValueOf = async (name: string, labels = "") => (await valuesOf(name))[labels];
const sum = (values: Record<string, number>) => Object.values(values).reduce((all, one) => all + one, 0);
const eventually = (assertion: () => Promise<void>) =>
  vi.waitFor(assertion, { timeout: 30_000, interval: 200 });

describe("after the start", () => {
  it("has every name, as Prometheus reads it, at zero", async () => {
    const expected = {
      dq_freshness_check_duration_seconds_count: 1,
      dq_freshness_check_failures_total: 13 * 3,
      dq_anomaly_check_detections_total: 16 * 3,
      dq_incident_created_total: 3,
      dq_incident_resolved_total: 3 * 2,
      dq_backfill_requested_total: 13,
      dq_backfill_completed_total: 3,
      dq_alert_deliveries_total: 3 * 4,
      dq_ingest_reports_total: 4 * 5,
      dq_airbyte_polls_total: 7,
    };
    for (const [name, combinations] of Object.entries(expected)) {
      const values = await valuesOf(name);
      expect(Object.keys(values), name).toHaveLength(combinations);
      expect(sum(values), name).toBe(0);
    }
    expect(await oneValueOf("dq_freshness_check_duration_seconds_bucket", 'le="+Inf"')).toBe(0);
    expect(Object.keys(await valuesOf("dq_queue_jobs")).sort()).toEqual(
      ["failed", "ready", "running", "scheduled"].map((state) => `state="${state}"`),
    );
    expect(await oneValueOf("dq_queue_oldest_job_seconds")).toBe(0);
    for (const [name, series] of Object.entries({
      dq_shops: 1,
      dq_incident_open: 3,
      dq_airbyte_workspaces: 2,
      dq_backfill_active: 6,
      dq_backfill_oldest_seconds: 6,
      dq_backfill_overdue_seconds: 1,
      dq_alert_overdue_seconds: 1,
      dq_alert_channel_broken: 2,
      dq_worker_processes: 1,
      db_client_connections: 2,
      db_client_connections_pending: 1,
    }))
      expect(Object.keys(await valuesOf(name)), name).toHaveLength(series);
    expect(await oneValueOf("dq_shops")).toBe(1);
    expect(await oneValueOf("db_client_connections_max")).toBe(10);
    expect(await oneValueOf("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
    expect(await oneValueOf("dq_job_attempts_total", 'task="dq.run_batch",outcome="done"')).toBe(0);
  });

  it("has no heartbeat before the runner ever finished a tick: unknown is not zero", async () => {
    expect(await valuesOf("dq_runner_heartbeat_age_seconds")).toEqual({});
    expect(await valuesOf("dq_runner_tick_seconds")).toEqual({});
    expect(await valuesOf("dq_worker_heartbeat_age_seconds")).toEqual({});
    expect(await oneValueOf("dq_worker_processes")).toBe(0);
  });

  it("grows its processor time, which is a counter, and not its memory", async () => {
    const before = (await oneValueOf("process_cpu_seconds_total"))!;
    for (let each = 0; each < 5; each += 1) await scrape();
    expect(await oneValueOf("process_cpu_seconds_total")).toBeGreaterThan(before);
    expect(await scrape()).toContain("# TYPE process_cpu_seconds_total counter\n");
    expect(await scrape()).toContain("# TYPE process_resident_memory_bytes gauge\n");
  });

  it("answers GET /metrics as text that Prometheus takes, and nothing else", async () => {
    const at = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method });
    const answer = await at("/metrics?x=1");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    for (const line of (await answer.text()).split("\n"))
      expect(line).toMatch(/^$|^# (HELP|TYPE|UNIT) \w+ .+$|^\w+(\{(\w+="[^"]*",?)+\})? \S+$/);
    expect((await at("/metrics", "POST")).status).toBe(405);
    expect((await at("/")).status).toBe(404);
    expect((await fetch(`${web.url}/metrics`)).status).toBe(404);
  });
});

it("what stands is counted over all shops, with zeros for what is not there", async () => {
  await database.owner.query(
    "INSERT INTO airbyte_workspaces (shop_id, workspace_id, unreachable_since) SELECT id, gen_random_uuid(), now() FROM shops",
  );
  await database.owner.query(
    `INSERT INTO backfill_jobs (shop_id, connector_id, source, start_day, end_day, requested_by, requested_role, status, created_at, due_at)
     SELECT shop_id, id, source, '2026-01-01', '2026-01-02', 'x', 'merchant', 'running', now() - interval '2 hours', now() - interval '20 minutes'
     FROM connectors WHERE source = 'ga4'`,
  );
  expect(await valuesOf("dq_airbyte_workspaces")).toEqual({
    'state="reachable"': 0,
    'state="unreachable"': 1,
  });
  expect(await oneValueOf("dq_backfill_active", 'status="running"')).toBe(1);
  expect(await oneValueOf("dq_backfill_active", 'status="queued"')).toBe(0);
  expect(Math.round((await oneValueOf("dq_backfill_oldest_seconds", 'status="running"'))! / 60)).toBe(120);
  expect(Math.round((await oneValueOf("dq_backfill_overdue_seconds"))! / 60)).toBe(20);
  await database.owner.query("DELETE FROM backfill_jobs");
  expect(await oneValueOf("dq_backfill_overdue_seconds")).toBe(0);
});

describe("a judged batch", () => {
  it("of the worker is seen on the web process' port: time, failure, incident, job, heartbeat", async () => {
    worker = spawn(process.execPath, ["jobs/worker.ts"], {
      env: { ...process.env, LOG_LEVEL: "silent", METRICS_PORT: String(port) },
      stdio: "ignore",
    });
    await database.owner.query("SELECT graphile_worker.add_job('dq.run', '{}')");
    await eventually(async () => {
      expect(await oneValueOf("dq_freshness_check_duration_seconds_count")).toBeGreaterThanOrEqual(1);
    });
    expect(await oneValueOf("dq_freshness_check_failures_total", 'source="ga4",severity="warning"')).toBe(1);
    expect(sum(await valuesOf("dq_freshness_check_failures_total"))).toBe(1);
    expect(await valuesOf("dq_incident_created_total")).toEqual({
      'severity="warning"': 1,
      'severity="high"': 0,
      'severity="critical"': 0,
    });
    await eventually(async () => {
      expect(
        await oneValueOf("dq_job_attempts_total", 'task="dq.run_batch",outcome="done"'),
      ).toBeGreaterThanOrEqual(1);
    });
    for (const name of ["dq_runner_heartbeat_age_seconds", "dq_worker_heartbeat_age_seconds"]) {
      const age = await oneValueOf(name);
      expect(age, name).toBeGreaterThanOrEqual(0);
      expect(age, name).toBeLessThan(60);
    }
    expect(await oneValueOf("dq_worker_processes")).toBe(1);
    expect(await oneValueOf("dq_worker_resident_memory_bytes")).toBeGreaterThan(10_000_000);
    expect(await oneValueOf("dq_runner_unfinished_tick_seconds")).toBe(0);
    expect(await oneValueOf("dq_incident_open", 'severity="warning"')).toBe(1);
    expect(
      await oneValueOf("dq_job_duration_seconds_count", 'task="dq.run_batch",outcome="done"'),
    ).toBeGreaterThanOrEqual(1);
  });

  it("of a pass by hand is seen as well, before its process has gone", async () => {
    await database.owner.query("UPDATE connectors SET last_succeeded_at = now() WHERE source = 'ga4'");
    const before = (await oneValueOf("dq_freshness_check_duration_seconds_count"))!;
    await promisify(execFile)(process.execPath, ["jobs/run-once.ts", "dq"], { env: process.env });
    expect(await oneValueOf("dq_freshness_check_duration_seconds_count")).toBeGreaterThan(before);
    expect(await oneValueOf("dq_incident_resolved_total", 'severity="warning",how="auto"')).toBe(1);
  });

  it("by hand over all shops stands as a tick that has ended; one over a single shop does not", async () => {
    const ticks = async () => (await database.owner.query("SELECT 1 FROM runner_ticks")).rowCount;
    const pass = (...args: string[]) =>
      promisify(execFile)(process.execPath, ["jobs/run-once.ts", "dq", ...args], { env: process.env });
    const before = (await ticks())!;
    await pass(`--shop=${SHOP}`);
    expect(await ticks()).toBe(before);
    await pass();
    expect(await ticks()).toBe(before + 1);
    expect(await oneValueOf("dq_runner_heartbeat_age_seconds")).toBeLessThan(10);
  });

  it("that is rolled back counts nothing", async () => {
    await database.owner.query("UPDATE connectors SET last_succeeded_at = now() - interval '30 days'");
    const judge = (isKept: boolean) =>
      withShop(shopId, async (tx) => {
        const judged = await judgeConnectors(tx, { shopIds: [shopId], now: new Date(), isFullPass: true });
        if (!isKept) throw new Error("taken back");
        return judged;
      });
    const before = sum(await valuesOf("dq_incident_created_total"));
    await expect(judge(false)).rejects.toThrow("taken back");
    const own = async () =>
      /^dq_incident_created_total\{severity="critical"\} (\d+)$/m.exec(await renderMetrics())![1];
    expect(await own()).toBe("0");
    expect((await judge(true)).changes).toBeGreaterThan(0);
    expect(Number(await own())).toBe(1);
    // klaviyo's is new; ga4's, solved a moment ago, was reopened.
    expect(sum(await valuesOf("dq_incident_created_total"))).toBe(before + 1);
  });
});

it("a report of a pipeline is counted by its door and by what became of it", async () => {
  const post = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${web.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: "{}",
    });
  expect((await post("/api/ingest/sync-runs")).status).toBe(401);
  expect((await post("/api/v1/lineage", { authorization: "Bearer shk_nobody" })).status).toBe(401);
  expect((await post("/api/ingest/sync-runs", { "content-type": "text/plain" })).status).toBe(415);
  const of = (door: string, outcome: string) =>
    oneValueOf("dq_ingest_reports_total", `door="${door}",outcome="${outcome}"`);
  expect(await of("push", "unauthenticated")).toBe(1);
  expect(await of("lineage", "unauthenticated")).toBe(1);
  expect(await of("push", "invalid")).toBe(1);
  expect(await of("push", "accepted")).toBe(0);
});

describe("requests", () => {
  it("are timed by method, route and class of status", async () => {
    const headers = { authorization: `Bearer ${await mintSessionToken(SHOP)}` };
    const labels = (method: string, route: string, status: string) =>
      `method="${method}",route="${route}",status="${status}"`;
    const before = await valuesOf("http_server_request_duration_seconds_count");
    await fetch(`${web.url}/api/sync-health/summary`, { headers });
    await fetch(`${web.url}/api/sync-health/connector/${shopId}`, { headers });
    await fetch(`${web.url}/api/sync-healthy`, { headers });
    await fetch(`${web.url}/${SHOP}`);
    await fetch(`${web.url}/healthz`, { method: "POST" });
    await fetch(`${web.url}/healthz`, { method: "PROPFIND" });
    const more = async (method: string, route: string, status: string) => {
      const key = labels(method, route, status);
      return (
        ((await oneValueOf("http_server_request_duration_seconds_count", key)) ?? 0) - (before[key] ?? 0)
      );
    };
    await eventually(async () => {
      expect(await more("GET", "/api/sync-health/summary", "2xx")).toBe(1);
      expect(await more("GET", "/api/sync-health/connector/:id", "4xx")).toBe(1);
      expect(await more("GET", "/api/*", "4xx")).toBe(1);
      expect(await more("GET", "other", "4xx")).toBe(1);
      expect(await more("POST", "/healthz", "4xx")).toBe(1);
      expect(await more("other", "/healthz", "4xx")).toBe(1);
    });
  });
});

it("names no shop, no id and no address", async () => {
  const text = await scrape();
  expect(text).not.toMatch(/myshopify/);
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/i);
  const { rows } = await database.owner.query(
    "SELECT DISTINCT jsonb_object_keys(labels) AS label FROM metric_totals",
  );
  expect(rows.map(({ label }) => label).sort()).toEqual([
    "door",
    "how",
    "method",
    "outcome",
    "route",
    "severity",
    "source",
    "status",
    "task",
  ]);
});

describe("the process", () => {
  it("goes on from where it was when it starts again", async () => {
    const before = await valuesOf("dq_incident_created_total");
    expect(await web.stop()).toBe(0);
    await expect(scrape()).rejects.toThrow();
    web = await startWebServer({ METRICS_PORT: String(port) });
    expect(await valuesOf("dq_incident_created_total")).toEqual(before);
  });

  it("does not start when METRICS_PORT is taken, and says so", async () => {
    await expect(startWebServer({ METRICS_PORT: String(port) })).rejects.toThrow(
      `METRICS_PORT ${port} is taken`,
    );
  });

  it("serves no metrics without METRICS_PORT, and needs none", async () => {
    const plain = await startWebServer({ METRICS_PORT: "" });
    expect((await fetch(`${plain.url}/healthz`)).status).toBe(200);
    expect(await plain.stop()).toBe(0);
  });
});

it("answers what it knows while the database is away, and counts what happens meanwhile", async () => {
  worker?.kill("SIGTERM");
  if (worker && worker.exitCode === null && worker.signalCode === null) await once(worker, "exit");
  const name = new URL(database.appUrl).pathname.slice(1);
  const before = await valuesOf("dq_incident_created_total");
  const requests = (values: Record<string, number>) =>
    values['method="GET",route="/api/sync-health/summary",status="5xx"'] ?? 0;
  await database.owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT 0`);
  await database.owner.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  try {
    expect(await oneValueOf("dq_database_up")).toBe(0);
    expect(await valuesOf("dq_incident_created_total")).toEqual(before);
    expect(await valuesOf("dq_queue_jobs")).toEqual({});
    expect(await valuesOf("dq_runner_heartbeat_age_seconds")).toEqual({});
    const headers = { authorization: `Bearer ${await mintSessionToken(SHOP)}` };
    expect((await fetch(`${web.url}/api/sync-health/summary`, { headers })).status).toBe(503);
    await eventually(async () => {
      expect(requests(await valuesOf("http_server_request_duration_seconds_count"))).toBe(1);
    });
  } finally {
    await database.owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
  }
  expect(await oneValueOf("dq_database_up")).toBe(1);
  expect(requests(await valuesOf("http_server_request_duration_seconds_count"))).toBe(1);
  expect(await valuesOf("dq_incident_created_total")).toEqual(before);
  expect(Object.keys(await valuesOf("dq_queue_jobs"))).toHaveLength(4);
});
