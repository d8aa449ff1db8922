import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Backfill } from "../backfills/backfill.ts";
import { findActiveBackfills } from "../backfills/backfills.store.server.ts";
import type { Severity } from "../severity.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore, dayOf, daysEnding, startOfDay } from "../shops/shop-days.ts";
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
  verdicts: { check: string; severity: Severity; outcome: string; sentence: string | null }[];
  /** Checks with an open incident, snoozed ones too: a block does not sleep. */
  openChecks: string[];
  /** The first day that an open incident says is not whole. */
  firstIncompleteDay: string | null;
  /** Its volumes have too little history to be judged by. */
  isLearning: boolean;
  activeBackfill: Backfill | null;
  firstRunStartedAt: Date | null;
  /** Why its latest backfill failed, for a week. */
  failedBackfillReason: string | null;
}

/** Checks whose failing days lack data. */
const incompleteChecks = [
  "missing_days",
  "row_count_drop",
  "zero_orders",
  "zero_spend",
  "silent_hours",
] as const;

/**
 * Everything known of a shop's connectors, in two statements: their active backfills, and facts, current verdicts that hold an open incident, and
 * when the shop was last checked. A shop without connectors answers one row of nulls, for its checkedAt.
 */
export async function loadConnectorRows(
  tx: ShopTx,
  shopId: string,
  now: Date,
  connectorId?: string,
): Promise<{ checkedAt: Date | null; rows: ConnectorRow[] }> {
  const only = connectorId ? sql`AND c.id = ${connectorId}::uuid` : emptySql;
  const backfills = await findActiveBackfills(tx, connectorId);
  const rows = await tx.$queryRaw<(ConnectorRow & { id: string | null })[]>`
    SELECT c.id, c.source, c.engine, c.created_at AS "createdAt", c.paused_at AS "pausedAt", c.sla_warning_minutes AS "slaWarningMinutes",
      c.last_succeeded_at AS "lastSucceededAt", c.last_rows_synced AS "lastRowsSynced", c.failures_in_a_row AS "failuresInARow",
      CASE WHEN n.status = 'inactive' THEN 'connection_disabled' ELSE c.last_failure_reason END AS "lastFailureReason",
      c.running_since AS "runningSince", c.first_run_started_at AS "firstRunStartedAt", b.reason AS "failedBackfillReason", c.sync_requested_at AS "syncRequestedAt",
      c.sync_request_problem AS "syncRequestProblem", n.status AS "connectionStatus",
      CASE WHEN c.engine = 'airbyte' THEN w.unreachable_since END AS "engineUnreachableSince", w.last_polled_at AS "lastSeenAt",
      h.checked_at AS "checkedAt", coalesce(k.open_incidents, 0)::int AS "openIncidents",
      coalesce(k.freshness_outcome, 'not_judged') AS "freshnessOutcome", coalesce(k.verdicts, '[]'::jsonb) AS verdicts,
      coalesce(k.open_checks, '{}') AS "openChecks", k.first_incomplete_day AS "firstIncompleteDay", coalesce(k.is_learning, false) AS "isLearning"
    FROM shop_health h
    LEFT JOIN connectors c ON c.shop_id = h.shop_id ${only}
    LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id
    LEFT JOIN airbyte_workspaces w ON w.shop_id = c.shop_id
    LEFT JOIN LATERAL (SELECT CASE WHEN l.status = 'failed' AND l.ended_at > ${now}::timestamptz - interval '7 days' THEN l.reason END AS reason
      FROM backfill_jobs l WHERE l.shop_id = c.shop_id AND l.connector_id = c.id ORDER BY l.created_at DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (
      SELECT count(i.id) AS open_incidents, max(q.outcome) FILTER (WHERE q.check_name = 'freshness') AS freshness_outcome,
        jsonb_agg(jsonb_build_object('check', q.check_name, 'severity', q.severity, 'outcome', q.outcome, 'sentence', q.findings -> 'shown' ->> 'sentence'))
          FILTER (WHERE (i.id IS NOT NULL OR q.check_name = 'freshness') AND q.severity IS NOT NULL AND coalesce(i.snoozed_until <= ${now}, true)) AS verdicts,
        array_agg(q.check_name) FILTER (WHERE i.id IS NOT NULL) AS open_checks,
        to_char(min(i.first_day) FILTER (WHERE q.check_name = ANY (${[...incompleteChecks]}::text[])), 'YYYY-MM-DD') AS first_incomplete_day,
        coalesce(bool_or(q.outcome = 'learning') FILTER (WHERE q.check_name IN ('row_count_drop', 'volume_anomaly')), false)
          AND NOT coalesce(bool_or(q.outcome IN ('passed', 'failed', 'not_enough_volume')) FILTER (WHERE q.check_name IN ('row_count_drop', 'volume_anomaly')), false) AS is_learning
      FROM dq_checks q
      LEFT JOIN dq_incidents i ON i.shop_id = q.shop_id AND i.connector_id = q.connector_id AND i.check_name = q.check_name AND i.status <> 'resolved'
      WHERE q.shop_id = c.shop_id AND q.connector_id = c.id
    ) k ON true
    WHERE h.shop_id = ${shopId}::uuid`;
  return {
    checkedAt: rows[0]?.checkedAt ?? null,
    rows: rows
      .filter((row) => row.id !== null)
      .map((row) => ({ ...row, activeBackfill: backfills.get(row.id) ?? null })),
  };
}

/** When a run happened, as the index sync_runs_by_time has it; that index's migration says why it is not a coalesce. */
const runAt = sql`CASE WHEN r.ended_at IS NOT NULL THEN r.ended_at WHEN r.started_at IS NOT NULL THEN r.started_at
  WHEN r.queued_at IS NOT NULL THEN r.queued_at ELSE r.created_at END`;

/**
 * Runs per connector and shop day over the last `days` days, today included. Each connector's runs are one range of an
 * index, whatever else is kept; PostgreSQL counts them between the instants at which the shop's days begin.
 */
export async function loadRunDays(
  tx: ShopTx,
  shop: Shop,
  now: Date,
  days: number,
  connectorId?: string,
): Promise<Map<string, DayOfRuns[]>> {
  const only = connectorId ? sql`AND c.id = ${connectorId}::uuid` : emptySql;
  const names = daysEnding(dayOf(now, shop.timeZone), days);
  const starts = names.map((day) => startOfDay(day, shop.timeZone));
  const rows = await tx.$queryRaw<
    { connectorId: string; place: number; runs: number; failedRuns: number; rowsSynced: bigint | null }[]
  >`
    SELECT c.id AS "connectorId", d.* FROM connectors c CROSS JOIN LATERAL (
      SELECT width_bucket(${runAt}, ${starts}::timestamptz[]) AS place,
        count(*) FILTER (WHERE r.status IN ('succeeded', 'failed'))::int AS runs,
        count(*) FILTER (WHERE r.status = 'failed')::int AS "failedRuns", sum(r.rows_synced)::bigint AS "rowsSynced"
      FROM sync_runs r WHERE r.shop_id = c.shop_id AND r.connector_id = c.id
        AND ${runAt} >= ${starts[0]!}::timestamptz AND ${runAt} < ${startOfDay(dayBefore(names.at(-1)!, -1), shop.timeZone)}::timestamptz
      GROUP BY 1) d
    WHERE c.shop_id = ${shop.id}::uuid ${only}`;
  const byConnector = new Map<string, DayOfRuns[]>();
  for (const row of rows) {
    const list = byConnector.get(row.connectorId) ?? [];
    list.push({
      day: names[row.place - 1]!,
      runs: row.runs,
      failedRuns: row.failedRuns,
      rowsSynced: row.rowsSynced === null ? null : Number(row.rowsSynced),
    });
    byConnector.set(row.connectorId, list);
  }
  return byConnector;
}
