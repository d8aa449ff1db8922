import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { dashboardKeys, isSource, sources } from "../connectors/sources.ts";
import type { Severity } from "../severity.ts";
import type { Incident, IncidentStatus } from "./incident.ts";

export interface IncidentRow {
  id: string;
  connectorId: string | null;
  source: string | null;
  check: string;
  status: IncidentStatus;
  severity: Severity;
  title: string;
  detail: string;
  openedAt: Date;
  acknowledgedAt: Date | null;
  resolvedAt: Date | null;
  parentId: string | null;
  upstreamEventId: string | null;
}

export interface IncidentQuery {
  statuses?: readonly IncidentStatus[];
  connectorId?: string;
  incidentId?: string;
  /** Only those that this incident speaks for. */
  parentId?: string;
  /** Only incidents older than this one, for paging. */
  before?: { openedAt: Date; id: string };
  limit: number;
  /** Worst first, then newest; without it newest first. */
  worstFirst?: boolean;
  /** Without those that an open incident of the whole shop speaks for. */
  withoutParts?: boolean;
}

/** A shop's incidents. */
export async function findIncidents(tx: ShopTx, query: IncidentQuery): Promise<IncidentRow[]> {
  return tx.$queryRaw<IncidentRow[]>`
    SELECT i.id, i.connector_id AS "connectorId", c.source, i.check_name AS "check", i.status, i.severity, i.title, i.detail,
      i.opened_at AS "openedAt", i.acknowledged_at AS "acknowledgedAt", i.resolved_at AS "resolvedAt",
      i.parent_id AS "parentId", i.upstream_event_id AS "upstreamEventId"
    FROM dq_incidents i LEFT JOIN connectors c ON c.shop_id = i.shop_id AND c.id = i.connector_id
    WHERE true
      ${query.statuses ? sql`AND i.status = ANY (${[...query.statuses]}::text[])` : emptySql}
      ${query.connectorId ? sql`AND i.connector_id = ${query.connectorId}::uuid` : emptySql}
      ${query.incidentId ? sql`AND i.id = ${query.incidentId}::uuid` : emptySql}
      ${query.parentId ? sql`AND i.parent_id = ${query.parentId}::uuid` : emptySql}
      ${query.before ? sql`AND (i.opened_at, i.id) < (${query.before.openedAt}::timestamptz, ${query.before.id}::uuid)` : emptySql}
      ${
        query.withoutParts
          ? sql`AND NOT EXISTS (SELECT FROM dq_incidents p WHERE p.shop_id = i.shop_id AND p.id = i.parent_id AND p.id <> i.id AND p.status <> 'resolved')`
          : emptySql
      }
    ORDER BY ${query.worstFirst ? sql`array_position(ARRAY['critical','high','warning'], i.severity),` : emptySql} i.opened_at DESC, i.id DESC
    LIMIT ${query.limit}`;
}

/** An incident as the API shows it. */
export function presentIncident(row: IncidentRow): Incident {
  const source = row.source !== null && isSource(row.source) ? row.source : null;
  return {
    id: row.id,
    connectorId: row.connectorId,
    source,
    check: row.check,
    severity: row.severity,
    status: row.status,
    title: row.title,
    detail: row.detail,
    openedAt: row.openedAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    // One of several sources together touches all that they feed.
    affectedDashboards: source
      ? [...sources[source].feeds]
      : row.connectorId === null
        ? [...dashboardKeys]
        : [],
    parent: row.upstreamEventId
      ? { kind: "upstream", id: row.upstreamEventId }
      : row.parentId
        ? { kind: "shop", id: row.parentId }
        : null,
  };
}
