import type { ShopTx } from "#app/platform/tenant.server.ts";
import { dashboardKeys, sourceKeys, sources } from "../connectors/sources.ts";
import { BLOCKED_CAP } from "./score.ts";

const known = sourceKeys.map((key) => ({
  source: key,
  warning: sources[key].warningMinutes,
  is_critical: sources[key].isCritical,
  feeds: sources[key].feeds,
}));

/**
 * Stores what a summary of each shop says now (score, status, blocked, worst severity, open incidents), in one statement
 * for any number: staff's list of shops is read from it. The SQL twin of `loadHealth`; a test holds them together. What
 * only time changes is seen at the next tick.
 */
export async function saveShopHealth(tx: ShopTx, shopIds: readonly string[], now: Date): Promise<void> {
  if (shopIds.length === 0) return;
  const ids = [...shopIds].sort();
  await tx.$executeRaw`
    WITH limits AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(known)}::jsonb) AS l (source text, warning int, is_critical boolean, feeds text[])
    ), checks AS MATERIALIZED (
      SELECT q.shop_id, q.connector_id,
        max(q.outcome) FILTER (WHERE q.check_name = 'freshness') AS freshness,
        max(array_position(ARRAY['warning', 'high', 'critical'], q.severity)) FILTER (WHERE q.check_name = 'freshness') AS lateness,
        bool_or(q.outcome = 'learning') FILTER (WHERE q.check_name IN ('row_count_drop', 'volume_anomaly'))
          AND NOT bool_or(q.outcome IN ('passed', 'failed', 'not_enough_volume')) FILTER (WHERE q.check_name IN ('row_count_drop', 'volume_anomaly')) AS is_learning
      FROM dq_checks q
      WHERE q.shop_id = ANY (${ids}::uuid[]) AND q.check_name IN ('freshness', 'row_count_drop', 'volume_anomaly')
      GROUP BY 1, 2
    ), problems AS MATERIALIZED (
      SELECT i.shop_id, i.connector_id,
        max(array_position(ARRAY['warning', 'high', 'critical'], q.severity)) FILTER (WHERE coalesce(i.snoozed_until <= ${now}, true)) AS worst,
        bool_or(q.outcome = 'cannot_sync') FILTER (WHERE q.severity IS NOT NULL AND coalesce(i.snoozed_until <= ${now}, true)) AS cannot_sync,
        bool_or(i.check_name = 'freshness') AS is_open_for_lateness,
        bool_or(i.check_name = 'empty_table') AS is_empty, bool_or(i.check_name = 'tenant_isolation') AS is_foreign
      FROM dq_incidents i
      JOIN dq_checks q ON q.shop_id = i.shop_id AND q.connector_id = i.connector_id AND q.check_name = i.check_name
      WHERE i.shop_id = ANY (${ids}::uuid[]) AND i.status <> 'resolved'
      GROUP BY 1, 2
    ), facts AS MATERIALIZED (
      SELECT c.shop_id, c.id, l.is_critical, l.feeds, c.paused_at IS NOT NULL AS paused, coalesce(k.freshness, 'not_judged') AS freshness,
        coalesce(k.is_learning, false) AS is_learning,
        -- What is late stays late when a person has closed its incident; only a snooze hushes it.
        CASE WHEN p.is_open_for_lateness THEN p.worst ELSE greatest(p.worst, k.lateness) END AS worst, coalesce(p.cannot_sync, false) AS cannot_sync,
        coalesce(p.is_empty, false) AS is_empty, coalesce(p.is_foreign, false) AS is_foreign,
        c.engine = 'airbyte' AND w.unreachable_since IS NOT NULL AS is_unseen,
        floor(extract(epoch FROM CASE WHEN c.engine = 'airbyte' AND w.unreachable_since IS NOT NULL
          THEN least(${now}::timestamptz, coalesce(w.last_polled_at, w.unreachable_since)) ELSE ${now}::timestamptz END
          - coalesce(c.last_succeeded_at, c.created_at)) / 60) > 4 * coalesce(c.sla_warning_minutes, l.warning) AS is_too_old
      FROM connectors c
      JOIN limits l ON l.source = c.source
      LEFT JOIN airbyte_workspaces w ON w.shop_id = c.shop_id
      LEFT JOIN checks k ON k.shop_id = c.shop_id AND k.connector_id = c.id
      LEFT JOIN problems p ON p.shop_id = c.shop_id AND p.connector_id = c.id
      WHERE c.shop_id = ANY (${ids}::uuid[])
    ), graded AS (
      SELECT *, CASE WHEN is_critical THEN 3 ELSE 1 END AS weight,
        CASE WHEN paused OR is_unseen THEN NULL
          WHEN worst IS NULL THEN CASE WHEN freshness IN ('first_import_running', 'never_synced', 'not_judged') OR is_learning THEN NULL ELSE 100 END
          WHEN worst = 3 OR cannot_sync THEN 0 WHEN worst = 2 THEN 30 ELSE 60 END AS points
      FROM facts
    ), scores AS (
      SELECT shop_id, round(sum(weight * points)::numeric / sum(weight) FILTER (WHERE points IS NOT NULL))::int AS score,
        bool_or(points = 0) AS has_error, bool_or(points < 100) AS has_delay, max(worst) FILTER (WHERE NOT paused) AS worst
      FROM graded GROUP BY 1
    ), blocks AS (
      SELECT DISTINCT r.shop_id FROM (
        SELECT shop_id, id, 'security' AS code, ${[...dashboardKeys]}::text[] AS dashboards FROM facts WHERE is_foreign
        UNION ALL
        SELECT shop_id, id, CASE WHEN is_empty THEN 'empty_table' ELSE 'stale' END, feeds FROM facts
        WHERE is_critical AND (is_empty OR (is_too_old AND NOT paused AND freshness <> 'first_import_running'))
      ) r CROSS JOIN LATERAL unnest(r.dashboards) AS d (dashboard)
      WHERE NOT EXISTS (SELECT FROM dashboard_lifts x WHERE x.shop_id = r.shop_id AND x.dashboard = d.dashboard AND x.expires_at > ${now}
        AND x.covers @> jsonb_build_array(jsonb_build_object('code', r.code, 'connectorId', r.id)))
    ), counts AS (
      SELECT shop_id, count(*)::int AS open_incidents FROM dq_incidents
      WHERE shop_id = ANY (${ids}::uuid[]) AND status <> 'resolved' GROUP BY 1
    ), found AS (
      SELECT t.shop_id, CASE WHEN b.shop_id IS NOT NULL AND s.score > ${BLOCKED_CAP} THEN ${BLOCKED_CAP} ELSE s.score END AS score,
        CASE WHEN s.has_error OR b.shop_id IS NOT NULL THEN 'critical' WHEN s.has_delay THEN 'degraded'
          WHEN s.score IS NULL THEN 'unknown' ELSE 'healthy' END AS status,
        b.shop_id IS NOT NULL AS blocked, (ARRAY['warning', 'high', 'critical'])[s.worst] AS worst_severity,
        coalesce(n.open_incidents, 0) AS open_incidents
      FROM unnest(${ids}::uuid[]) AS t (shop_id)
      LEFT JOIN scores s USING (shop_id) LEFT JOIN blocks b USING (shop_id) LEFT JOIN counts n USING (shop_id)
    )
    UPDATE shop_health h SET score = f.score, status = f.status, blocked = f.blocked, worst_severity = f.worst_severity, open_incidents = f.open_incidents
    FROM found f
    WHERE h.shop_id = f.shop_id AND (h.score, h.status, h.blocked, h.worst_severity, h.open_incidents)
      IS DISTINCT FROM (f.score::smallint, f.status, f.blocked, f.worst_severity, f.open_incidents)`;
}

/** The app is gone from a shop: nothing of it is urgent any more, and nothing known. */
export async function forgetShopHealth(tx: ShopTx, shopId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE shop_health SET score = NULL, status = 'unknown', blocked = false, worst_severity = NULL, open_incidents = 0
    WHERE shop_id = ${shopId}::uuid`;
}
