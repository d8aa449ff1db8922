import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource, type Source } from "../connectors/sources.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";
import type { BackfillEstimate } from "./backfill.ts";
import { type BackfilledConnector, findBackfilledConnector } from "./backfills.store.server.ts";
import { readsToToday } from "./choose-engine.server.ts";
import { type EstimateFacts, estimateBackfill as estimate, type Timed } from "./estimate.ts";
import { type DayRange, limitsOf, readRange } from "./range.ts";

const PROFILED_DAYS = 430;
const RUN_DAYS = 30;
const EARLIER = 20;
/** Checks whose failing days lack rows: a backfill may mend them. */
const gapChecks = [
  "missing_days",
  "row_count_drop",
  "zero_orders",
  "zero_spend",
  "silent_hours",
  "volume_anomaly",
];

/**
 * `GET …/backfill/estimate`: what a backfill of these days would take. Nothing is asked of anybody outside.
 * @param asked `{startDate, endDate}` as they came
 * @throws AppError not_found; invalid with a message for each date
 */
export async function estimateBackfill(
  tx: ShopTx,
  shop: Shop,
  connectorId: string,
  asked: unknown,
  now: Date,
  { isStaff = false } = {},
): Promise<BackfillEstimate> {
  const connector = await findBackfilledConnector(tx, connectorId);
  if (!connector || !isSource(connector.source)) throw notFound("connector");
  const source = connector.source;
  const limits = limitsOf(source, { today: dayOf(now, shop.timeZone), scopes: connector.scopes });
  return estimate(
    await loadEstimateFacts(tx, shop, connector, source, readRange(asked, limits, { isStaff }), now),
  );
}

/** Everything an estimate rests on, in one statement. */
export async function loadEstimateFacts(
  tx: ShopTx,
  shop: Shop,
  connector: BackfilledConnector,
  source: Source,
  asked: EstimateFacts["asked"],
  now: Date,
): Promise<EstimateFacts> {
  const today = dayOf(now, shop.timeZone);
  const from = [asked.startDay, dayBefore(today, PROFILED_DAYS)].sort()[0]!;
  const [row] = await tx.$queryRaw<
    {
      days: Record<string, number>;
      runs: Timed[];
      earlier: Timed[];
      gapFrom: string | null;
      gapTo: string | null;
    }[]
  >`
    SELECT
      coalesce((SELECT jsonb_object_agg(to_char(p.day, 'YYYY-MM-DD'), p.row_count) FROM daily_profiles p
        WHERE p.shop_id = c.shop_id AND p.connector_id = c.id AND p.day >= ${from}::date), '{}') AS days,
      coalesce((SELECT jsonb_agg(jsonb_build_object('rows', r.rows_synced, 'seconds', extract(epoch FROM r.ended_at - r.started_at))) FROM sync_runs r
        WHERE r.shop_id = c.shop_id AND r.connector_id = c.id AND r.status = 'succeeded' AND r.rows_synced IS NOT NULL
          AND r.started_at IS NOT NULL AND r.ended_at > ${now}::timestamptz - make_interval(days => ${RUN_DAYS})), '[]') AS runs,
      coalesce((SELECT jsonb_agg(jsonb_build_object('rows', e.rows_loaded, 'seconds', extract(epoch FROM e.ended_at - e.started_at)))
        FROM (SELECT * FROM backfill_jobs b WHERE b.shop_id = c.shop_id AND b.connector_id = c.id AND b.status = 'completed' AND b.rows_loaded > 0
          ORDER BY b.ended_at DESC LIMIT ${EARLIER}) e), '[]') AS earlier,
      to_char(g.first_day, 'YYYY-MM-DD') AS "gapFrom", to_char(g.last_day, 'YYYY-MM-DD') AS "gapTo"
    FROM connectors c LEFT JOIN LATERAL (
      SELECT min(i.first_day) AS first_day, max(i.last_day) AS last_day FROM dq_incidents i WHERE i.shop_id = c.shop_id AND i.connector_id = c.id
        AND i.status <> 'resolved' AND i.check_name = ANY (${gapChecks}::text[])) g ON true
    WHERE c.id = ${connector.id}::uuid`;
  const limits = limitsOf(source, { today, scopes: connector.scopes });
  return {
    source,
    asked,
    limits,
    today,
    hour: Number(
      new Intl.DateTimeFormat("en-GB", { timeZone: shop.timeZone, hour: "2-digit", hourCycle: "h23" }).format(
        now,
      ),
    ),
    readsToToday: readsToToday(connector),
    rowsByDay: new Map(Object.entries(row!.days)),
    runs: row!.runs,
    earlier: row!.earlier,
    gap: withinLimits(row!.gapFrom, row!.gapTo, limits),
  };
}

/** A gap as far as it can be refilled. */
function withinLimits(
  from: string | null,
  to: string | null,
  { earliestDate, latestDate, maxDays }: { earliestDate: string; latestDate: string; maxDays: number },
): DayRange | null {
  if (!from || !to) return null;
  const endDay = to > latestDate ? latestDate : to;
  const longest = dayBefore(endDay, maxDays - 1);
  const startDay = [from, earliestDate, longest].reduce((later, day) => (day > later ? day : later));
  return startDay <= endDay ? { startDay, endDay } : null;
}
