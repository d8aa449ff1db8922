import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { loadUpstream } from "./load-upstream.server.ts";

let database: TestDatabase;
const now = new Date("2026-11-25T12:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const names: string[] = [];

async function shopWith(
  source: "meta_ads" | "ga4" | "klaviyo",
  facts: Parameters<typeof makeConnector>[3],
  openedAt?: Date,
): Promise<{ shopId: string; connectionId: string | null }> {
  const shop = await makeShop(database.owner, { domain: `secret-name-${names.length}.myshopify.com` });
  names.push(shop.domain, shop.id);
  const connector = await makeConnector(database.owner, shop.id, source, {
    createdAt: hoursAgo(900),
    ...facts,
  });
  if (openedAt)
    await database.owner.query(
      `INSERT INTO dq_incidents (shop_id, connector_id, check_name, severity, title, detail, opened_at)
       VALUES ($1, $2, 'freshness', 'high', 't', 'd', $3)`,
      [shop.id, connector.id, openedAt],
    );
  return { shopId: shop.id, connectionId: connector.connectionId };
}

const fresh = { lastSucceededAt: hoursAgo(1) };

beforeAll(async () => {
  database = await createTestDatabase();
  await shopWith("meta_ads", fresh);
  await shopWith("meta_ads", { lastSucceededAt: hoursAgo(30) }, hoursAgo(6));
  await shopWith("meta_ads", { lastSucceededAt: hoursAgo(60) }, hoursAgo(9));
  await shopWith("meta_ads", { ...fresh, failuresInARow: 1, lastFailureReason: "credentials" });
  await shopWith("meta_ads", { ...fresh, failuresInARow: 3, lastFailureReason: null });
  // Neither counts at all.
  await shopWith("meta_ads", { lastSucceededAt: hoursAgo(99), pausedAt: hoursAgo(1) });
  const gone = await shopWith("meta_ads", { lastSucceededAt: hoursAgo(99) });
  await database.owner.query("UPDATE shops SET uninstalled_at = now() WHERE id = $1", [gone.shopId]);
  // Two failures may pass; a first import may take its time; exactly at the threshold is not late.
  await shopWith("ga4", { ...fresh, failuresInARow: 2, lastFailureReason: null });
  await shopWith("ga4", { runningSince: hoursAgo(2), firstRunStartedAt: hoursAgo(2) });
  await shopWith("ga4", { lastSucceededAt: hoursAgo(24) });
  await shopWith("ga4", {});
  const off = await shopWith("klaviyo", { ...fresh, engine: "airbyte" });
  await database.owner.query("UPDATE connections SET status = 'inactive' WHERE id = $1", [off.connectionId]);
  // Seen last when it was fresh, and not since: blindness makes nothing worse.
  const blind = await shopWith("klaviyo", { engine: "airbyte", lastSucceededAt: hoursAgo(30) });
  const seeing = await shopWith("klaviyo", { engine: "airbyte", ...fresh });
  for (const [shopId, since] of [
    [off.shopId, null],
    [blind.shopId, hoursAgo(20)],
    [seeing.shopId, null],
  ])
    await database.owner.query(
      `INSERT INTO airbyte_workspaces (shop_id, workspace_id, last_polled_at, unreachable_since, unreachable_reason)
       VALUES ($1, $2, $3, $4, CASE WHEN $4::timestamptz IS NULL THEN NULL ELSE 'unauthorized' END)`,
      [shopId, randomUUID(), since ?? now, since],
    );
});
afterAll(() => database.drop());

describe("what goes wrong in many shops", () => {
  test("per source: how many fail, of how many, since when, and why", async () => {
    const { sources } = await loadUpstream(now);
    expect(sources.map(({ source }) => source)).toEqual(["meta_ads", "klaviyo", "ga4"]);
    expect(sources[0]).toEqual({
      source: "meta_ads",
      label: "Meta Ads",
      connectors: 5,
      shops: 5,
      failing: { connectors: 4, shops: 4, since: hoursAgo(9).toISOString() },
      share: 0.8,
      reasons: [
        { reason: "late", isOwn: false, connectors: 2, shops: 2, since: hoursAgo(9).toISOString() },
        { reason: "credentials", isOwn: true, connectors: 1, shops: 1, since: null },
        { reason: "unknown", isOwn: false, connectors: 1, shops: 1, since: null },
      ],
    });
  });

  test("what may pass, or is not late yet, does not fail; what never synced does", async () => {
    const ga4 = (await loadUpstream(now)).sources.find(({ source }) => source === "ga4");
    expect(ga4).toMatchObject({ connectors: 4, failing: { connectors: 1 } });
    expect(ga4?.reasons.map(({ reason }) => reason)).toEqual(["never_synced"]);
  });

  test("an engine that does not answer makes nothing late, and is told of itself", async () => {
    const { sources, airbyte } = await loadUpstream(now);
    const klaviyo = sources.find(({ source }) => source === "klaviyo");
    expect(klaviyo?.reasons).toMatchObject([{ reason: "connection_disabled", isOwn: true, connectors: 1 }]);
    expect(airbyte).toEqual({
      workspaces: 3,
      unreachable: 1,
      since: hoursAgo(20).toISOString(),
      reasons: [{ reason: "unauthorized", workspaces: 1 }],
    });
  });

  test("events that are open, and those that ended lately", async () => {
    await database.owner.query(
      `INSERT INTO upstream_events (source, started_at, ended_at, severity, shops_affected) VALUES
       ('meta_ads', $1, NULL, 'high', 4), ('ga4', $2, $1, 'warning', 3), ('klaviyo', $3, $3, 'critical', 9)`,
      [hoursAgo(5), hoursAgo(9), hoursAgo(24 * 31)],
    );
    const { open, ended } = await loadUpstream(now);
    expect(open).toMatchObject([{ source: "meta_ads", label: "Meta Ads", shopsAffected: 4, endedAt: null }]);
    expect(ended.map(({ source }) => source)).toEqual(["ga4"]);
  });

  test("no shop is named, by nothing", async () => {
    const page = JSON.stringify(await loadUpstream(now));
    for (const name of names) expect(page).not.toContain(name);
  });
});
