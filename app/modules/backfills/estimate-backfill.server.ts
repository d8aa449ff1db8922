import { env } from "#app/platform/env.server.ts";
import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource, type Source } from "../connectors/sources.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";
import type { BackfillEstimate } from "./backfill.ts";
import { type BackfilledConnector, findBackfilledConnector } from "./backfills.store.server.ts";
import { type EstimateFacts, estimateBackfill as estimate } from "./estimate.ts";
import type { Timed } from "./estimate-duration.ts";
import type { EarlierBackfill } from "./estimate-rows.ts";
import { expectWay } from "./expect-way.ts";
import { type DayRange, limitsOf, readRange } from "./range.ts";
import { isBackfillWay, readDaysOf } from "./read-days.ts";

const PROFILED_DAYS = 430;
const RUN_DAYS = 30;
/** How many of those from before: a first import may be years old, and still is what was largest. */
const LARGE_RUNS = 5;
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

interface StoredEarlier extends Omit<EarlierBackfill, "way"> {
  strategy: string | null;
}

/** Everything an estimate rests on, in one statement. The asked range may be another one afterwards, not an earlier one. */
export async function loadEstimateFacts(
  tx: ShopTx,
  shop: Shop,
  connector: BackfilledConnector,
  source: Source,
  asked: EstimateFacts["asked"],
  now: Date,
): Promise<EstimateFacts> {
  const today = dayOf(now, shop.timeZone);
  const way = expectWay({ ...connector, source, canRewind: env().AIRBYTE_CONFIG_API_URL !== undefined });
  const from = [
    readDaysOf(asked, { source, way, today }).startDay,
    dayBefore(today, PROFILED_DAYS),
  ].sort()[0]!;
  const [row] = await tx.$queryRaw<
    {
      days: Record<string, number>;
      runs: Timed[];
      largeRuns: Timed[];
      earlier: StoredEarlier[];
      gapFrom: string | null;
      gapTo: string | null;
    }[]
  >`
    WITH told AS (
      SELECT rows_synced AS rows, extract(epoch FROM ended_at - started_at) AS seconds,
        ended_at > ${now}::timestamptz - make_interval(days => ${RUN_DAYS}) AS "isRecent"
      FROM sync_runs WHERE shop_id = ${shop.id}::uuid AND connector_id = ${connector.id}::uuid AND status = 'succeeded' AND rows_synced IS NOT NULL AND started_at IS NOT NULL
    )
    SELECT
      coalesce((SELECT jsonb_object_agg(to_char(p.day, 'YYYY-MM-DD'), p.row_count) FROM daily_profiles p
        WHERE p.shop_id = c.shop_id AND p.connector_id = c.id AND p.day >= ${from}::date), '{}') AS days,
      coalesce((SELECT jsonb_agg(jsonb_build_object('rows', rows, 'seconds', seconds)) FROM told WHERE "isRecent"), '[]') AS runs,
      coalesce((SELECT jsonb_agg(jsonb_build_object('rows', l.rows, 'seconds', l.seconds))
        FROM (SELECT * FROM told WHERE NOT "isRecent" ORDER BY rows DESC LIMIT ${LARGE_RUNS}) l), '[]') AS "largeRuns",
      coalesce((SELECT jsonb_agg(jsonb_build_object('rows', e.rows_loaded, 'seconds', extract(epoch FROM e.ended_at - e.started_at),
          'startDay', to_char(e.start_day, 'YYYY-MM-DD'), 'endDay', to_char(e.end_day, 'YYYY-MM-DD'),
          'ranOn', to_char(e.started_at AT TIME ZONE ${shop.timeZone}, 'YYYY-MM-DD'), 'strategy', e.strategy))
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
    way,
    rowsByDay: new Map(Object.entries(row!.days)),
    runs: row!.runs,
    largeRuns: row!.largeRuns,
    earlier: row!.earlier.map(({ strategy, ...one }) => ({
      ...one,
      way: isBackfillWay(strategy) ? strategy : way,
    })),
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
