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
    ...Object.keys(table.differences ?? {}),
    "_airbyte_raw_id",
    "_airbyte_extracted_at",
    "_airbyte_meta",
    "_airbyte_generation_id",
    "loaded_through",
  ];
}

/** `total_price - total_tax`: what a column that follows from measures holds. */
const termOf = ([first, ...others]: readonly string[]): string => [first, ...others].join(" - ");

/**
 * Makes the demo's warehouse: one table per source in schema `warehouse`. As Airbyte's Postgres destination does, no
 * table has a unique constraint: a sync replaces rows of the same primary key (`shop_domain`, `id`). `loaded_through` names
 * the Airbyte connection that loaded a row, or the shop whose own pipeline did.
 */
export async function createWarehouseTables(pool: pg.Pool): Promise<void> {
  const statements = warehouseTables.flatMap((table) => {
    const time = table.grain === "day" ? "day date NOT NULL" : "created_at timestamptz NOT NULL";
    const measures = Object.keys(table.measures).map((name) => `${name} numeric`);
    const name = `warehouse.${table.table}`;
    const differences = Object.entries(table.differences ?? {});
    return [
      `CREATE TABLE IF NOT EXISTS ${name} (shop_domain text NOT NULL, id text, ${time}, ${measures.join(", ")}, currency text, ${table.category.column} text,
        _airbyte_raw_id text NOT NULL, _airbyte_extracted_at timestamptz NOT NULL, _airbyte_meta jsonb NOT NULL, _airbyte_generation_id bigint NOT NULL)`,
      // Columns that came later: a demo that ran before has its tables, and rows that were taken aside, without them.
      ...[name, `demo_kept.${table.table}`].map(
        (place) =>
          `ALTER TABLE IF EXISTS ${place} ${["loaded_through text", ...differences.map(([column]) => `${column} numeric`)].map((column) => `ADD COLUMN IF NOT EXISTS ${column}`).join(", ")}`,
      ),
      ...differences.map(
        ([column, parts]) => `UPDATE ${name} SET ${column} = ${termOf(parts)} WHERE ${column} IS NULL`,
      ),
      `CREATE INDEX IF NOT EXISTS ${table.table}_by_key ON ${name} (shop_domain, id)`,
      `CREATE INDEX IF NOT EXISTS ${table.table}_by_time ON ${name} (shop_domain, ${table.grain === "day" ? "day" : "created_at"})`,
    ];
  });
  await pool.query(["CREATE SCHEMA IF NOT EXISTS warehouse", ...statements].join(";\n"));
}
