import type { ShopTx } from "#app/platform/tenant.server.ts";
import { queueDeliveries } from "../alerts/deliveries.store.server.ts";
import { hardFailureReasons } from "../checks/sync-failures.ts";
import type { Severity } from "../severity.ts";
import { applyChanges, type Change } from "./apply-changes.server.ts";
import type { IncidentStatus, Resolution } from "./incident.ts";
import {
  describeShopEvent,
  type Engine,
  type EngineCounts,
  judgeShopEvent,
  shopEventChecks,
} from "./shop-events.ts";

interface EngineRow extends EngineCounts {
  shopId: string;
  engine: Engine;
  sources: string[];
  incidentId: string | null;
  incidentStatus: IncidentStatus | null;
  incidentSeverity: Severity | null;
  openedAt: Date | null;
  resolvedAt: Date | null;
  resolution: Resolution | null;
}

/**
 * Judges, from the verdicts as they stand, whether everything that an engine syncs for a shop fails together, and opens,
 * escalates or ends the incident that speaks for it.
 */
export async function judgeShopEvents(tx: ShopTx, shopIds: readonly string[], now: Date): Promise<void> {
  const rows = await tx.$queryRaw<EngineRow[]>`
    WITH failing AS (
      SELECT q.shop_id, q.connector_id, max(array_position(ARRAY['warning', 'high', 'critical'], q.severity)) AS rank FROM dq_checks q
      WHERE q.shop_id = ANY (${[...shopIds]}::uuid[]) AND q.severity IS NOT NULL AND q.check_name IN ('freshness', 'sync_failed') GROUP BY 1, 2
    ), counted AS (
      SELECT c.shop_id, c.engine, count(*)::int AS failing, count(*) FILTER (WHERE u.id IS NULL)::int AS own, max(f.rank) AS rank,
        array_agg(c.source) AS sources
      FROM failing f JOIN connectors c ON c.shop_id = f.shop_id AND c.id = f.connector_id AND c.paused_at IS NULL
      LEFT JOIN upstream_events u ON u.source = c.source AND u.ended_at IS NULL GROUP BY 1, 2 HAVING count(*) >= 3
    ), open AS (
      SELECT i.shop_id, e.engine FROM dq_incidents i
      JOIN jsonb_each_text(${JSON.stringify(shopEventChecks)}::jsonb) AS e (engine, check_name) ON e.check_name = i.check_name
      WHERE i.shop_id = ANY (${[...shopIds]}::uuid[]) AND i.connector_id IS NULL AND i.status <> 'resolved'
    )
    SELECT x.shop_id AS "shopId", x.engine, coalesce(n.failing, 0) AS failing, coalesce(n.own, 0) AS "ownFailing",
      (ARRAY['warning', 'high', 'critical'])[n.rank] AS severity, coalesce(n.sources, '{}') AS sources,
      (SELECT count(*)::int FROM connectors c WHERE c.shop_id = x.shop_id AND c.engine = x.engine AND c.paused_at IS NULL) AS connectors,
      l.id AS "incidentId", l.status AS "incidentStatus", l.severity AS "incidentSeverity", l.opened_at AS "openedAt",
      l.resolved_at AS "resolvedAt", l.resolution
    FROM (SELECT shop_id, engine FROM counted UNION SELECT shop_id, engine FROM open) x
    LEFT JOIN counted n ON n.shop_id = x.shop_id AND n.engine = x.engine
    LEFT JOIN LATERAL (SELECT * FROM dq_incidents i WHERE i.shop_id = x.shop_id AND i.connector_id IS NULL
      AND i.check_name = ${JSON.stringify(shopEventChecks)}::jsonb ->> x.engine ORDER BY (i.status <> 'resolved') DESC, i.opened_at DESC LIMIT 1) l ON true`;
  await applyChanges(
    tx,
    rows.map((row): Change => {
      const isOpen = row.incidentStatus !== null && row.incidentStatus !== "resolved";
      return {
        ...row,
        connectorId: null,
        source: "",
        check: shopEventChecks[row.engine],
        outcome: "failing_together",
        severity: judgeShopEvent(row, isOpen),
        // What a person called no problem a while ago is the same one for as long as it could be reopened.
        wasFailing: true,
        value: null,
        slaMinutes: 0,
        failureReason: null,
        failuresInARow: 0,
        upstreamEventId: null,
        parentId: null,
        told: { ...describeShopEvent(row.engine, row.sources), firstDay: null, lastDay: null },
      };
    }),
    now,
  );
}

/** The open events that speak for whole shops, by shop and engine. */
export async function findShopEvents(tx: ShopTx, shopIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ key: string; id: string }[]>`
    SELECT i.shop_id || ':' || e.engine AS key, i.id FROM dq_incidents i
    JOIN jsonb_each_text(${JSON.stringify(shopEventChecks)}::jsonb) AS e (engine, check_name) ON e.check_name = i.check_name
    WHERE i.shop_id = ANY (${[...shopIds]}::uuid[]) AND i.connector_id IS NULL AND i.status <> 'resolved'`;
  return new Map(rows.map(({ key, id }) => [key, id]));
}

/**
 * Hangs incidents that were open before on the event that they turn out to be part of, and lets those speak for
 * themselves again that were held for one that has ended.
 */
export async function settleParents(tx: ShopTx, shopIds: readonly string[], now: Date): Promise<void> {
  await tx.$executeRaw`
    WITH joined AS (
      UPDATE dq_incidents i SET parent_id = coalesce(p.id, i.parent_id),
        upstream_event_id = CASE WHEN i.opened_at > u.started_at - interval '1 hour' THEN u.id ELSE i.upstream_event_id END
      FROM connectors c
      LEFT JOIN upstream_events u ON u.source = c.source AND u.ended_at IS NULL
        AND NOT (c.failures_in_a_row > 0 AND coalesce(c.last_failure_reason = ANY (${[...hardFailureReasons]}::text[]), false))
      LEFT JOIN dq_incidents p ON p.shop_id = c.shop_id AND p.connector_id IS NULL AND p.status <> 'resolved'
        AND p.check_name = ${JSON.stringify(shopEventChecks)}::jsonb ->> c.engine
      WHERE c.shop_id = ANY (${[...shopIds]}::uuid[]) AND i.shop_id = c.shop_id AND i.connector_id = c.id AND i.status <> 'resolved'
        AND i.check_name IN ('freshness', 'sync_failed')
        AND ((u.id IS NOT NULL AND i.upstream_event_id IS DISTINCT FROM u.id AND i.opened_at > u.started_at - interval '1 hour')
          OR (p.id IS NOT NULL AND i.parent_id IS DISTINCT FROM p.id))
      RETURNING i.shop_id, i.id, i.severity
    )
    INSERT INTO incident_events (shop_id, incident_id, at, kind, severity, actor_role, actor)
    SELECT shop_id, id, ${now}::timestamptz, 'joined_parent', severity, 'system', 'system' FROM joined`;
  // What has ended speaks for nothing any more: its parts that go on are problems of their own.
  await tx.$executeRaw`
    UPDATE dq_incidents i SET
      upstream_event_id = (SELECT u.id FROM upstream_events u WHERE u.id = i.upstream_event_id AND u.ended_at IS NULL),
      parent_id = (SELECT p.id FROM dq_incidents p WHERE p.shop_id = i.shop_id AND p.id = i.parent_id AND p.status <> 'resolved')
    WHERE i.shop_id = ANY (${[...shopIds]}::uuid[]) AND i.status <> 'resolved' AND (
      EXISTS (SELECT FROM upstream_events u WHERE u.id = i.upstream_event_id AND u.ended_at IS NOT NULL)
      OR EXISTS (SELECT FROM dq_incidents p WHERE p.shop_id = i.shop_id AND p.id = i.parent_id AND p.status = 'resolved'))`;
  const released = await tx.$queryRaw<{ shopId: string; id: string }[]>`
    UPDATE alert_deliveries d SET due_at = ${now}::timestamptz
    FROM dq_incidents i
    WHERE d.shop_id = ANY (${[...shopIds]}::uuid[]) AND d.state = 'held' AND d.reason = 'parent'
      AND i.shop_id = d.shop_id AND i.id = d.incident_id
      AND (d.channel = 'flow' OR i.upstream_event_id IS NULL OR i.status = 'resolved') AND (i.parent_id IS NULL OR i.status = 'resolved')
    RETURNING d.shop_id AS "shopId", d.id`;
  await queueDeliveries(
    tx,
    released.map((delivery) => ({ ...delivery, dueAt: now })),
  );
}
