import type { ShopTx } from "#app/platform/tenant.server.ts";
import { FailureReason, type SyncRun, SyncRunStatus } from "../connectors/connector.ts";

/** A connector's latest runs, newest first. */
export async function findRecentRuns(
  tx: ShopTx,
  shopId: string,
  connectorId: string,
  limit: number,
): Promise<SyncRun[]> {
  const rows = await tx.$queryRaw<
    {
      id: string;
      externalRunId: string;
      status: string;
      startedAt: Date | null;
      endedAt: Date | null;
      rowsSynced: bigint | null;
      failureReason: string | null;
      errorMessage: string | null;
    }[]
  >`
    SELECT id, external_run_id AS "externalRunId", status, coalesce(started_at, queued_at) AS "startedAt", ended_at AS "endedAt",
      rows_synced AS "rowsSynced", failure_reason AS "failureReason", error_message AS "errorMessage"
    FROM sync_runs WHERE shop_id = ${shopId}::uuid AND connector_id = ${connectorId}::uuid
    ORDER BY CASE WHEN ended_at IS NOT NULL THEN ended_at WHEN started_at IS NOT NULL THEN started_at
      WHEN queued_at IS NOT NULL THEN queued_at ELSE created_at END DESC LIMIT ${limit}`;
  return rows.map((row) => ({
    id: row.id,
    externalRunId: row.externalRunId,
    status: SyncRunStatus.parse(row.status),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    rowsSynced: row.rowsSynced === null ? null : Number(row.rowsSynced),
    failureReason:
      row.status === "failed" ? (FailureReason.safeParse(row.failureReason).data ?? "unknown") : null,
    errorMessage: row.status === "failed" ? row.errorMessage : null,
  }));
}
