import { db } from "#app/platform/db.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { queueStep, STEP_LOST_AFTER_SECONDS } from "./backfill-steps.store.server.ts";

/** Once a minute: backfills that are due and that nobody is at work on, because their worker was lost, get a job again. */
export async function sweepBackfills(now: Date): Promise<{ backfills: number }> {
  const dueBefore = new Date(now.getTime() - STEP_LOST_AFTER_SECONDS * 1000);
  const overdue = await db().$queryRaw<{ shopId: string; id: string }[]>`
    SELECT shop_id AS "shopId", id FROM list_overdue_backfills(${dueBefore}::timestamptz)`;
  for (const { shopId, id } of overdue) await withShop(shopId, (tx) => queueStep(tx, shopId, id, now));
  return { backfills: overdue.length };
}
