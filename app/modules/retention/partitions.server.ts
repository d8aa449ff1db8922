import { db } from "#app/platform/db.server.ts";

/** Makes this month's and the next three months' partitions of `dq_results` if they are missing. */
export async function ensurePartitions(): Promise<{ made: number }> {
  const [row] = await db().$queryRaw<{ made: number }[]>`SELECT ensure_result_partitions(0, 3) AS made`;
  return { made: row?.made ?? 0 };
}
