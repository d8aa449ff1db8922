import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import {
  explainAsApp,
  nodesOf,
  type PlanNode,
  recordStatements,
  type Statement,
} from "#e2e/support/query-plans.ts";
import { sourceKeys } from "../connectors/sources.ts";
import { runBatch, startTick } from "./run-tick.server.ts";

const SHOPS = 2_000;
const BATCH = 50;
const sources = sourceKeys.slice(0, 12);
const perShop = sources.length;
const tickAt = new Date();

let database: TestDatabase;
let shopIds: string[];
let statements: Statement[];

beforeAll(async () => {
  database = await createTestDatabase();
  const { owner } = database;
  await owner.query(
    "INSERT INTO shops (domain) SELECT 'plan-' || n || '.myshopify.com' FROM generate_series(1, $1::int) n",
    [SHOPS],
  );
  await owner.query("INSERT INTO shop_health (shop_id) SELECT id FROM shops");
  await owner.query(
    "INSERT INTO airbyte_workspaces (shop_id, workspace_id) SELECT id, gen_random_uuid() FROM shops",
  );
  await owner.query(
    `INSERT INTO connections (shop_id, engine, external_id, name)
     SELECT id, 'airbyte', gen_random_uuid()::text, source FROM shops CROSS JOIN unnest($1::text[]) AS source`,
    [sources],
  );
  await owner.query(
    `INSERT INTO connectors (shop_id, source, engine, connection_id, last_succeeded_at, created_at)
     SELECT shop_id, name, 'airbyte', id, now() - make_interval(mins => CASE WHEN hashtext(id::text) % 50 = 0 THEN 6000 ELSE 5 END), now() - interval '90 days'
     FROM connections`,
  );
  await owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) SELECT shop_id, id, unnest(ARRAY['freshness', 'sync_failed']) FROM connectors",
  );
  await owner.query(
    `INSERT INTO dq_incidents (shop_id, connector_id, check_name, status, severity, title, detail, opened_at, resolved_at, resolution)
     SELECT shop_id, id, 'freshness', 'resolved', 'high', 'It was late', '', now() - interval '3 days', now() - interval '2 days', 'auto' FROM connectors`,
  );
  await owner.query("ANALYZE");
  await startTick(tickAt);
  const { rows } = await owner.query<{ shop_ids: string[] }>(
    "SELECT shop_ids FROM runner_batches WHERE batch = 0",
  );
  shopIds = rows[0]!.shop_ids;
  statements = await recordStatements(() => runBatch(tickAt, 0, tickAt));
}, 120_000);
afterAll(() => database?.drop());

/** The heart of a batch, run once more and taken back. */
async function planOfJudging(): Promise<PlanNode[]> {
  const judging = statements.find(({ text }) => text.includes("INSERT INTO dq_results"))!;
  return nodesOf(await explainAsApp(judging, { url: database.appUrl, shopIds, isAnalyzed: true }));
}

/** How many rows of a table the plan looked at, whether it kept them or not. */
const rowsLookedAt = (nodes: readonly PlanNode[], table: string): number =>
  nodes
    .filter((node) => node["Relation Name"] === table && node["Node Type"].endsWith("Scan"))
    .reduce(
      (sum, node) =>
        sum +
        ((node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0)) * (node["Actual Loops"] ?? 0),
      0,
    );

test("a batch takes the same few statements, however many connectors it has", () => {
  expect(shopIds).toHaveLength(BATCH);
  const works = statements.filter(({ text }) => /^\s*(WITH|SELECT|INSERT|UPDATE)/.test(text));
  expect(works.length).toBeLessThanOrEqual(18);
});

test("among 2,000 shops, a batch of 50 reads its own rows by index, and no other shop's", async () => {
  const nodes = await planOfJudging();
  const tables = [
    "connectors",
    "dq_checks",
    "connections",
    "airbyte_workspaces",
    "dq_incidents",
    "shop_health",
  ];
  const sequential = nodes.filter(
    (node) => node["Node Type"] === "Seq Scan" && tables.includes(node["Relation Name"] ?? ""),
  );
  expect(sequential).toEqual([]);
  expect(rowsLookedAt(nodes, "connectors")).toBe(BATCH * perShop);
  // Once to judge, and once more for those that changed.
  expect(rowsLookedAt(nodes, "dq_checks")).toBeGreaterThanOrEqual(BATCH * perShop * 2);
  expect(rowsLookedAt(nodes, "dq_checks")).toBeLessThanOrEqual(BATCH * perShop * 4);
});

test("the policies look up the bound shops once per statement, not once per row", async () => {
  const lookups = (await planOfJudging()).filter((node) => node["Subplan Name"]?.startsWith("InitPlan"));
  expect(lookups.length).toBeGreaterThan(0);
  expect(Math.max(...lookups.map((node) => node["Actual Loops"] ?? 0))).toBe(1);
});

test("no partition of the results is read for writing new ones", async () => {
  const scanned = (await planOfJudging()).filter(
    (node) => node["Relation Name"]?.startsWith("dq_results") && node["Node Type"].endsWith("Scan"),
  );
  expect(scanned).toEqual([]);
});
