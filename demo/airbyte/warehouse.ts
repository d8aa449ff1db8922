import type pg from "pg";
import { type WarehouseTable, warehouseTables } from "./source-kinds.ts";

/** The columns of a warehouse table in order, as `INSERT` wants them. */
export function columnsOf(table: WarehouseTable): string[] {
  return [
    "shop_domain",
    "id",
    table.grain === "day" ? "day" : "created_at",
    ...Object.keys(table.measures),
    "currency",
    table.category.column,
    "_airbyte_raw_id",
    "_airbyte_extracted_at",
    "_airbyte_meta",
    "_airbyte_generation_id",
  ];
}

/**
 * Makes the demo's warehouse: one table per source in schema `warehouse`. As Airbyte's Postgres destination does, no
 * table has a unique constraint: a sync replaces rows of the same primary key (`shop_domain`, `id`).
 */
export async function createWarehouseTables(pool: pg.Pool): Promise<void> {
  const statements = warehouseTables.flatMap((table) => {
    const time = table.grain === "day" ? "day date NOT NULL" : "created_at timestamptz NOT NULL";
    const measures = Object.keys(table.measures).map((name) => `${name} numeric`);
    const name = `warehouse.${table.table}`;
    return [
      `CREATE TABLE IF NOT EXISTS ${name} (shop_domain text NOT NULL, id text, ${time}, ${measures.join(", ")}, currency text, ${table.category.column} text,
        _airbyte_raw_id text NOT NULL, _airbyte_extracted_at timestamptz NOT NULL, _airbyte_meta jsonb NOT NULL, _airbyte_generation_id bigint NOT NULL)`,
      `CREATE INDEX IF NOT EXISTS ${table.table}_by_key ON ${name} (shop_domain, id)`,
      `CREATE INDEX IF NOT EXISTS ${table.table}_by_time ON ${name} (shop_domain, ${table.grain === "day" ? "day" : "created_at"})`,
    ];
  });
  await pool.query(["CREATE SCHEMA IF NOT EXISTS warehouse", ...statements].join(";\n"));
}
