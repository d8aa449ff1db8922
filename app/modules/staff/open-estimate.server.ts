import { AppError } from "#app/platform/errors.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import type { BackfillEstimate } from "../backfills/backfill.ts";
import { estimateBackfill } from "../backfills/estimate-backfill.server.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";
import type { StaffBy } from "./act-on-shop.server.ts";
import { openShop } from "./open-shop.server.ts";

/**
 * What a backfill of any length would take. Days that cannot be had are an answer, not an error: the form shows why.
 * @throws AppError not_found
 */
export async function openEstimate(
  { shop: named, id }: { shop: string; id: string },
  days: Record<string, string>,
  by: StaffBy,
): Promise<
  { ok: true; estimate: BackfillEstimate } | { ok: false; message: string; errors: Record<string, string> }
> {
  const shop = await openShop(named, by);
  const today = dayOf(by.now, shop.timeZone);
  const asked = days.startDate || days.endDate ? days : { startDate: dayBefore(today, 6), endDate: today };
  try {
    const estimate = await withShop(shop.id, (tx) =>
      estimateBackfill(tx, shop, id, asked, by.now, { isStaff: true }),
    );
    return { ok: true, estimate };
  } catch (error) {
    if (!(error instanceof AppError && error.code === "invalid")) throw error;
    const errors = Object.entries(error.errors ?? {}).map(([field, [first = ""]]) => [field, first]);
    return { ok: false, message: error.message, errors: Object.fromEntries(errors) };
  }
}
