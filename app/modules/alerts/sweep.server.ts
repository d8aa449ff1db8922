import { db } from "#app/platform/db.server.ts";
import { log } from "#app/platform/log.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import { endSnoozes } from "../incidents/act-on-incident.server.ts";
import { queueDeliveries } from "./deliveries.store.server.ts";
import { ATTEMPT_LOST_AFTER_SECONDS } from "./retrying.ts";

/**
 * Once a minute: deliveries that are due and that nobody is at work on, because their worker was lost, get a job again;
 * snoozes that are over end. One shop's trouble does not keep the others from it.
 */
export async function sweepAlerts(
  now: Date,
): Promise<{ shops: number; deliveries: number; snoozes: number }> {
  const dueBefore = new Date(now.getTime() - ATTEMPT_LOST_AFTER_SECONDS * 1000);
  const shops = await db().$queryRaw<{ shopId: string | null }[]>`
    SELECT shop_id AS "shopId" FROM list_overdue_alerts(${now}::timestamptz, ${dueBefore}::timestamptz)`;
  let deliveries = 0;
  let snoozes = 0;
  for (const { shopId } of shops) {
    try {
      await withShops(shopId === null ? [] : [shopId], async (tx) => {
        if (shopId !== null) snoozes += await endSnoozes(tx, now);
        const overdue = await tx.$queryRaw<{ shopId: string | null; id: string }[]>`
          SELECT shop_id AS "shopId", id FROM alert_deliveries
          WHERE state IN ('queued', 'held', 'sending') AND due_at < ${dueBefore}::timestamptz ORDER BY position`;
        await queueDeliveries(
          tx,
          overdue.map((delivery) => ({ ...delivery, dueAt: now })),
        );
        deliveries += overdue.length;
      });
    } catch (error) {
      log.error({ err: error, shopId }, "a shop's overdue alerts could not be taken up");
    }
  }
  return { shops: shops.length, deliveries, snoozes };
}
