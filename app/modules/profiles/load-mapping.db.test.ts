import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeWarehouse } from "#app/platform/warehouse.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { sourceKeys } from "../connectors/sources.ts";
import { defaultMapping } from "./default-mapping.ts";
import { assertMapping, loadMapping, MappingError, usableMapping } from "./load-mapping.server.ts";
import { mappedSources, type SourceMapping } from "./mapping.ts";
import { profileBatch } from "./profile-shops.server.ts";

const orders: SourceMapping = {
  table: "raw.Orders",
  shopColumn: "shop",
  time: { kind: "instant", column: "at" },
  primaryKey: ["id"],
  measures: { revenue: { column: 'to"tal', isNonNegative: true, isRequired: true } },
  mainMeasure: "revenue",
  categories: {},
  identities: {},
};
let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), "mapping-"));
  await database.owner.query(
    `CREATE SCHEMA raw; CREATE TABLE raw."Orders" (shop varchar(100), id bigint, at timestamptz, "to""tal" float8);
     CREATE TABLE raw.closed (LIKE raw."Orders"); CREATE SCHEMA hidden; CREATE VIEW hidden.orders AS SELECT * FROM raw."Orders";
     GRANT USAGE ON SCHEMA raw TO sync_health_app; GRANT SELECT ON raw."Orders" TO sync_health_app`,
  );
});
afterAll(async () => {
  await closeWarehouse();
  rmSync(folder, { recursive: true, force: true });
  await database?.drop();
});

const fileWith = (mapping: unknown): string => {
  const file = join(folder, "mapping.json");
  writeFileSync(file, JSON.stringify(mapping));
  return file;
};

async function refusalOf(asked: () => unknown): Promise<string> {
  try {
    await asked();
  } catch (error) {
    if (error instanceof MappingError) return error.message;
    throw error;
  }
  throw new Error("the mapping was expected to be refused");
}

test("without a file it is the default", () => {
  expect(loadMapping(undefined)).toEqual({ mapping: defaultMapping, isDefault: true });
});

test("a file that fits is taken, whatever its names look like", async () => {
  const loaded = loadMapping(fileWith({ shopify_orders: orders }));
  expect(loaded).toEqual({ mapping: { shopify_orders: orders }, isDefault: false });
  expect(await assertMapping(loaded)).toEqual({ usable: { shopify_orders: orders }, missing: [] });
  const { failures } = await profileBatch([], new Date(), { mode: "full", mapping: loaded.mapping });
  expect(failures).toEqual([]);
});

test("a file that is missing or bad is named", async () => {
  expect(await refusalOf(() => loadMapping(join(folder, "none.json")))).toContain(
    "WAREHOUSE_MAPPING_FILE cannot be read: ENOENT",
  );
  const file = fileWith({ shopify_orders: { ...orders, table: "Orders" } });
  expect(await refusalOf(() => loadMapping(file))).toContain(
    `${file}: shopify_orders.table: must be "schema.table"`,
  );
});

describe("what is not in the warehouse is refused by name, all of it at once", () => {
  test.each<[string, Partial<SourceMapping>, string]>([
    ["a table", { table: "raw.orders" }, "shopify_orders: there is no table raw.orders."],
    ["a column", { shopColumn: "domain" }, 'raw.Orders has no column "domain" (shopColumn).'],
    [
      "a type",
      { time: { kind: "day", column: "at" } },
      '"at" of raw.Orders (time.column) is timestamp with time zone',
    ],
    ["a right on a table", { table: "raw.closed" }, 'GRANT SELECT ON "raw"."closed" TO "test_app";'],
    ["a right on a schema", { table: "hidden.orders" }, 'GRANT USAGE ON SCHEMA "hidden" TO "test_app";'],
  ])("%s", async (_, changes, words) => {
    const mapping = { shopify_orders: { ...orders, ...changes }, ga4: { ...orders, table: "raw.ga4" } };
    const refusal = await refusalOf(() => assertMapping({ mapping, isDefault: false }));
    expect(refusal).toContain(words);
    expect(refusal).toContain("ga4: there is no table raw.ga4.");
  });
});

test("a fresh installation has no warehouse: the default does without, and looks again after ten minutes", async () => {
  const now = Date.now();
  const after = (minutes: number) => new Date(now + minutes * 60_000);
  expect(await usableMapping(after(0))).toEqual({});
  await database.owner.query(
    `CREATE SCHEMA warehouse; CREATE TABLE warehouse.shopify_refunds (shop_domain text, id text, created_at timestamptz, amount numeric, channel text, _airbyte_extracted_at timestamptz);
     GRANT USAGE ON SCHEMA warehouse TO sync_health_app; GRANT SELECT ON ALL TABLES IN SCHEMA warehouse TO sync_health_app`,
  );
  expect(await usableMapping(after(9))).toEqual({});
  expect(Object.keys(await usableMapping(after(11)))).toEqual(["shopify_refunds"]);
  expect(mappedSources(defaultMapping)).toHaveLength(sourceKeys.length);
  await database.owner.query("ALTER TABLE warehouse.shopify_refunds DROP COLUMN amount");
  expect(await refusalOf(() => usableMapping(after(30)))).toContain(
    'shopify_refunds: warehouse.shopify_refunds has no column "amount" (measures.amount.column).',
  );
  // What does not fit any more is told of; it stops nothing else.
  expect(await profileBatch([], after(30), { mode: "due" })).toMatchObject({
    profiled: 0,
    failures: [{ source: null, kind: "mapping" }],
  });
});
