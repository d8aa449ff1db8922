import { db } from "#app/platform/db.server.ts";

export interface Batch {
  /** Rows that went, by table. */
  gone: Record<string, number>;
  /** The age to go on from; null: there are no more. */
  reached: string | null;
}

/**
 * Deletes the next batch of what is older than `before`, over all shops or of one, by the function that alone may do
 * that: one statement is one transaction, and one way to the database and back.
 */
export async function deleteAged(
  table: string,
  { since, before, wanted, shopId }: { since: string; before: Date; wanted: number; shopId: string | null },
): Promise<Batch> {
  const rows = await db().$queryRaw<{ table: string; rows: number; reached: string | null }[]>`
    SELECT gone_from AS "table", gone AS rows, reached::text FROM delete_aged(${table}, ${since}::timestamptz, ${before}::timestamptz, ${wanted}::integer, ${shopId}::uuid)`;
  return {
    gone: Object.fromEntries(rows.map((row) => [row.table, row.rows])),
    reached: rows[0]?.reached ?? null,
  };
}
