import type { Source } from "../connectors/sources.ts";
import { dayBefore, daysBetween } from "../shops/shop-days.ts";
import type { DayRange } from "./range.ts";

/** How days are loaded again, as it is stored of a backfill. */
export const backfillWays = ["airbyte_bounded", "airbyte_rewind", "push"] as const;
export type BackfillWay = (typeof backfillWays)[number];

export const isBackfillWay = (strategy: string | null): strategy is BackfillWay =>
  backfillWays.some((way) => way === strategy);

/**
 * How many days before the first a connector reads whose cursor is set back to it: a cursor that is only a date goes a day
 * further, and on top of that comes what the connector looks back by itself (its default: the Airbyte source's
 * `conversion_window_days`, `attribution_window`, `look_back_window`, `lookback_window`). Cursors that are instants: none.
 */
const daysBeforeCursor: Readonly<Partial<Record<Source, number>>> = {
  meta_ads: 1,
  google_ads: 15,
  tiktok_ads: 4,
  pinterest_ads: 1,
  snap_ads: 1,
  amazon_ads: 4,
  ga4: 3,
};

/** Meta's insights are read from so many days before today on, wherever the cursor stands (`insights_lookback_window`). */
const META_LOOKBACK_DAYS = 28;

/**
 * The days that are really read when a range is asked for: those, and what the way of reading them brings along. Never
 * later than today, never less than was asked.
 */
export function readDaysOf(
  { startDay, endDay }: DayRange,
  { source, way, today }: { source: Source; way: BackfillWay; today: string },
): DayRange {
  switch (way) {
    case "push":
      return { startDay, endDay };
    // A day on either side: the account's days need not be the shop's.
    case "airbyte_bounded":
      return { startDay: dayBefore(startDay), endDay: earlier(dayBefore(endDay, -1), later(today, endDay)) };
    case "airbyte_rewind": {
      const first = dayBefore(startDay, daysBeforeCursor[source] ?? 0);
      return {
        startDay: source === "meta_ads" ? earlier(first, dayBefore(today, META_LOOKBACK_DAYS)) : first,
        endDay: later(today, endDay),
      };
    }
  }
}

export const countDaysOf = ({ startDay, endDay }: DayRange): number => daysBetween(startDay, endDay) + 1;

const earlier = (a: string, b: string) => (a < b ? a : b);
const later = (a: string, b: string) => (a > b ? a : b);
