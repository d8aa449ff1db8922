import type { ShopTx } from "#app/platform/tenant.server.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import type { SyncRunReport } from "./sync-run.ts";

const MAX_ERROR_LENGTH = 2_000;

/**
 * Merges reports into `sync_runs` and judges their connectors at once.
 *
 * Two reports of one run are joined field by field with a maximum or minimum: the status by how final it is, the start
 * by the earliest, the end and the counts by the largest. A join is commutative, associative and idempotent, so the
 * rows do not depend on how often or in which order reports arrive, and a terminal status never goes back.
 */
export async function recordSyncRuns(
  tx: ShopTx,
  shopId: string,
  reports: readonly SyncRunReport[],
  now: Date,
): Promise<void> {
  if (reports.length === 0) return;
  const rows = reports.map((report) => ({
    connector_id: report.connectorId,
    external_run_id: report.externalRunId,
    status: report.status,
    queued_at: report.queuedAt,
    started_at: report.startedAt,
    ended_at: report.endedAt,
    rows_synced: report.rowsSynced,
    bytes_synced: report.bytesSynced,
    failure_reason: report.failureReason,
    error_message: report.errorMessage?.slice(0, MAX_ERROR_LENGTH) ?? null,
  }));
  await tx.$executeRaw`
    INSERT INTO sync_runs AS run (shop_id, connector_id, external_run_id, status, queued_at, started_at, ended_at,
                                  rows_synced, bytes_synced, failure_reason, error_message, created_at, updated_at)
    SELECT ${shopId}::uuid, connector_id, external_run_id,
           (ARRAY['queued', 'running', 'cancelled', 'failed', 'succeeded'])[
             max(array_position(ARRAY['queued', 'running', 'cancelled', 'failed', 'succeeded'], status))],
           min(queued_at), min(started_at), max(ended_at), max(rows_synced), max(bytes_synced),
           coalesce(max(failure_reason) FILTER (WHERE failure_reason <> 'unknown'), max(failure_reason)),
           max(error_message), ${now}, ${now}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS report (
      connector_id uuid, external_run_id text, status text, queued_at timestamptz, started_at timestamptz,
      ended_at timestamptz, rows_synced bigint, bytes_synced bigint, failure_reason text, error_message text)
    GROUP BY connector_id, external_run_id
    ORDER BY connector_id, external_run_id
    ON CONFLICT (shop_id, connector_id, external_run_id) DO UPDATE SET
      status = CASE WHEN array_position(ARRAY['queued', 'running', 'cancelled', 'failed', 'succeeded'], excluded.status)
                       > array_position(ARRAY['queued', 'running', 'cancelled', 'failed', 'succeeded'], run.status)
                    THEN excluded.status ELSE run.status END,
      queued_at = least(run.queued_at, excluded.queued_at),
      started_at = least(run.started_at, excluded.started_at),
      ended_at = greatest(run.ended_at, excluded.ended_at),
      rows_synced = greatest(run.rows_synced, excluded.rows_synced),
      bytes_synced = greatest(run.bytes_synced, excluded.bytes_synced),
      failure_reason = coalesce(
        greatest(nullif(run.failure_reason, 'unknown'), nullif(excluded.failure_reason, 'unknown')),
        run.failure_reason, excluded.failure_reason),
      error_message = greatest(run.error_message, excluded.error_message),
      updated_at = excluded.updated_at`;
  const connectorIds = [...new Set(reports.map((report) => report.connectorId))];
  await tx.$queryRaw`SELECT fold_connector_facts(${shopId}::uuid, ${connectorIds}::uuid[])::text`;
  await judgeConnectors(tx, { shopIds: [shopId], connectorIds, now });
}
