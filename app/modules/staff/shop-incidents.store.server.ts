import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { type IncidentRow, presentIncident } from "../incidents/incidents.store.server.ts";
import type { StaffDelivery, StaffIncident, StaffTimelineEntry } from "./shop-page.ts";

type Row = IncidentRow & {
  snoozedUntil: Date | null;
  isStaffAcknowledged: boolean;
  resolution: string | null;
  reopenedCount: number;
};

/** A shop's incidents for staff: open ones the worst first, else the newest first. */
export async function listStaffIncidents(
  tx: ShopTx,
  { isOpen, incidentId, limit }: { isOpen?: boolean; incidentId?: string; limit: number },
): Promise<StaffIncident[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT i.id, i.connector_id AS "connectorId", c.source, i.check_name AS "check", i.status, i.severity, i.title, i.detail,
      i.opened_at AS "openedAt", i.acknowledged_at AS "acknowledgedAt", i.resolved_at AS "resolvedAt", i.parent_id AS "parentId",
      i.upstream_event_id AS "upstreamEventId", i.snoozed_until AS "snoozedUntil", i.staff_acknowledged_at IS NOT NULL AS "isStaffAcknowledged",
      i.resolution, i.reopened_count AS "reopenedCount"
    FROM dq_incidents i LEFT JOIN connectors c ON c.shop_id = i.shop_id AND c.id = i.connector_id
    WHERE true ${isOpen ? sql`AND i.status <> 'resolved'` : emptySql} ${incidentId ? sql`AND i.id = ${incidentId}::uuid` : emptySql}
    ORDER BY (i.status = 'resolved'), CASE WHEN i.status <> 'resolved' THEN array_position(ARRAY['critical', 'high', 'warning'], i.severity) END,
      i.opened_at DESC, i.id LIMIT ${limit}`;
  return rows.map((row) => ({
    ...presentIncident(row),
    snoozedUntil: row.snoozedUntil?.toISOString() ?? null,
    isStaffAcknowledged: row.isStaffAcknowledged,
    resolution: row.resolution,
    reopenedCount: row.reopenedCount,
  }));
}

/** What was told of a shop's incidents, or was not, and why; the newest first. */
export async function listDeliveries(
  tx: ShopTx,
  { incidentId, limit }: { incidentId?: string; limit: number },
): Promise<StaffDelivery[]> {
  const rows = await tx.$queryRaw<
    (Omit<StaffDelivery, "createdAt" | "dueAt" | "endedAt"> & {
      createdAt: Date;
      dueAt: Date | null;
      endedAt: Date | null;
    })[]
  >`
    SELECT d.id, d.incident_id AS "incidentId", i.title, d.channel, d.event, d.severity, d.state, d.reason, d.attempts,
      d.http_status AS "httpStatus", d.created_at AS "createdAt", d.due_at AS "dueAt", d.ended_at AS "endedAt"
    FROM alert_deliveries d LEFT JOIN dq_incidents i ON i.shop_id = d.shop_id AND i.id = d.incident_id
    WHERE true ${incidentId ? sql`AND d.incident_id = ${incidentId}::uuid` : emptySql}
    ORDER BY d.position DESC LIMIT ${limit}`;
  return rows.map(({ createdAt, dueAt, endedAt, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    dueAt: dueAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  }));
}

/** An incident's story with names, newest first. */
export async function loadStaffTimeline(tx: ShopTx, incidentId: string): Promise<StaffTimelineEntry[]> {
  const rows = await tx.$queryRaw<(Omit<StaffTimelineEntry, "at"> & { at: Date })[]>`
    SELECT id, at, kind, severity, actor_role AS role, actor, note FROM incident_events
    WHERE incident_id = ${incidentId}::uuid ORDER BY at DESC, kind LIMIT 200`;
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}
