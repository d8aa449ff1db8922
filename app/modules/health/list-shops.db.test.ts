import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { insertFullShop, newAnchors } from "#e2e/support/rows.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { listShops } from "./list-shops.server.ts";

const now = new Date();
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { owner } = database;
  await owner.query(
    `WITH made AS (INSERT INTO shops (domain) SELECT 'filler-' || n || '.myshopify.com' FROM generate_series(1, 3000) n RETURNING id)
     INSERT INTO shop_health (shop_id, status, score, checked_at) SELECT id, 'healthy', 100, now() FROM made`,
  );
  const shops: [string, string, number | null, boolean][] = [
    ["late-lamps", "degraded", 72, false],
    ["broken-bikes", "critical", 30, false],
    ["blocked-beans", "critical", 49, true],
    ["brand-new", "unknown", null, false],
    ["worse-wines", "degraded", 40, false],
  ];
  for (const [name, status, score, blocked] of shops) {
    const shop = await makeShop(owner, { domain: `${name}.myshopify.com`, checkedAt: now });
    await owner.query("UPDATE shop_health SET status = $2, score = $3, blocked = $4 WHERE shop_id = $1", [
      shop.id,
      status,
      score,
      blocked,
    ]);
  }
  const gone = await makeShop(owner, { domain: "gone-goods.myshopify.com", uninstalledAt: now });
  await owner.query(
    "UPDATE shop_health SET status = 'critical', score = 0, blocked = true WHERE shop_id = $1",
    [gone.id],
  );
  await owner.query("ANALYZE");
}, 60_000);
afterAll(() => database?.drop());

const list = (search = "", limit = 50, cursor?: string) =>
  listShops({ search, limit, ...(cursor ? { cursor } : {}) }, now);
const names = ({ shops }: Awaited<ReturnType<typeof list>>) =>
  shops.map(({ domain }) => domain.replace(".myshopify.com", ""));

test("the worst come first: what is blocked, then by status and score; a shop that removed the app is not there", async () => {
  expect(names(await list("", 5))).toEqual([
    "blocked-beans",
    "broken-bikes",
    "worse-wines",
    "late-lamps",
    "brand-new",
  ]);
  expect((await list("", 1)).counts).toEqual({
    critical: 2,
    degraded: 2,
    unknown: 1,
    healthy: 3000,
    blocked: 1,
  });
});

test("all pages together are every shop once, in one order", async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list("", 100, cursor);
    seen.push(...names(page));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen.length).toBe(3005);
  expect(new Set(seen).size).toBe(3005);
  expect(seen.slice(0, 2)).toEqual(["blocked-beans", "broken-bikes"]);
});

test.each([
  ["BEAN", ["blocked-beans"]],
  ["b", ["blocked-beans", "broken-bikes", "brand-new"]],
  ["filler-2999", ["filler-2999"]],
  ["%", []],
  ["_", []],
  ["gone", []],
  ["'; DROP TABLE shops; --", []],
] as const)("a search for %s finds what contains it, taken as it is written", async (search, expected) => {
  const found = names(await list(search, 3));
  expect(search === "b" ? found.filter((name) => name.startsWith("b")) : found).toEqual(expected);
});

test.each(["x", "W10", "bm9wZQ", Buffer.from('[1,"no"]').toString("base64url")])(
  "the cursor %s is refused",
  async (cursor) => {
    await expect(list("", 5, cursor)).rejects.toMatchObject({ code: "malformed" });
  },
);

test("the list names the worst open incident, and holds nothing else of a shop", async () => {
  const anchors = newAnchors();
  await insertFullShop(database.owner, anchors);
  await database.owner.query(
    "UPDATE shop_health SET status = 'critical', score = 1, open_incidents = 1 WHERE shop_id = $1",
    [anchors.shopId],
  );
  const [shop] = (await list(anchors.shopId, 1)).shops;
  expect(shop).toEqual({
    id: anchors.shopId,
    domain: `shop-${anchors.shopId}.myshopify.com`,
    timeZone: "UTC",
    status: "critical",
    score: 1,
    blocked: false,
    worstSeverity: null,
    openIncidents: 1,
    problem: "Late",
    problemSince: "2026-01-01T00:00:00.000Z",
    checkedAt: null,
    stale: true,
  });
  await database.owner.query("DELETE FROM shops WHERE id = $1", [anchors.shopId]);
});

test("the app sees no shop but through the list: its own statements come back empty", async () => {
  const app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  expect((await app.query("SELECT * FROM shop_health")).rows).toEqual([]);
  expect(
    (await app.query("SELECT * FROM staff_list_shops('', 9999::smallint, gen_random_uuid(), 2)")).rows,
  ).toHaveLength(2);
  await app.end();
});

/** What runs inside of the list's function, as PostgreSQL tells of it. */
async function plansOf(search: string): Promise<string> {
  const plans: string[] = [];
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  client.on("notice", ({ message }) => plans.push(message ?? ""));
  await client.query("LOAD 'auto_explain'");
  for (const setting of [
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_nested_statements = on",
    "auto_explain.log_analyze = on",
    "client_min_messages = log",
  ])
    await client.query(`SET ${setting}`);
  await client.query("SELECT * FROM staff_list_shops($1, 9999::smallint, $2, 51)", [
    search,
    "00000000-0000-0000-0000-000000000000",
  ]);
  await client.end();
  return plans.join("\n");
}

test("a page is read off an index in its order: no shop beyond it is looked at, and none is sorted", async () => {
  const plan = await plansOf("");
  expect(plan).toContain("Index Scan using shop_health_worst_first");
  expect(plan).not.toMatch(/Seq Scan on (shop_health|shops)/);
  const [, read] = /Index Scan using shop_health_worst_first.*?actual time=.*?rows=(\d+)/.exec(plan) ?? [];
  // One more than the page, and the shop that is gone.
  expect(Number(read)).toBeLessThanOrEqual(53);
});
