import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource } from "../connectors/sources.ts";
import { loadMapping } from "../profiles/load-mapping.server.ts";
import { loadSeries } from "../profiles/series.store.server.ts";
import type { Shop } from "../shops/shop.ts";
import { daysSetApart, dueThroughOf, SERIES_DAYS, shapeOf } from "./data-basis.ts";
import type { DataFacts, DaySpan } from "./data-facts.ts";

/**
 * What a connector's days can be judged by anew, from its profiles: nothing is asked of the warehouse. Hours and runs are
 * left out. Null where the source is not mapped or was never profiled.
 */
export async function loadDataFacts(
  tx: ShopTx,
  shop: Shop,
  { id, source }: { id: string; source: string },
  now: Date,
): Promise<DataFacts | null> {
  if (!isSource(source)) return null;
  const mapped = loadMapping().mapping[source];
  if (!mapped) return null;
  const [profiled] = await loadSeries(tx, { connectorIds: [id] }, { days: SERIES_DAYS, now });
  if (!profiled?.profiledAt) return null;
  const { lastSucceededAt, expected, past, failing } = await loadContext(tx, shop, id);
  return {
    source,
    currency: shop.currency,
    shape: shapeOf(mapped),
    days: profiled.days,
    hours: [],
    hasRows: profiled.hasRows,
    dueThrough: dueThroughOf(source, lastSucceededAt, shop.timeZone),
    dueThroughHour: null,
    expected,
    ...daysSetApart(past, failing),
    recentRuns: [],
    prior: new Map(),
    isFullPass: false,
  };
}

/** What of a connector's days is known besides its profiles. */
async function loadContext(tx: ShopTx, shop: Shop, connectorId: string) {
  const [row] = await tx.$queryRaw<
    {
      lastSucceededAt: Date | null;
      expected: DaySpan[];
      past: (DaySpan & { check: string; resolution: string | null })[];
      failing: { subject: string }[];
    }[]
  >`
    SELECT c.last_succeeded_at AS "lastSucceededAt",
      (SELECT coalesce(json_agg(json_build_object('from', start_day, 'to', end_day)), '[]') FROM expected_windows
        WHERE shop_id = c.shop_id AND (connector_id IS NULL OR connector_id = c.id)) AS expected,
      (SELECT coalesce(json_agg(json_build_object('from', first_day, 'to', last_day, 'check', check_name, 'resolution', resolution)), '[]')
        FROM dq_incidents WHERE shop_id = c.shop_id AND connector_id = c.id AND status = 'resolved' AND first_day IS NOT NULL) AS past,
      (SELECT coalesce(json_agg(json_build_object('subject', f ->> 'subject')), '[]') FROM dq_checks k, jsonb_array_elements(k.findings -> 'failing') f
        WHERE k.shop_id = c.shop_id AND k.connector_id = c.id) AS failing
    FROM connectors c WHERE c.shop_id = ${shop.id}::uuid AND c.id = ${connectorId}::uuid`;
  return row ?? { lastSucceededAt: null, expected: [], past: [], failing: [] };
}
