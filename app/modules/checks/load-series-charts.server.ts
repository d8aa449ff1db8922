import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Shop } from "../shops/shop.ts";
import { dayOf } from "../shops/shop-days.ts";
import { loadDataFacts } from "./load-data-facts.server.ts";
import { replayDays } from "./replay-days.ts";
import { drawSeries, type SeriesChart } from "./series-chart.ts";
import { seriesOf } from "./volume-series.ts";

/**
 * What each of the last days held against what was expected of it then, judged anew from the profiles: nothing is asked
 * of the warehouse. Null where the source is not mapped or was never profiled.
 */
export async function loadSeriesCharts(
  tx: ShopTx,
  shop: Shop,
  connector: { id: string; source: string },
  now: Date,
  days: number,
): Promise<SeriesChart[] | null> {
  const facts = await loadDataFacts(tx, shop, connector, now);
  if (!facts) return null;
  const { source, shape } = facts;
  return seriesOf(shape).map((series) =>
    drawSeries({
      source,
      shape,
      series,
      currency: shop.currency,
      today: dayOf(now, shop.timeZone),
      replayed: replayDays(facts, days, series),
    }),
  );
}
