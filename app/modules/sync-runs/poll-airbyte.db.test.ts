import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAirbyteClient } from "#app/integrations/airbyte/client.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { type AirbyteStandIn, startAirbyteStandIn } from "#demo/airbyte/stand-in.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { getSummary } from "../health/get-summary.server.ts";
import type { Shop } from "../shops/shop.ts";
import { pollAirbyteShop } from "./poll-airbyte.server.ts";

const credentials = { clientId: "client", clientSecret: "secret" };
let database: TestDatabase;
let airbyte: AirbyteStandIn;
beforeAll(async () => {
  database = await createTestDatabase();
  airbyte = await startAirbyteStandIn({ ...credentials, warehouse: null });
});
afterAll(async () => {
  await airbyte?.stop();
  await database?.drop();
});

const newClient = () => createAirbyteClient({ apiUrl: airbyte.url, ...credentials });

async function shopWith(kinds: ("shopify" | "klaviyo" | "recharge")[], jobsEach: number, streams?: string[]) {
  const shop = await makeShop(database.owner);
  const workspaceId = randomUUID();
  await database.owner.query("INSERT INTO airbyte_workspaces (shop_id, workspace_id) VALUES ($1, $2)", [
    shop.id,
    workspaceId,
  ]);
  const { connections } = airbyte.seedWorkspace({
    workspaceId,
    name: shop.domain,
    shopDomain: shop.domain,
    connections: kinds.map((kind) => ({ kind, everyMinutes: null, ...(streams ? { streams } : {}) })),
  });
  for (const { connectionId } of connections) {
    airbyte.hold(connectionId);
    airbyte.history(
      connectionId,
      Array.from({ length: jobsEach }, (_, index) => {
        const endedAt = new Date(Date.now() - (jobsEach - index) * 600_000);
        return {
          status: index % 7 === 3 ? ("failed" as const) : ("succeeded" as const),
          startedAt: new Date(endedAt.getTime() - 60_000),
          endedAt,
          rows: index,
        };
      }),
    );
  }
  return { shop, connections };
}

test("whether a connection has a second source for backfills is known from the first poll on", async () => {
  const shop = await makeShop(database.owner);
  const workspaceId = randomUUID();
  await database.owner.query("INSERT INTO airbyte_workspaces (shop_id, workspace_id) VALUES ($1, $2)", [
    shop.id,
    workspaceId,
  ]);
  airbyte.seedWorkspace({
    workspaceId,
    name: shop.domain,
    shopDomain: shop.domain,
    connections: [
      { kind: "facebook-marketing", everyMinutes: null, hasBackfillSource: true },
      { kind: "google-ads", everyMinutes: null },
    ],
  });
  await pollAirbyteShop(shop.id, newClient(), new Date());
  const { rows } = await database.owner.query(
    "SELECT name, has_backfill_source AS known FROM connections WHERE shop_id = $1 ORDER BY name",
    [shop.id],
  );
  expect(rows).toEqual([
    { name: "Facebook Marketing → Warehouse", known: true },
    { name: "Google Ads → Warehouse", known: false },
  ]);
});

const runsOf = async (shop: Shop) =>
  (
    await database.owner.query(
      `SELECT c.source, r.external_run_id, r.status, r.started_at, r.ended_at, r.rows_synced FROM sync_runs r
       JOIN connectors c ON c.id = r.connector_id WHERE r.shop_id = $1 ORDER BY 1, r.external_run_id::bigint`,
      [shop.id],
    )
  ).rows;

test("discovers connections, feeds two connectors from one Shopify job, and leaves the same rows however often it asks", async () => {
  const { shop } = await shopWith(["shopify", "klaviyo"], 250);
  const outcome = await pollAirbyteShop(shop.id, newClient(), new Date());
  expect(outcome).toMatchObject({ connections: 2, unmatched: 0 });
  const first = await runsOf(shop);
  const bySource = Object.groupBy(first, (run) => run.source);
  expect(
    Object.fromEntries(Object.entries(bySource).map(([source, runs]) => [source, runs?.length])),
  ).toEqual({
    klaviyo: 250,
    shopify_orders: 250,
    shopify_refunds: 250,
  });
  // One job's rows cannot be divided between two connectors: unknown, not guessed.
  expect(bySource.shopify_orders?.every((run) => run.rows_synced === null)).toBe(true);
  expect(bySource.klaviyo?.at(-1)?.rows_synced).toBe("249");
  await pollAirbyteShop(shop.id, newClient(), new Date());
  await database.owner.query("UPDATE airbyte_workspaces SET jobs_cursor_at = NULL WHERE shop_id = $1", [
    shop.id,
  ]);
  await pollAirbyteShop(shop.id, newClient(), new Date());
  expect(await runsOf(shop)).toEqual(first);
  const summary = await withShop(shop.id, (tx) => getSummary(tx, shop, new Date()));
  expect(summary.connectors.map((one) => one.source)).toEqual([
    "shopify_orders",
    "shopify_refunds",
    "klaviyo",
  ]);
});

test("1,000 jobs asked for three times, shuffled and in part, leave the rows that one answer in order leaves", async () => {
  const { shop } = await shopWith(["recharge", "klaviyo"], 500);
  const client = createAirbyteClient({ apiUrl: airbyte.url, ...credentials, requestsPerSecond: 1_000 });
  const forget = () =>
    database.owner.query("UPDATE airbyte_workspaces SET jobs_cursor_at = NULL WHERE shop_id = $1", [shop.id]);
  await pollAirbyteShop(shop.id, client, new Date());
  const once = await runsOf(shop);
  expect(once).toHaveLength(1000);
  await database.owner.query("DELETE FROM sync_runs WHERE shop_id = $1", [shop.id]);
  for (const share of [0.6, 0.6, 1]) {
    await forget();
    const listJobs: typeof client.listJobs = async (asked) =>
      (await client.listJobs(asked))
        .map((job) => ({ job, at: Math.random() }))
        .sort((a, b) => a.at - b.at)
        .flatMap(({ job }) => (Math.random() < share ? [job, job] : []));
    await pollAirbyteShop(shop.id, { ...client, listJobs }, new Date());
  }
  expect(await runsOf(shop)).toEqual(once);
});

test("a connection that matches nothing is listed with its reason and gets no connector", async () => {
  const { shop } = await shopWith(["shopify"], 1, ["products"]);
  expect(await pollAirbyteShop(shop.id, newClient(), new Date())).toMatchObject({
    connections: 1,
    unmatched: 1,
    runs: 0,
  });
  const { rows } = await database.owner.query("SELECT unmatched_reason FROM connections WHERE shop_id = $1", [
    shop.id,
  ]);
  expect(rows[0]?.unmatched_reason).toBeTruthy();
});

test("an Airbyte that cannot be asked makes knowledge unknown since then, and the next good answer ends it", async () => {
  const { shop } = await shopWith(["recharge"], 3);
  await pollAirbyteShop(shop.id, newClient(), new Date());
  const statusOf = async () =>
    (await withShop(shop.id, (tx) => getSummary(tx, shop, new Date()))).connectors[0]?.status;
  await database.owner.query("UPDATE shop_health SET checked_at = now() WHERE shop_id = $1", [shop.id]);
  expect(await statusOf()).toBe("healthy");
  airbyte.answerWith("bad_gateway_html");
  await expect(pollAirbyteShop(shop.id, newClient(), new Date())).rejects.toMatchObject({
    kind: "unreachable",
  });
  expect(await statusOf()).toBe("unknown");
  airbyte.answerWith(null);
  await pollAirbyteShop(shop.id, newClient(), new Date());
  expect(await statusOf()).toBe("healthy");
});

test("an Airbyte job that ended too long ago is late, and one that failed three times is told", async () => {
  const { shop, connections } = await shopWith(["recharge"], 0);
  const { connectionId } = connections[0]!;
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  airbyte.history(connectionId, [
    { status: "succeeded", startedAt: minutesAgo(300), endedAt: minutesAgo(250) },
  ]);
  await pollAirbyteShop(shop.id, newClient(), new Date());
  await database.owner.query("UPDATE shop_health SET checked_at = now() WHERE shop_id = $1", [shop.id]);
  const shown = async () => (await withShop(shop.id, (tx) => getSummary(tx, shop, new Date()))).connectors[0];
  expect(await shown()).toMatchObject({ status: "delayed", severity: "high", openIncidents: 1 });
  airbyte.history(connectionId, [
    { status: "succeeded", startedAt: minutesAgo(40), endedAt: minutesAgo(35) },
    ...[20, 10, 5].map((minutes) => ({
      status: "failed" as const,
      startedAt: minutesAgo(minutes + 1),
      endedAt: minutesAgo(minutes),
    })),
  ]);
  await database.owner.query("UPDATE airbyte_workspaces SET jobs_cursor_at = NULL WHERE shop_id = $1", [
    shop.id,
  ]);
  await pollAirbyteShop(shop.id, newClient(), new Date());
  expect(await shown()).toMatchObject({ status: "delayed", severity: "warning", openIncidents: 1 });
});
