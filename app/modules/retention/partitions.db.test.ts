import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type Anchors, insertFullShop, insertRow, newAnchors, tenantRows } from "#e2e/support/rows.ts";
import { monthsBefore } from "./cutoff.ts";
import { dropPartitions, ensurePartitions } from "./partitions.server.ts";

let database: TestDatabase;
let shop: Anchors;
beforeAll(async () => {
  database = await createTestDatabase();
  shop = newAnchors();
  await insertFullShop(database.owner, shop);
});
beforeEach(async () => {
  for (const name of await partitions()) await database.owner.query(`DROP TABLE ${name}`);
});
afterAll(() => database.drop());

async function partitions(): Promise<string[]> {
  const { rows } = await database.owner.query<{ name: string }>(
    "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'dq_results'::regclass ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

/** Partitions of these months, like `2024_02`, as the app's function names them. */
async function make(...months: string[]): Promise<void> {
  for (const month of months) {
    const from = `${month.replace("_", "-")}-01`;
    await database.owner.query(
      `DO $$ BEGIN EXECUTE format('CREATE TABLE dq_results_${month} PARTITION OF dq_results FOR VALUES FROM (%L) TO (%L)',
         '${from} UTC'::timestamptz, ('${from}'::timestamp + interval '1 month') AT TIME ZONE 'UTC'); END $$`,
    );
  }
}
const addResult = (at: string) =>
  insertRow(database.owner, "dq_results", { ...tenantRows.dq_results!(shop), evaluated_at: at });
const results = async () =>
  Number((await database.owner.query("SELECT count(*) FROM dq_results")).rows[0].count);

test.each([
  ["a month that ends with the cutoff goes", "2025-04-01T00:00:00.000Z", ["2024_01", "2024_02"]],
  ["a month that ends a hair later stays", "2025-03-31T23:59:59.999Z", ["2024_01"]],
  ["nothing goes while all is young", "2025-02-28T12:00:00.000Z", []],
])("%s, whole, with every row of it and no other", async (_, now, gone) => {
  await make("2024_01", "2024_02", "2024_03");
  const rows = [
    "2024-01-01T00:00:00Z",
    "2024-02-01T00:00:00Z",
    "2024-02-29T23:59:59.999Z",
    "2024-03-01T00:00:00Z",
  ];
  for (const at of rows) await addResult(at);
  const cutoff = monthsBefore(new Date(now), 13);
  expect(await dropPartitions(cutoff)).toEqual(gone.map((month) => `dq_results_${month}`));
  const kept = rows.filter((at) => !gone.includes(at.slice(0, 7).replace("-", "_")));
  expect(await results()).toBe(kept.length);
  expect(await partitions()).toHaveLength(3 - gone.length);
  expect(await dropPartitions(cutoff)).toEqual([]);
});

test("this month's and the next three months' are made, once", async () => {
  expect(await ensurePartitions()).toEqual({ made: 4 });
  expect(await ensurePartitions()).toEqual({ made: 0 });
  const now = new Date();
  for (const ahead of [0, 1, 2, 3])
    await addResult(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 15)).toISOString());
  expect(await results()).toBe(4);
});

test("a table of another name is left alone", async () => {
  await database.owner.query(
    "CREATE TABLE results_by_hand PARTITION OF dq_results FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z')",
  );
  expect(await dropPartitions(new Date("2024-01-01Z"))).toEqual([]);
  expect(await partitions()).toEqual(["results_by_hand"]);
});

test("a long reader is not waited for: others read on meanwhile, and the month goes when it is done", async () => {
  await make("2024_01");
  const reader = new pg.Client({ connectionString: database.ownerUrl });
  await reader.connect();
  await reader.query("BEGIN");
  await reader.query("SELECT FROM dq_results, connectors LIMIT 1");
  const drop = dropPartitions(new Date("2024-03-01Z"));
  const waits: number[] = [];
  for (let nth = 0; nth < 40; nth += 1) {
    const startedAt = performance.now();
    await withShop(shop.shopId, (tx) => tx.$queryRaw`SELECT count(*) FROM dq_results`);
    waits.push(performance.now() - startedAt);
    await new Promise((done) => setTimeout(done, 20));
  }
  expect(await partitions()).toEqual(["dq_results_2024_01"]);
  await reader.query("COMMIT");
  await reader.end();
  expect(await drop).toEqual(["dq_results_2024_01"]);
  // The lock is asked for again and again, a fifth of a second each: nobody waited for the reader's whole time.
  expect(Math.max(...waits)).toBeLessThan(900);
});

test("a drop meets the runner's order of locks: both at once end without a deadlock", async () => {
  await ensurePartitions();
  await make("2024_01", "2024_02", "2024_03", "2024_04");
  const writer = new pg.Client({ connectionString: database.ownerUrl });
  await writer.connect();
  let isOver = false;
  const write = async () => {
    while (!isOver) {
      await writer.query("BEGIN");
      await writer.query("SELECT FROM connectors FOR NO KEY UPDATE");
      await insertRow(writer, "dq_results", tenantRows.dq_results!(shop));
      await writer.query("COMMIT");
      await new Promise((done) => setTimeout(done, 3));
    }
  };
  const writing = write();
  const dropped = await dropPartitions(new Date("2024-06-01Z"));
  isOver = true;
  await writing;
  await writer.end();
  expect(dropped).toHaveLength(4);
  expect(await results()).toBeGreaterThan(0);
});
