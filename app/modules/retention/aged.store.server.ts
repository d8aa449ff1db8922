import { db } from "#app/platform/db.server.ts";

export interface Batch {
  /** Rows that went, by table. */
  gone: Record<string, number>;
  /** The age to go on from; null: there are no more. */
  reached: string | null;
}

/**
 * Deletes the next batch of what is older than `before`, over all shops or of one, by the function that alone may do
 * that, in a transaction of its own. One that would take longer than `withinMs` is undone.
 * @throws an error that `isStatementTimeout` knows, when it was undone for that
 */
export async function deleteAged(
  table: string,
  {
    since,
    before,
    wanted,
    shopId,
    withinMs,
  }: { since: string; before: Date; wanted: number; shopId: string | null; withinMs: number },
): Promise<Batch> {
  const [, rows] = await db().$transaction([
    // Within the statement that it is to bound it would come too late.
    db().$executeRaw`SELECT set_config('statement_timeout', ${String(withinMs)}, true)`,
    db().$queryRaw<{ table: string; rows: number; reached: string | null }[]>`
      SELECT gone_from AS "table", gone AS rows, reached::text FROM delete_aged(${table}, ${since}::timestamptz, ${before}::timestamptz, ${wanted}::integer, ${shopId}::uuid)`,
  ]);
  return {
    gone: Object.fromEntries(rows.map((row) => [row.table, row.rows])),
    reached: rows[0]?.reached ?? null,
  };
}
