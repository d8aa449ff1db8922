import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Severity } from "../severity.ts";
import type { Shop } from "../shops/shop.ts";
import type { SyncProblem } from "../sync-runs/sync-request.ts";
import { dayBefore, dayOf, startOfDay } from "../shops/shop-days.ts";
import type { SyncProblem } from "../sync-runs/sync-request.ts";
import type { DayOfRuns } from "./history.ts";

export interface ConnectorRow {
  id: string;
  source: string;
  engine: string;
  createdAt: Date;
  pausedAt: Date | null;
  slaWarningMinutes: number | null;
  lastSucceededAt: Date | null;
  lastRowsSynced: bigint | null;
  failuresInARow: number;
  lastFailureReason: string | null;
  runningSince: Date | null;
  /** A sync was asked for and has not started yet. */
  syncRequestedAt: Date | null;
  syncRequestProblem: SyncProblem | null;
  connectionStatus: string | null;
  engineUnreachableSince: Date | null;
  lastSeenAt: Date | null;
  checkedAt: Date | null;
  openIncidents: number;
  freshnessOutcome: string;
  verdicts: { check: string; severity: Severity; outcome: string }[];
}

/**
 * Everything known of a shop's connectors, in one statement: facts, current verdicts that hold an open incident, and
 * when the shop was last checked. A shop without connectors answers one row of nulls, for its checkedAt.
 */
export async function loadConnectorRows(
  tx: ShopTx,
  shopId: string,
  now: Date,
  connectorId?: string,
): Promise<{ checkedAt: Date | null; rows: ConnectorRow[] }> {
  const only = connectorId ? sql`AND c.id = ${connectorId}::uuid` : emptySql;
  const rows = await tx.$queryRaw<(ConnectorRow & { id: string | null })[]>`
    SELECT c.id, c.source, c.engine, c.created_at AS "createdAt", c.paused_at AS "pausedAt", c.sla_warning_minutes AS "slaWarningMinutes",
      c.last_succeeded_at AS "lastSucceededAt", c.last_rows_synced AS "lastRowsSynced", c.failures_in_a_row AS "failuresInARow",
      CASE WHEN n.status = 'inactive' THEN 'connection_disabled' ELSE c.last_failure_reason END AS "lastFailureReason",
      c.running_since AS "runningSince", c.sync_requested_at AS "syncRequestedAt",
      c.sync_request_problem AS "syncRequestProblem", n.status AS "connectionStatus",
      CASE WHEN c.engine = 'airbyte' THEN w.unreachable_since END AS "engineUnreachableSince", w.last_polled_at AS "lastSeenAt",
      h.checked_at AS "checkedAt", coalesce(k.open_incidents, 0)::int AS "openIncidents",
      coalesce(k.freshness_outcome, 'not_judged') AS "freshnessOutcome", coalesce(k.verdicts, '[]'::jsonb) AS verdicts
    FROM shop_health h
    LEFT JOIN connectors c ON c.shop_id = h.shop_id ${only}
    LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id
    LEFT JOIN airbyte_workspaces w ON w.shop_id = c.shop_id
    LEFT JOIN LATERAL (
      SELECT count(i.id) AS open_incidents, max(q.outcome) FILTER (WHERE q.check_name = 'freshness') AS freshness_outcome,
        jsonb_agg(jsonb_build_object('check', q.check_name, 'severity', q.severity, 'outcome', q.outcome))
          FILTER (WHERE i.id IS NOT NULL AND q.severity IS NOT NULL AND coalesce(i.snoozed_until <= ${now}, true)) AS verdicts
      FROM dq_checks q
      LEFT JOIN dq_incidents i ON i.shop_id = q.shop_id AND i.connector_id = q.connector_id AND i.check_name = q.check_name AND i.status <> 'resolved'
      WHERE q.shop_id = c.shop_id AND q.connector_id = c.id
    ) k ON true
    WHERE h.shop_id = ${shopId}::uuid`;
  return { checkedAt: rows[0]?.checkedAt ?? null, rows: rows.filter((row) => row.id !== null) };
}

/** Runs per connector and shop day over the last `days` days, today included. */
export async function loadRunDays(
  tx: ShopTx,
  shop: Shop,
  now: Date,
  days: number,
  connectorId?: string,
): Promise<Map<string, DayOfRuns[]>> {
  const only = connectorId ? sql`AND connector_id = ${connectorId}::uuid` : emptySql;
  const from = startOfDay(dayBefore(dayOf(now, shop.timeZone), days - 1), shop.timeZone);
  const rows = await tx.$queryRaw<
    { connectorId: string; day: string; runs: number; failedRuns: number; rowsSynced: bigint | null }[]
  >`
    SELECT connector_id AS "connectorId", to_char(coalesce(ended_at, started_at, queued_at, created_at) AT TIME ZONE ${shop.timeZone}, 'YYYY-MM-DD') AS day,
      count(*) FILTER (WHERE status IN ('succeeded', 'failed'))::int AS runs, count(*) FILTER (WHERE status = 'failed')::int AS "failedRuns",
      sum(rows_synced)::bigint AS "rowsSynced"
    FROM sync_runs WHERE shop_id = ${shop.id}::uuid ${only} AND coalesce(ended_at, started_at, queued_at, created_at) >= ${from}
    GROUP BY 1, 2`;
  const byConnector = new Map<string, DayOfRuns[]>();
  for (const row of rows) {
    const list = byConnector.get(row.connectorId) ?? [];
    list.push({
      day: row.day,
      runs: row.runs,
      failedRuns: row.failedRuns,
      rowsSynced: row.rowsSynced === null ? null : Number(row.rowsSynced),
    });
    byConnector.set(row.connectorId, list);
  }
  return byConnector;
}
