import { setTimeout as sleep } from "node:timers/promises";
import { isLockTimeout } from "#app/platform/database-trouble.server.ts";
import { db } from "#app/platform/db.server.ts";

const TRIES = 12;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** Makes this month's and the next three months' partitions of `dq_results` if they are missing. */
export async function ensurePartitions(): Promise<{ made: number }> {
  const made = await whenNobodyIsInTheWay(async () => {
    const [row] = await db().$queryRaw<{ made: number }[]>`SELECT ensure_result_partitions(0, 3) AS made`;
    return row?.made ?? 0;
  });
  return { made };
}

/** Drops the months of results that were over at the cutoff, one after the other, whole. Answers their names. */
export async function dropPartitions(cutoff: Date): Promise<string[]> {
  const dropped: string[] = [];
  for (;;) {
    const name = await whenNobodyIsInTheWay(async () => {
      const [row] = await db().$queryRaw<{ name: string | null }[]>`
        SELECT drop_result_partition(${cutoff}::timestamptz) AS name`;
      return row?.name ?? null;
    });
    if (name === null) return dropped;
    dropped.push(name);
  }
}

/**
 * A partition is made or dropped under a lock that nobody may hold up: the database gives up after a fifth of a second,
 * so that readers do not queue up behind, and it is tried again, for about a minute.
 * @throws what the database said last
 */
async function whenNobodyIsInTheWay<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === TRIES || !isLockTimeout(error)) throw error;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
      await sleep(wait * (0.5 + Math.random()));
    }
  }
}
