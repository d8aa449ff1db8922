import type { Source } from "../connectors/sources.ts";
import { dayBefore } from "../shops/shop-days.ts";

type Written = (start: string, end: string) => Record<string, string>;
const plain: Written = (start, end) => ({ start_date: start, end_date: end });

/** How each connector that reads between two days is told of them. The others know no end. */
const written: Readonly<Partial<Record<Source, Written>>> = {
  meta_ads: (start, end) => ({ start_date: `${start}T00:00:00Z`, end_date: `${end}T00:00:00Z` }),
  google_ads: plain,
  tiktok_ads: plain,
  snap_ads: plain,
  ga4: (start, end) => ({ date_ranges_start_date: start, date_ranges_end_date: end }),
};

export const isBoundedSource = (source: Source): boolean => written[source] !== undefined;

/**
 * The settings that make a source read a range and no more; null when it knows no end. A day more on either side, up to
 * today: the account's days need not be the shop's, and connectors differ in whether the end belongs to the range.
 */
export function boundedSettings(
  source: Source,
  { startDay, endDay, today }: { startDay: string; endDay: string; today: string },
): Record<string, string> | null {
  const next = dayBefore(endDay, -1);
  return written[source]?.(dayBefore(startDay), next > today ? today : next) ?? null;
}
