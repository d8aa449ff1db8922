import pg from "pg";
import { warehouseTables } from "../airbyte/source-kinds.ts";

type Change =
  | {
      kind: "lose_rows";
      source: string;
      day?: string | undefined;
      days?: string[] | undefined;
      share: number;
    }
  | { kind: "duplicate" | "negative"; source: string; day?: string | undefined; days?: string[] | undefined }
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
    await owner.query(
      `WITH back AS (DELETE FROM ${kept} WHERE shop_domain = $1 RETURNING *) INSERT INTO ${name} SELECT * FROM back`,
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
      `WITH gone AS (DELETE FROM ${name} WHERE ${wanted} AND ('x' || substr(md5(_airbyte_raw_id), 1, 8))::bit(32)::bigint / 4294967296.0 < $3 RETURNING *) INSERT INTO ${kept} SELECT * FROM gone`,
      [domain, days, change.share],
    );
    return { rows: done.rowCount ?? 0 };
  }
  const columns = [
    "shop_domain",
    "id",
    table.grain === "day" ? "day" : "created_at",
    ...Object.keys(table.measures),
    "currency",
    table.category.column,
  ];
  const firstMeasure = Object.keys(table.measures)[0]!;
  const values = columns.map((column) =>
    change.kind === "negative" && column === firstMeasure
      ? `-abs(${column})`
      : change.kind === "negative" && column === "id"
        ? "id || '-negative'"
        : column,
  );
  const done = await owner.query(
    `INSERT INTO ${name} (${columns.join(", ")}, _airbyte_raw_id, _airbyte_extracted_at, _airbyte_meta, _airbyte_generation_id)
     SELECT ${values.join(", ")}, gen_random_uuid()::text, now(), '{"demo": true}', _airbyte_generation_id FROM ${name} WHERE ${wanted} LIMIT 5`,
    [domain, days],
  );
  return { rows: done.rowCount ?? 0 };
}
