import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withShop, withShops } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { getConnectorDetail } from "../connectors/get-connector.server.ts";
import { sourceKeys } from "../connectors/sources.ts";
import { evaluateFreshness, slaFromWarning } from "../freshness/freshness.ts";
import { getSummary } from "../health/get-summary.server.ts";
import { loadHome } from "../health/load-home.server.ts";
import type { Shop } from "../shops/shop.ts";
import { judgeConnectors } from "./judge-connectors.server.ts";
import { runBatch, runOnePass, startTick } from "./run-tick.server.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const minutesAgo = (minutes: number, now = new Date()) => new Date(now.getTime() - minutes * 60_000);

async function judge(shop: Shop, now: Date) {
  return withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now, isFullPass: true }));
}

async function summaryOf(shop: Shop, now: Date) {
  return withShop(shop.id, (tx) => getSummary(tx, shop, now));
}

describe("Shopify Orders, limits of 2, 4 and 8 hours", () => {
  test.each([
    [119, null, "healthy", false],
    [120, null, "healthy", false],
    [121, "warning", "delayed", false],
    [240, "warning", "delayed", false],
    [241, "high", "delayed", false],
    [480, "high", "delayed", false],
    [481, "critical", "error", true],
  ] as const)(
    "%i minutes after the last success: %s, %s, blocked %s",
    async (minutes, severity, status, blocked) => {
      const shop = await makeShop(database.owner);
      const now = new Date();
      await makeConnector(database.owner, shop.id, "shopify_orders", {
        lastSucceededAt: minutesAgo(minutes, now),
      });
      await makeConnector(database.owner, shop.id, "ga4", { lastSucceededAt: minutesAgo(5, now) });
      await judge(shop, now);
      const summary = await summaryOf(shop, now);
      const orders = summary.connectors.find((connector) => connector.source === "shopify_orders")!;
      expect({
        severity: orders.severity,
        status: orders.status,
        blocked: summary.blocked,
        minutes: orders.minutesSinceSync,
      }).toEqual({
        severity,
        status,
        blocked,
        minutes,
      });
      expect(summary.deductions.reduce((sum, deduction) => sum + deduction.points, 0)).toBe(
        100 - summary.score!,
      );
      expect(orders.openIncidents).toBe(severity ? 1 : 0);
    },
  );
});

test("the statement and the pure function agree on every combination of facts", async () => {
  const now = new Date();
  const facts = fc.record({
    age: fc.option(fc.integer({ min: 0, max: 6000 }), { nil: null }),
    added: fc.integer({ min: 0, max: 6000 }),
    running: fc.boolean(),
    firstRun: fc.integer({ min: 0, max: 6000 }),
    override: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: null }),
    // Half a second either way, so that flooring is tested too.
    jitterMs: fc.integer({ min: 0, max: 59_999 }),
  });
  await fc.assert(
    fc.asyncProperty(facts, async (fact) => {
      const shop = await makeShop(database.owner);
      const at = (minutes: number) => new Date(now.getTime() - minutes * 60_000 - fact.jitterMs);
      const stored = {
        createdAt: at(fact.added),
        lastSucceededAt: fact.age === null ? null : at(fact.age),
        runningSince: fact.running ? at(1) : null,
        firstRunStartedAt: fact.running ? at(fact.firstRun) : null,
        slaWarningMinutes: fact.override,
      };
      const { id } = await makeConnector(database.owner, shop.id, "recharge", stored);
      await judge(shop, now);
      const expected = evaluateFreshness({
        lastSucceededAt: stored.lastSucceededAt,
        addedAt: stored.createdAt,
        firstRunStartedAt: stored.firstRunStartedAt,
        runningSince: stored.runningSince,
        sla: slaFromWarning(fact.override ?? 120),
        asOf: now,
      });
      const { rows } = await database.owner.query(
        "SELECT outcome, severity, value FROM dq_results WHERE connector_id = $1 AND check_name = 'freshness'",
        [id],
      );
      expect(rows).toEqual([
        {
          outcome: expected.state,
          severity: "severity" in expected ? expected.severity : null,
          value: "ageMinutes" in expected ? expected.ageMinutes : expected.waitingMinutes,
        },
      ]);
    }),
    { numRuns: 60 },
  );
});

test("a failure that will not heal is high at once; an unknown one is a warning from the third in a row", async () => {
  const shop = await makeShop(database.owner);
  const now = new Date();
  const fresh = { lastSucceededAt: minutesAgo(5, now), lastFailedAt: minutesAgo(1, now) };
  await makeConnector(database.owner, shop.id, "meta_ads", {
    ...fresh,
    failuresInARow: 1,
    lastFailureReason: "credentials",
  });
  await makeConnector(database.owner, shop.id, "google_ads", {
    ...fresh,
    failuresInARow: 2,
    lastFailureReason: "unknown",
  });
  await makeConnector(database.owner, shop.id, "tiktok_ads", {
    ...fresh,
    failuresInARow: 3,
    lastFailureReason: "unknown",
  });
  await judge(shop, now);
  const { connectors } = await summaryOf(shop, now);
  expect(Object.fromEntries(connectors.map((one) => [one.source, [one.status, one.severity]]))).toEqual({
    meta_ads: ["error", "high"],
    google_ads: ["healthy", null],
    tiktok_ads: ["delayed", "warning"],
  });
});

test("an incident opens, escalates, resolves and is the same one when it comes back within a day", async () => {
  const shop = await makeShop(database.owner);
  const start = new Date(Date.now() - 40 * 3_600_000);
  const { id } = await makeConnector(database.owner, shop.id, "shopify_orders", {
    lastSucceededAt: minutesAgo(121, start),
    createdAt: minutesAgo(9000),
  });
  const later = (hours: number) => new Date(start.getTime() + hours * 3_600_000);
  const succeed = (at: Date) =>
    database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [id, at]);
  await judge(shop, start);
  await judge(shop, later(3));
  await judge(shop, later(4));
  await succeed(later(5));
  await judge(shop, later(5));
  await judge(shop, later(8));
  const { rows: incidents } = await database.owner.query(
    "SELECT status, severity, reopened_count FROM dq_incidents WHERE connector_id = $1",
    [id],
  );
  expect(incidents).toEqual([{ status: "open", severity: "warning", reopened_count: 1 }]);
  const { rows: timeline } = await database.owner.query(
    "SELECT kind, severity FROM incident_events WHERE shop_id = $1 ORDER BY at",
    [shop.id],
  );
  expect(timeline.map((event) => `${event.kind} ${event.severity}`)).toEqual([
    "opened warning",
    "escalated high",
    "auto_resolved null",
    "reopened warning",
  ]);
});

test("what we cannot see is unknown, judged as of the last look, and never gets worse", async () => {
  const shop = await makeShop(database.owner);
  const now = new Date();
  await makeConnector(database.owner, shop.id, "shopify_orders", {
    engine: "airbyte",
    lastSucceededAt: minutesAgo(600, now),
  });
  await database.owner.query(
    "INSERT INTO airbyte_workspaces (shop_id, workspace_id, last_polled_at, unreachable_since) VALUES ($1, gen_random_uuid(), $2, $3)",
    [shop.id, minutesAgo(550, now), minutesAgo(545, now)],
  );
  await judge(shop, now);
  const summary = await summaryOf(shop, now);
  expect(summary).toMatchObject({ score: null, status: "unknown", blocked: false });
  expect(summary.connectors[0]).toMatchObject({ status: "unknown", severity: null });
});

test("when the runner is two intervals late nothing is green", async () => {
  const shop = await makeShop(database.owner, { checkedAt: minutesAgo(31) });
  await makeConnector(database.owner, shop.id, "ga4", { lastSucceededAt: minutesAgo(5) });
  const summary = await summaryOf(shop, new Date());
  expect(summary).toMatchObject({ stale: true, status: "unknown", score: null });
  expect(summary.connectors[0]?.status).toBe("unknown");
});

test("a paused connector neither alarms nor keeps an alarm", async () => {
  const shop = await makeShop(database.owner);
  const now = new Date();
  const { id } = await makeConnector(database.owner, shop.id, "ga4", {
    lastSucceededAt: minutesAgo(9000, now),
  });
  await judge(shop, minutesAgo(15, now));
  expect((await summaryOf(shop, now)).connectors[0]).toMatchObject({ status: "error", openIncidents: 1 });
  await database.owner.query("UPDATE connectors SET paused_at = now() WHERE id = $1", [id]);
  await judge(shop, now);
  expect((await summaryOf(shop, now)).connectors[0]).toMatchObject({
    status: "paused",
    severity: null,
    openIncidents: 0,
  });
});

test("a tick runs once, a batch once, and a superseded batch ends as done", async () => {
  const tick = new Date(Date.now() - 3_600_000);
  await makeShop(database.owner);
  const first = await startTick(tick);
  expect(first.batches).toBeGreaterThan(0);
  expect(await startTick(tick)).toEqual({ batches: 0 });
  expect(await runBatch(tick, 0, new Date())).toBe("judged");
  expect(await runBatch(tick, 0, new Date())).toBe("finished_before");
  await startTick(new Date());
  expect(await runBatch(tick, 0, new Date())).toBe("superseded");
});

test("the pages' loaders answer for a shop with and without connectors", async () => {
  const now = new Date();
  const empty = await makeShop(database.owner);
  expect(await withShop(empty.id, (tx) => loadHome(tx, empty, now))).toMatchObject({
    summary: { score: null, status: "unknown", connectors: [] },
    incidents: [],
  });
  const shop = await makeShop(database.owner, { timeZone: "America/New_York" });
  const { id } = await makeConnector(database.owner, shop.id, "shopify_orders", {
    lastSucceededAt: minutesAgo(500, now),
  });
  await runOnePass(now, [shop.id]);
  const home = await withShop(shop.id, (tx) => loadHome(tx, shop, now));
  expect(home.strips[id]).toHaveLength(30);
  expect(home.incidents[0]).toMatchObject({
    check: "freshness",
    severity: "critical",
    affectedDashboards: ["revenue", "marketing", "subscriptions"],
  });
  const detail = await withShop(shop.id, (tx) => getConnectorDetail(tx, shop, id, now));
  expect(detail.history).toHaveLength(90);
  expect(detail.history.at(-1)?.state).toBe("critical");
  expect(detail.checks.map((check) => check.check)).toEqual(["freshness", "sync_failed"]);
  await expect(withShops([empty.id], (tx) => getConnectorDetail(tx, empty, id, now))).rejects.toMatchObject({
    code: "not_found",
  });
});

test("Home takes at most eight statements, whatever the number of connectors", async () => {
  const shop = await makeShop(database.owner, { checkedAt: new Date() });
  for (const source of sourceKeys)
    await makeConnector(database.owner, shop.id, source, { lastSucceededAt: minutesAgo(5) });
  let statements = 0;
  await withShop(shop.id, (tx) => {
    const counting = new Proxy(tx, {
      get(target, name, receiver) {
        const value = Reflect.get(target, name, receiver);
        if (
          name === "$queryRaw" ||
          name === "$executeRaw" ||
          (typeof name === "string" && typeof value === "object")
        )
          statements += 1;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return loadHome(counting, shop, new Date());
  });
  expect(statements).toBeGreaterThan(0);
  expect(statements).toBeLessThanOrEqual(8);
});

test("a judge that has waited for another one of several shops goes on", async () => {
  const shops = await Promise.all([1, 2, 3].map(() => makeShop(database.owner)));
  const shopIds = shops.map(({ id }) => id);
  const now = new Date();
  const judgeAll = (then?: () => Promise<void>) =>
    withShops(shopIds, async (tx) => {
      await judgeConnectors(tx, { shopIds, now, isFullPass: true });
      await then?.();
    });
  let second: Promise<void> | undefined;
  await judgeAll(async () => {
    second = judgeAll();
    await waitingForALock();
  });
  await second;
});

async function waitingForALock(): Promise<void> {
  const waits =
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  while ((await database.owner.query(waits)).rowCount === 0)
    await new Promise((done) => setTimeout(done, 10));
}
