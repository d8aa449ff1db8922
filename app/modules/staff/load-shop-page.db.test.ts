import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enqueue } from "#app/platform/queue.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { insertFullShop, newAnchors } from "#e2e/support/rows.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { job } from "#jobs/catalog.ts";
import type { Shop } from "../shops/shop.ts";
import { loadStaffIncident } from "./load-incident.server.ts";
import { loadShopPage } from "./load-shop-page.server.ts";
import { type ShopTab, type ShopTabContent, shopTabs } from "./shop-page.ts";

let database: TestDatabase;
let shop: Shop & { uninstalledAt: null };
let connectorId: string;
let theirs: ReturnType<typeof newAnchors>;
const now = new Date();
const secret = "shpat_0123456789abcdef";

beforeAll(async () => {
  database = await createTestDatabase();
  const { owner } = database;
  theirs = newAnchors();
  await insertFullShop(owner, theirs);
  shop = { ...(await makeShop(owner, { checkedAt: now })), uninstalledAt: null };
  connectorId = (
    await makeConnector(owner, shop.id, "meta_ads", {
      engine: "airbyte",
      createdAt: new Date(now.getTime() - 86_400_000 * 9),
      lastSucceededAt: new Date(now.getTime() - 3_600_000 * 50),
      failuresInARow: 1,
      lastFailureReason: "unknown",
    })
  ).id;
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, failure_reason, error_message) VALUES
       ($1, $2, '1', 'failed', now() - interval '2 minutes', now() - interval '1 minute', 'unknown', $3),
       ($1, $2, '2', 'succeeded', now() - interval '4 minutes', now() - interval '3 minutes', NULL, NULL)`,
    [shop.id, connectorId, `GET https://x.example/?access_token=${secret} answered 500`],
  );
  await owner.query(
    `INSERT INTO backfill_jobs (shop_id, connector_id, source, status, reason, start_day, end_day, requested_by, requested_role, engine_state)
     VALUES ($1, $2, 'meta_ads', 'needs_operator', 'unsafe_destination', '2026-11-01', '2026-11-02', 'sam@example.com', 'support', $3)`,
    [shop.id, connectorId, JSON.stringify({ step: "check", token: secret })],
  );
  await withShop(shop.id, (tx) =>
    enqueue(tx, [job("connectors.sync", { shopId: shop.id, connectorId }, { jobKey: "mine" })]),
  );
  await withShop(theirs.shopId, (tx) =>
    enqueue(tx, [
      job(
        "connectors.sync",
        { shopId: theirs.shopId, connectorId: theirs.connectorId },
        { jobKey: "theirs" },
      ),
    ]),
  );
  await owner.query(
    "UPDATE graphile_worker._private_jobs SET attempts = max_attempts, last_error = $1 WHERE key = 'mine'",
    [`Error: Bearer ${secret} refused`],
  );
});
afterAll(() => database?.drop());

const load = async <Tab extends ShopTab>(tab: Tab, onlyFailed = false) =>
  (await withShop(shop.id, (tx) => loadShopPage(tx, shop, { tab, onlyFailed }, now))).content as Extract<
    ShopTabContent,
    { tab: Tab }
  >;

describe.each(shopTabs)("the tab %s", (tab) => {
  test("holds no secret, and nothing of another shop", async () => {
    const text = JSON.stringify(await load(tab));
    expect(text).not.toContain(secret);
    for (const id of Object.values(theirs)) expect(text).not.toContain(id);
  });
});

test("syncs are told with what was said of them, but for its secrets; or only those that failed", async () => {
  const { runs } = await load("runs");
  expect(runs.map(({ status, errorMessage }) => [status, errorMessage])).toEqual([
    ["failed", "GET https://x.example/?access_token=[redacted] answered 500"],
    ["succeeded", null],
  ]);
  expect((await load("runs", true)).runs.map(({ externalRunId }) => externalRunId)).toEqual(["1"]);
});

test("the overview says why a source is late, in the words of the engine", async () => {
  const { diagnoses, connectors } = await load("overview");
  expect(connectors.map(({ source, engine }) => [source, engine])).toEqual([["meta_ads", "airbyte"]]);
  expect(diagnoses.map(({ kind, action }) => [kind, action.code])).toEqual([
    ["stale", "sync_now"],
    ["backfill_fails", "finish_backfill"],
  ]);
  expect(diagnoses[0]!.checked.find(({ what }) => what === "What was said")?.found).toContain("answered 500");
});

test("backfills are told with who asked and what their engine remembers", async () => {
  expect((await load("backfills")).backfills).toMatchObject([
    { status: "needs_operator", reason: "unsafe_destination", requestedBy: "sam@example.com" },
  ]);
  expect((await load("backfills")).backfills[0]!.engineState).toContain("[redacted]");
});

test("jobs are the shop's own, the failed ones first", async () => {
  expect((await load("jobs")).jobs).toMatchObject([
    { task: "connectors.sync", state: "failed", lastError: "Error: Bearer [redacted] refused" },
  ]);
});

test("another shop's incident is not there", async () => {
  await expect(
    withShop(shop.id, (tx) => loadStaffIncident(tx, shop, theirs.incidentId, now)),
  ).rejects.toMatchObject({ code: "not_found" });
});
