import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withShop, withShops } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import { type Source, sourceKeys } from "../connectors/sources.ts";
import { liftBlock } from "../dashboards/lift-block.server.ts";
import { resolveIncident, snoozeIncident } from "../incidents/act-on-incident.server.ts";
import type { Shop } from "../shops/shop.ts";
import { loadHealth } from "./load-health.server.ts";
import { saveShopHealth } from "./shop-health.store.server.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const now = new Date();
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

/** What is stored of a shop, and what its merchant's summary says. */
async function storedAndShown(shop: Shop, at = now) {
  const { rows } = await database.owner.query(
    "SELECT score, status, blocked, worst_severity, open_incidents FROM shop_health WHERE shop_id = $1",
    [shop.id],
  );
  const { summary } = await withShop(shop.id, (tx) => loadHealth(tx, shop, at));
  const worst = ["critical", "high", "warning"].find((severity) =>
    summary.connectors.some((connector) => connector.severity === severity),
  );
  const shown = {
    score: summary.score,
    status: summary.status,
    blocked: summary.blocked,
    worst_severity: worst ?? null,
  };
  const { open_incidents: openIncidents, ...stored } = rows[0];
  return { stored, shown, openIncidents };
}

const problem = fc.record({
  check: fc.constantFrom("freshness", "sync_failed", "row_count_drop", "empty_table", "tenant_isolation"),
  severity: fc.constantFrom("warning", "high", "critical"),
  outcome: fc.constantFrom("late", "cannot_sync", "failed", "never_synced"),
  status: fc.constantFrom("open", "acknowledged", "resolved"),
  snoozedFor: fc.constantFrom(null, -10, 60),
});
const connector = fc.record({
  source: fc.constantFrom(...sourceKeys),
  engine: fc.constantFrom("airbyte" as const, "push" as const),
  isPaused: fc.boolean(),
  minutes: fc.constantFrom(null, 5, 130, 470, 481, 5_761, 90_000),
  slaWarningMinutes: fc.constantFrom(null, null, 60, 10_000),
  freshness: fc.constantFrom("fresh", "late", "never_synced", "first_import_running", "not_judged"),
  volume: fc.constantFrom(null, "learning", "passed", "not_enough_volume"),
  problems: fc.uniqueArray(problem, { maxLength: 3, selector: ({ check }) => check }),
});
const shopFacts = fc.record({
  connectors: fc.uniqueArray(connector, { maxLength: 5, selector: ({ source }) => source }),
  isUnseen: fc.boolean(),
  lifts: fc.boolean(),
});

type ShopFacts = typeof shopFacts extends fc.Arbitrary<infer Facts> ? Facts : never;

async function makeRandomShop(facts: ShopFacts): Promise<Shop> {
  const { owner } = database;
  const shop = await makeShop(owner, { checkedAt: now });
  await owner.query(
    "INSERT INTO airbyte_workspaces (shop_id, workspace_id, last_polled_at, unreachable_since) VALUES ($1, gen_random_uuid(), $2, $3)",
    [shop.id, minutesAgo(300), facts.isUnseen ? minutesAgo(200) : null],
  );
  for (const one of facts.connectors) {
    const { id } = await makeConnector(owner, shop.id, one.source as Source, {
      engine: one.engine,
      createdAt: minutesAgo(100_000),
      pausedAt: one.isPaused ? minutesAgo(10) : null,
      lastSucceededAt: one.minutes === null ? null : minutesAgo(one.minutes),
      slaWarningMinutes: one.slaWarningMinutes,
    });
    await owner.query(
      "UPDATE dq_checks SET outcome = $2 WHERE connector_id = $1 AND check_name = 'freshness'",
      [id, one.freshness],
    );
    if (one.volume)
      await owner.query(
        "INSERT INTO dq_checks (shop_id, connector_id, check_name, outcome) VALUES ($1, $2, 'volume_anomaly', $3)",
        [shop.id, id, one.volume],
      );
    for (const { check, severity, outcome, status, snoozedFor } of one.problems) {
      await owner.query(
        `INSERT INTO dq_checks (shop_id, connector_id, check_name, outcome, severity) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (shop_id, connector_id, check_name) DO UPDATE SET severity = excluded.severity, outcome = excluded.outcome`,
        [shop.id, id, check, outcome, severity],
      );
      await owner.query(
        `INSERT INTO dq_incidents (shop_id, connector_id, check_name, severity, title, detail, opened_at, status, resolved_at, snoozed_until)
         VALUES ($1, $2, $3, $4, 'It is wrong', '', now(), $5, CASE WHEN $5 = 'resolved' THEN now() END, $6)`,
        [
          shop.id,
          id,
          check,
          severity,
          status,
          snoozedFor === null ? null : new Date(now.getTime() + snoozedFor * 60_000),
        ],
      );
    }
  }
  if (facts.lifts) await liftSomething(shop);
  return shop;
}

async function liftSomething(shop: Shop): Promise<void> {
  const { dashboards } = await withShop(shop.id, (tx) => loadHealth(tx, shop, now));
  for (const { key } of dashboards.filter(({ blocked }) => blocked).slice(0, 4))
    await withShop(shop.id, (tx) =>
      liftBlock(
        tx,
        { shop, actor: { role: "admin", name: "grace@example.com" }, requestId: "r" },
        { dashboard: key, reason: "Seen", expiresAt: minutesAgo(-60) },
        now,
      ),
    );
}

test("what is stored of a shop is what its summary says, whatever its connectors are like", async () => {
  const shops: Shop[] = [];
  await fc.assert(
    fc.asyncProperty(shopFacts, async (facts) => {
      shops.push(await makeRandomShop(facts));
    }),
    { numRuns: 80, seed: 20261125 },
  );
  const ids = shops.map(({ id }) => id);
  await withShops(ids, (tx) => saveShopHealth(tx, ids, now));
  const seen = new Set<string>();
  for (const shop of shops) {
    const { stored, shown } = await storedAndShown(shop);
    expect(stored).toEqual(shown);
    seen.add(`${stored.status} ${stored.blocked} ${stored.worst_severity}`);
  }
  // The shops were not all alike.
  expect(seen.size).toBeGreaterThan(6);
});

describe("it follows", () => {
  let shop: Shop;
  let connectorId: string;
  const judge = (at = now, isFullPass = true) =>
    withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now: at, isFullPass }));
  const prepare = async () => {
    shop = await makeShop(database.owner);
    connectorId = (
      await makeConnector(database.owner, shop.id, "shopify_orders", { lastSucceededAt: minutesAgo(300) })
    ).id;
    await makeConnector(database.owner, shop.id, "ga4", { lastSucceededAt: minutesAgo(5) });
    await judge();
  };

  test("the first check of a shop, and a recovery between two checks", async () => {
    await prepare();
    expect((await storedAndShown(shop)).stored).toEqual({
      score: 48,
      status: "degraded",
      blocked: false,
      worst_severity: "high",
    });
    await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [
      connectorId,
      now,
    ]);
    await judge(now, false);
    expect((await storedAndShown(shop)).stored).toEqual({
      score: 100,
      status: "healthy",
      blocked: false,
      worst_severity: null,
    });
  });

  test.each(["snooze", "resolve"] as const)("staff who %s the incident", async (what) => {
    await prepare();
    const { rows } = await database.owner.query("SELECT id FROM dq_incidents WHERE shop_id = $1", [shop.id]);
    const by = { actor: { role: "support", name: "ada@example.com" } as const, now, requestId: "r" };
    await withShop(shop.id, (tx) =>
      what === "snooze"
        ? snoozeIncident(tx, rows[0].id, { until: minutesAgo(-60), reason: "Known" }, by)
        : resolveIncident(tx, rows[0].id, { reason: "expected", comment: "" }, by),
    );
    const { stored, shown, openIncidents } = await storedAndShown(shop);
    expect(stored).toEqual(shown);
    // Somebody knows of it, or says that it was to be expected: the second does not make old data new.
    expect(stored).toMatchObject(
      what === "snooze"
        ? { status: "healthy", worst_severity: null }
        : { status: "degraded", worst_severity: "high" },
    );
    expect(openIncidents).toBe(what === "snooze" ? 1 : 0);
  });

  test("a lift that ends by itself, at the next check", async () => {
    await prepare();
    await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [
      connectorId,
      minutesAgo(900),
    ]);
    await judge();
    await liftSomething(shop);
    await liftSomething(shop);
    const lifted = await storedAndShown(shop);
    expect(lifted.stored).toMatchObject({ blocked: false });
    const later = new Date(now.getTime() + 61 * 60_000);
    await judge(later);
    expect((await storedAndShown(shop, later)).stored).toMatchObject({ blocked: true, score: 25 });
  });
});

test("a shop's health is written by its own transaction only", async () => {
  const mine = await makeShop(database.owner);
  const theirs = await makeShop(database.owner);
  await makeConnector(database.owner, theirs.id, "ga4", { id: randomUUID(), lastSucceededAt: now });
  await database.owner.query("UPDATE shop_health SET score = 7 WHERE shop_id = $1", [theirs.id]);
  await withShop(mine.id, (tx) => saveShopHealth(tx, [mine.id, theirs.id], now));
  const { rows } = await database.owner.query("SELECT score FROM shop_health WHERE shop_id = $1", [
    theirs.id,
  ]);
  expect(rows[0].score).toBe(7);
});
