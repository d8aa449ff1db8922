import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";

/** `migrate diff` cannot read partitions, policies and partial indexes; this compares what the client relies on: columns. */
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A column as `name type`, with `?` if it may be null. */
type Columns = Record<string, string[]>;

const scalars: Record<string, string> = {
  String: "text",
  Int: "int4",
  BigInt: "int8",
  Boolean: "bool",
  DateTime: "timestamp",
  Float: "float8",
  Json: "jsonb",
};
const natives: Record<string, string> = {
  Uuid: "uuid",
  SmallInt: "int2",
  "Timestamptz(3)": "timestamptz",
  Date: "date",
};

/** Tables and columns as schema.prisma has them. */
function modelledColumns(schema: string): Columns {
  const tables: Columns = {};
  for (const [, body = ""] of schema.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)) {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1];
    if (!table) throw new Error(`A model without @@map: ${body.slice(0, 80)}`);
    tables[table] = body
      .split("\n")
      .map((line) => /^\s+(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(line))
      .filter((field) => field !== null && field[2]! in scalars)
      .map((field) => {
        const [, name, scalar, isList, isOptional = "", attributes = ""] = field!;
        const column = /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? name;
        const native = /@db\.(\w+(?:\(\d+\))?)/.exec(attributes)?.[1];
        const type = native ? natives[native] : scalars[scalar!];
        return `${column} ${isList ? "_" : ""}${type}${isOptional}`;
      })
      .sort();
  }
  return tables;
}

async function storedColumns(): Promise<Columns> {
  const { rows } = await database.owner.query<{ table: string; column: string }>(`
    SELECT c.relname AS table, a.attname || ' ' || t.typname || CASE WHEN a.attnotnull THEN '' ELSE '?' END AS column
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> '_prisma_migrations' AND a.attnum > 0 AND NOT a.attisdropped`);
  const tables: Columns = {};
  for (const { table, column } of rows) tables[table] = [...(tables[table] ?? []), column];
  for (const columns of Object.values(tables)) columns.sort();
  return tables;
}

const schema = readFileSync(new URL("schema.prisma", import.meta.url), "utf8");

test("every model has the database's columns, and every column has its model", async () => {
  expect(modelledColumns(schema)).toEqual(await storedColumns());
});

test.each([
  ["another nullability", /failuresInARow +Int/, "$&?"],
  ["another type", /rowsSynced +BigInt/, "rowsSynced Int"],
  ["another name", '@map("external_run_id")', '@map("external_id")'],
  ["a missing field", /^ +queuedAt .*$/m, ""],
  ["a missing model", /^model Notice \{[\s\S]*?^\}/m, ""],
])("%s would be seen", async (_, from, to) => {
  const changed = schema.replace(from, to);
  expect(changed).not.toBe(schema);
  expect(modelledColumns(changed)).not.toEqual(await storedColumns());
});

test("every model is in the generated client", async () => {
  const generated = readFileSync(new URL("generated/models.ts", import.meta.url), "utf8");
  for (const [, model] of schema.matchAll(/^model (\w+)/gm)) expect(generated).toContain(`/${model}.ts'`);
});
