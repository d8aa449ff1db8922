import pg from "pg";
import { type WarehouseTable, warehouseTables } from "../airbyte/source-kinds.ts";
import { columnsOf } from "../airbyte/warehouse.ts";

/** Rows that are added, copies of the day's own but for what the kind makes of them. */
export const addedRows = ["duplicate", "negative", "foreign", "mismatch"] as const;
type AddedRows = (typeof addedRows)[number];

type Change =
  | {
      kind: "lose_rows";
      source: string;
      day?: string | undefined;
      days?: string[] | undefined;
      share: number;
    }
  | { kind: AddedRows; source: string; day?: string | undefined; days?: string[] | undefined }
  | { kind: "empty"; source: string }
  | { kind: "restore"; source: string };

/** Really changes the rows a shop has in the warehouse; what is taken away is kept aside until `restore`. */
export async function changeWarehouse(
  owner: pg.Pool,
  domain: string,
  change: Change,
): Promise<{ rows: number }> {
  const table = warehouseTables.find((one) => one.table === change.source);
  if (!table) return { rows: 0 };
  const name = `warehouse.${pg.escapeIdentifier(table.table)}`;
  const kept = `demo_kept.${pg.escapeIdentifier(table.table)}`;
  const dayOfRow =
    table.grain === "day"
      ? "day"
      : "(created_at AT TIME ZONE (SELECT time_zone FROM shops WHERE domain = $1))::date";
  await owner.query(
    `CREATE SCHEMA IF NOT EXISTS demo_kept; CREATE TABLE IF NOT EXISTS ${kept} (LIKE ${name})`,
  );
  const restore = async () => {
    await owner.query(`DELETE FROM ${name} WHERE shop_domain = $1 AND _airbyte_meta ? 'demo'`, [domain]);
    // What a backfill has loaded again meanwhile is there.
    await owner.query(
      `WITH back AS (DELETE FROM ${kept} WHERE shop_domain = $1 RETURNING *)
       INSERT INTO ${name} SELECT * FROM back WHERE NOT EXISTS (SELECT 1 FROM ${name} now WHERE now.shop_domain = $1 AND now.id = back.id)`,
      [domain],
    );
  };
  await restore();
  if (change.kind === "restore") return { rows: 0 };
  if (change.kind === "empty") {
    const done = await owner.query(
      `WITH gone AS (DELETE FROM ${name} WHERE shop_domain = $1 RETURNING *) INSERT INTO ${kept} SELECT * FROM gone`,
      [domain],
    );
    return { rows: done.rowCount ?? 0 };
  }
  const days = change.days ?? (change.day ? [change.day] : null);
  const wanted = `shop_domain = $1 AND ${dayOfRow} = ANY (coalesce($2::date[], ARRAY[((now() AT TIME ZONE (SELECT time_zone FROM shops WHERE domain = $1))::date - 1)]))`;
  if (change.kind === "lose_rows") {
    const done = await owner.query(
      // Of each day exactly its share, the same rows each time.
      `WITH ranked AS (SELECT ctid, row_number() OVER (PARTITION BY ${dayOfRow} ORDER BY md5(id)) AS place, count(*) OVER (PARTITION BY ${dayOfRow}) AS all_rows
         FROM ${name} WHERE ${wanted}),
       gone AS (DELETE FROM ${name} WHERE ctid IN (SELECT ctid FROM ranked WHERE place <= round($3::numeric * all_rows)) RETURNING *)
       INSERT INTO ${kept} SELECT * FROM gone`,
      [domain, days, change.share],
    );
    return { rows: done.rowCount ?? 0 };
  }
  const columns = columnsOf(table).filter((column) => !column.startsWith("_airbyte_"));
  const changed = changedColumns(table)[change.kind];
  const values = columns.map((column) => changed[column] ?? column);
  const done = await owner.query(
    `INSERT INTO ${name} (${columns.join(", ")}, _airbyte_raw_id, _airbyte_extracted_at, _airbyte_meta, _airbyte_generation_id)
     SELECT ${values.join(", ")}, gen_random_uuid()::text, now(), '{"demo": true}', _airbyte_generation_id FROM ${name} WHERE ${wanted} LIMIT 5`,
    [domain, days],
  );
  return { rows: done.rowCount ?? 0 };
}

/** What a column of an added row holds, in SQL, where it is not what the copied row holds. */
function changedColumns({
  measures,
  differences = {},
}: WarehouseTable): Record<AddedRows, Record<string, string>> {
  const each = (columns: string[], change: (column: string) => string) =>
    Object.fromEntries(columns.map((column) => [column, change(column)]));
  const differing = Object.keys(differences);
  return {
    duplicate: {},
    // All of a row's figures: one that is negative alone would also not add up, and that is another fault.
    negative: {
      id: "id || '-negative'",
      ...each([...Object.keys(measures), ...differing], (column) => `-abs(${column})`),
    },
    foreign: { id: "id || '-foreign'", loaded_through: "'none-of-this-shop'" },
    mismatch: { id: "id || '-mismatch'", ...each(differing, (column) => `100 * ${column}`) },
  };
}
