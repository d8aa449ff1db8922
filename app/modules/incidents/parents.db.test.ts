import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AlertSinks, deliverDue, startAlertSinks } from "#e2e/support/alert-sinks.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { runBatch, startTick } from "../checks/run-tick.server.ts";

let database: TestDatabase;
let sinks: AlertSinks;
const start = new Date("2026-11-20T10:00:00Z");
const tickAt = (quarters: number) => new Date(start.getTime() + quarters * 15 * 60_000);

beforeAll(async () => {
  database = await createTestDatabase();
  sinks = await startAlertSinks({ timeoutMs: 5_000 });
});
afterAll(async () => {
  await sinks?.stop();
  await database?.drop();
});
beforeEach(async () => {
  sinks.sunk.length = 0;
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
  await database.owner.query("DELETE FROM upstream_events");
  await database.owner.query("DELETE FROM runner_ticks");
  await database.owner.query("DELETE FROM shops");
});

/** So many shops, each with these sources through one engine, all synced an hour ago. */
async function makeShops(count: number, sources: string[], engine = "airbyte"): Promise<void> {
  await database.owner.query(
    "INSERT INTO shops (domain, created_at) SELECT 'shop-' || n || '.myshopify.com', '2026-01-01Z' FROM generate_series(1, $1::int) n",
    [count],
  );
  await database.owner.query("INSERT INTO shop_health (shop_id) SELECT id FROM shops");
  await database.owner.query(
    `INSERT INTO connectors (shop_id, source, engine, created_at, last_succeeded_at)
     SELECT id, source, $2, '2026-01-01Z', $3 FROM shops, unnest($1::text[]) AS source`,
    [sources, engine, new Date(start.getTime() - 3_600_000)],
  );
  await database.owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) SELECT shop_id, id, c FROM connectors, unnest(ARRAY['freshness', 'sync_failed']) c",
  );
}

/** Lets this source of the first so many shops have synced last so long before `now`. */
async function age(source: string, shops: number, hours: number, now: Date, failure: string | null = null) {
  await database.owner.query(
    `UPDATE connectors c SET last_succeeded_at = $3, failures_in_a_row = CASE WHEN $4::text IS NULL THEN 0 ELSE 1 END, last_failure_reason = $4
     FROM (SELECT id FROM shops ORDER BY substring(domain FROM '[0-9]+')::int LIMIT $2) s WHERE c.shop_id = s.id AND c.source = ANY (string_to_array($1, ','))`,
    [source, shops, new Date(now.getTime() - hours * 3_600_000), failure],
  );
}

/** One tick of the runner and all that it tells. */
async function tick(quarters: number): Promise<string[]> {
  const now = tickAt(quarters);
  const before = sinks.sunk.length;
  const { batches } = await startTick(now);
  for (let batch = 0; batch < batches; batch += 1) await runBatch(now, batch, now);
  await deliverDue(database.owner, now, sinks.senders, { atOnce: 8 });
  return sinks.sunk.slice(before).map(({ channel, body }) => {
    const said = channel === "slack" ? String(body.text) : JSON.stringify(body.payload ?? body);
    return `${channel}: ${said.replace(/ · .*/, "")}`;
  });
}
const count = async (query: string) => Number((await database.owner.query(query)).rows[0].count);
const openIncidents = () => count("SELECT count(*) FROM dq_incidents WHERE status <> 'resolved'");

describe("a source that fails for many shops", () => {
  test("50 of 60 shops' Meta in one tick: one notice, not 50; the end is one notice, and theirs stay untold", async () => {
    await makeShops(60, ["meta_ads", "ga4"]);
    expect(await tick(0)).toEqual([]);
    await age("meta_ads", 50, 49, tickAt(1));
    expect(await tick(1)).toEqual(["slack: High: Meta Ads is failing for many shops"]);
    expect(await openIncidents()).toBe(50);
    expect(await count("SELECT count(*) FROM dq_incidents WHERE upstream_event_id IS NOT NULL")).toBe(50);
    // It names no shop.
    expect(JSON.stringify(sinks.sunk)).not.toContain("myshopify");
    expect(await tick(2)).toEqual([]);
    // It gets worse for all: one notice again, and now somebody is paged.
    await age("meta_ads", 50, 97, tickAt(3));
    expect((await tick(3)).map((line) => line.slice(0, 60)).sort()).toEqual([
      'pagerduty: {"summary":"Now critical: Meta Ads is failing for',
      "slack: Now critical: Meta Ads is failing for many shops",
    ]);
    await age("meta_ads", 50, 1, tickAt(4));
    expect((await tick(4)).map((line) => line.replace(/"dedup_key":"[^"]*"/, ""))).toEqual(
      expect.arrayContaining(["slack: Resolved: Meta Ads is failing for many shops"]),
    );
    expect(sinks.sunk.length).toBe(5);
    expect(await openIncidents()).toBe(0);
  });

  test("credentials are each shop's own: no event, each is told", async () => {
    await makeShops(20, ["meta_ads"]);
    await tick(0);
    await age("meta_ads", 10, 49, tickAt(1), "credentials");
    // Late and cannot sync: two incidents a shop.
    const told = await tick(1);
    expect(told.filter((line) => line.includes("many shops"))).toEqual([]);
    expect(told.length).toBe(20);
    expect(await count("SELECT count(*) FROM upstream_events")).toBe(0);
  });

  test("3 of 1,000 shops are a coincidence: each is told by its own severity", async () => {
    await makeShops(1_000, ["meta_ads"]);
    await tick(0);
    await age("meta_ads", 3, 49, tickAt(1));
    await age("meta_ads", 1, 25, tickAt(1));
    expect(await tick(1)).toEqual(["slack: High: Meta Ads is late", "slack: High: Meta Ads is late"]);
    expect(await count("SELECT count(*) FROM upstream_events")).toBe(0);
  });

  test("those still failing when it ends speak for themselves then", async () => {
    await makeShops(30, ["meta_ads"]);
    await tick(0);
    await age("meta_ads", 20, 49, tickAt(1));
    await tick(1);
    await age("meta_ads", 20, 1, tickAt(2));
    await age("meta_ads", 2, 49, tickAt(2));
    expect((await tick(2)).sort()).toEqual([
      "slack: High: Meta Ads is late",
      "slack: High: Meta Ads is late",
      "slack: Resolved: Meta Ads is failing for many shops",
    ]);
    await age("meta_ads", 2, 1, tickAt(3));
    expect(await tick(3)).toEqual(["slack: Resolved: Meta Ads is late", "slack: Resolved: Meta Ads is late"]);
  });

  test("what was told before the event keeps its end", async () => {
    await makeShops(30, ["meta_ads"]);
    await tick(0);
    await age("meta_ads", 2, 49, tickAt(1));
    expect((await tick(1)).length).toBe(2);
    await age("meta_ads", 20, 49, tickAt(2));
    expect(await tick(2)).toEqual(["slack: High: Meta Ads is failing for many shops"]);
    expect(await count("SELECT count(*) FROM incident_events WHERE kind = 'joined_parent'")).toBe(2);
    await age("meta_ads", 30, 1, tickAt(3));
    expect((await tick(3)).sort()).toEqual([
      "slack: Resolved: Meta Ads is failing for many shops",
      "slack: Resolved: Meta Ads is late",
      "slack: Resolved: Meta Ads is late",
    ]);
  });

  test("failing since before the last hour, one after another: no event", async () => {
    await makeShops(30, ["meta_ads"]);
    for (let hour = 0; hour < 12; hour += 1) {
      await age("meta_ads", hour + 1, 49, tickAt(hour * 8));
      await tick(hour * 8);
    }
    expect(await count("SELECT count(*) FROM upstream_events")).toBe(0);
  });
});

describe("everything of one engine in a shop", () => {
  const all = ["meta_ads", "ga4", "klaviyo", "google_ads"];

  test("one notice for all, which goes on while they recover one by one and ends with the last", async () => {
    await makeShops(1, all);
    await tick(0);
    await age(all.join(","), 1, 49, tickAt(1));
    expect(await tick(1)).toEqual(["slack: High: Several sources stopped syncing together"]);
    expect(await openIncidents()).toBe(5);
    await age("ga4", 1, 1, tickAt(2));
    expect(await tick(2)).toEqual([]);
    await age(all.join(","), 1, 1, tickAt(3));
    expect(await tick(3)).toEqual(["slack: Resolved: Several sources stopped syncing together"]);
    expect(await openIncidents()).toBe(0);
  });

  test("three of four are told one by one", async () => {
    await makeShops(1, all);
    await tick(0);
    await age("meta_ads,ga4,klaviyo", 1, 49, tickAt(1));
    expect((await tick(1)).sort()).toEqual(
      ["GA4", "Klaviyo", "Meta Ads"].map((label) => `slack: High: ${label} is late`),
    );
  });

  test("two that stay late when the rest is back speak for themselves", async () => {
    await makeShops(1, all);
    await tick(0);
    await age(all.join(","), 1, 49, tickAt(1));
    await tick(1);
    await age("klaviyo,google_ads", 1, 1, tickAt(2));
    expect((await tick(2)).sort()).toEqual([
      "slack: High: GA4 is late",
      "slack: High: Meta Ads is late",
      "slack: Resolved: Several sources stopped syncing together",
    ]);
  });
});
