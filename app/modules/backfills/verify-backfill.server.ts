import { withShop } from "#app/platform/tenant.server.ts";
import { checkConnectorAnew } from "../checks/check-data.server.ts";
import { rowsOf } from "../checks/data-words.ts";
import { usableMapping } from "../profiles/load-mapping.server.ts";
import { profileBatch } from "../profiles/profile-shops.server.ts";
import { daysBetween, daysEnding } from "../shops/shop-days.ts";
import type { BackfillResult } from "./backfill.ts";
import { type ClaimedBackfill, readDayTotals } from "./backfill-steps.store.server.ts";
import { compareDays, type DayTotals } from "./compare-days.ts";

export type Verified = { isRead: true; result: BackfillResult } | { isRead: false; why: string };

/** What a source's main sum is called where a merchant would ask for it. */
const amountWords: Readonly<Record<string, string>> = {
  total_price: "revenue",
  amount: "refunds",
  spend: "spend",
  revenue: "revenue",
};

/** What the days of a backfill hold before it, read from the warehouse now; null where that does not answer. */
export async function readBefore(claimed: ClaimedBackfill, now: Date): Promise<DayTotals | null> {
  const measure = await mainMeasureOf(claimed, now);
  await profileRange(claimed, now);
  return withShop(claimed.backfill.shopId, (tx) =>
    readDayTotals(tx, claimed.connectorId, claimed.backfill, measure),
  );
}

/**
 * Reads the days again, compares them with before, and has the connector judged twice on what was read anew each time:
 * an incident that is healed closes by itself, as by any two passing checks.
 */
export async function compareWithBefore(claimed: ClaimedBackfill, now: Date): Promise<Verified> {
  const { backfill, connectorId } = claimed;
  const measure = await mainMeasureOf(claimed, now);
  const failure = await profileRange(claimed, now);
  if (failure) return { isRead: false, why: failure };
  for (let time = 0; time < 2; time += 1) await checkConnectorAnew(backfill.shopId, connectorId, backfill);
  const after = await withShop(backfill.shopId, (tx) => readDayTotals(tx, connectorId, backfill, measure));
  return {
    isRead: true,
    result: compareDays({
      days: daysEnding(backfill.endDay, daysBetween(backfill.startDay, backfill.endDay) + 1),
      before: claimed.before ?? {},
      after,
      rowsAre: rowsOf(backfill.source),
      amountIs: measure ? (amountWords[measure] ?? null) : null,
    }),
  };
}

async function mainMeasureOf({ backfill }: ClaimedBackfill, now: Date): Promise<string | null> {
  return (await usableMapping(now))[backfill.source]?.mainMeasure ?? null;
}

/** @returns what the warehouse did not answer; null: the days are known as they are */
async function profileRange({ backfill, connectorId }: ClaimedBackfill, now: Date): Promise<string | null> {
  const { shopId, domain, timeZone, startDay, endDay } = backfill;
  const { failures } = await profileBatch([{ shopId, domain, timeZone }], now, {
    mode: "due",
    only: { connectorId, fromDay: startDay, toDay: endDay },
  });
  return failures[0] ? `the warehouse could not be read (${failures[0].kind})` : null;
}
