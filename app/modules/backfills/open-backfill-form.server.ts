import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";
import type { BackfillForm } from "./backfill-form.ts";
import { type DayRange, decideOpeningRange, isSameRange } from "./backfill-range.ts";
import { estimateBackfill } from "./estimate-backfill.server.ts";

/**
 * The form as it opens: the days it was opened for as far as they may be asked for, else a gap in the history, else the
 * last week. @throws AppError not_found
 */
export async function openBackfillForm(
  tx: ShopTx,
  shop: Shop,
  connectorId: string,
  wanted: DayRange | null,
  now: Date,
): Promise<BackfillForm> {
  const today = dayOf(now, shop.timeZone);
  const lastWeek = { startDate: dayBefore(today, 6), endDate: today };
  const estimate = await estimateBackfill(tx, shop, connectorId, lastWeek, now);
  const range = decideOpeningRange(wanted, estimate.suggestedRange, estimate.limits);
  return isSameRange(range, lastWeek)
    ? { range, estimate }
    : { range, estimate: await estimateBackfill(tx, shop, connectorId, range, now) };
}
