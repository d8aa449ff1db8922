import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource } from "../connectors/sources.ts";
import type { Shop } from "../shops/shop.ts";
import { dayOf } from "../shops/shop-days.ts";
import type { BackfillForm } from "./backfill-form.ts";
import { type DayRange, decideOpeningRange } from "./backfill-range.ts";
import { findBackfilledConnector } from "./backfills.store.server.ts";
import { estimateBackfill } from "./estimate.ts";
import { loadEstimateFacts } from "./estimate-backfill.server.ts";
import { limitsOf, readRange } from "./range.ts";

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
  const connector = await findBackfilledConnector(tx, connectorId);
  if (!connector || !isSource(connector.source)) throw notFound("connector");
  const { source, scopes } = connector;
  const limits = limitsOf(source, { today: dayOf(now, shop.timeZone), scopes });
  const readable = ({ startDate, endDate }: DayRange) => readRange({ startDate, endDate }, limits);
  const asked = readable(decideOpeningRange(wanted, null, limits));
  const facts = await loadEstimateFacts(tx, shop, connector, source, asked, now);
  const gap = facts.gap && { startDate: facts.gap.startDay, endDate: facts.gap.endDay };
  const range = decideOpeningRange(wanted, gap, limits);
  return { range, estimate: estimateBackfill({ ...facts, asked: readable(range) }) };
}
