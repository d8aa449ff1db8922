import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { withoutSecrets } from "#app/platform/without-secrets.ts";
import { BackfillResult, type BackfillStatus } from "../backfills/backfill.ts";
import { FailureReason, SyncRunStatus } from "../connectors/connector.ts";
import type { StaffAuditRow, StaffBackfill, StaffJob, StaffRun } from "./shop-page.ts";

interface RunRow {
  id: string;
  connectorId: string;
  source: string;
  externalRunId: string;
  status: string;
  startedAt: Date | null;
  endedAt: Date | null;
  rowsSynced: bigint | null;
  failureReason: string | null;
  errorMessage: string | null;
}

/** The latest runs of all of a shop's connectors, newest first; each connector's are one range of an index. */
export async function listStaffRuns(
  tx: ShopTx,
  { onlyFailed, limit }: { onlyFailed: boolean; limit: number },
): Promise<StaffRun[]> {
  const at = sql`CASE WHEN r.ended_at IS NOT NULL THEN r.ended_at WHEN r.started_at IS NOT NULL THEN r.started_at
    WHEN r.queued_at IS NOT NULL THEN r.queued_at ELSE r.created_at END`;
  const rows = await tx.$queryRaw<RunRow[]>`
    SELECT l.* FROM connectors c CROSS JOIN LATERAL (
      SELECT r.id, r.connector_id AS "connectorId", c.source, r.external_run_id AS "externalRunId", r.status,
        coalesce(r.started_at, r.queued_at) AS "startedAt", r.ended_at AS "endedAt", r.rows_synced AS "rowsSynced",
        r.failure_reason AS "failureReason", r.error_message AS "errorMessage", ${at} AS at
      FROM sync_runs r WHERE r.shop_id = c.shop_id AND r.connector_id = c.id ${onlyFailed ? sql`AND r.status = 'failed'` : emptySql}
      ORDER BY ${at} DESC LIMIT ${limit}
    ) l ORDER BY l.at DESC LIMIT ${limit}`;
  return rows.map((row) => ({
    id: row.id,
    connectorId: row.connectorId,
    source: row.source,
    externalRunId: row.externalRunId,
    status: SyncRunStatus.parse(row.status),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    rowsSynced: row.rowsSynced === null ? null : Number(row.rowsSynced),
    failureReason:
      row.status === "failed" ? (FailureReason.safeParse(row.failureReason).data ?? "unknown") : null,
    errorMessage: row.status === "failed" && row.errorMessage ? withoutSecrets(row.errorMessage) : null,
  }));
}

interface BackfillRow {
  id: string;
  connectorId: string;
  source: string;
  status: BackfillStatus;
  strategy: string | null;
  startDate: string;
  endDate: string;
  percent: number;
  rowsLoaded: bigint;
  reason: string | null;
  result: unknown;
  requestedBy: string;
  requestedRole: string;
  attempts: number;
  troubleSince: Date | null;
  createdAt: Date;
  endedAt: Date | null;
  engineState: object;
}

/** A shop's backfills with what only staff see, active ones first, then the newest. */
export async function listStaffBackfills(tx: ShopTx, limit: number): Promise<StaffBackfill[]> {
  const rows = await tx.$queryRaw<BackfillRow[]>`
    SELECT id, connector_id AS "connectorId", source, status, strategy, to_char(start_day, 'YYYY-MM-DD') AS "startDate",
      to_char(end_day, 'YYYY-MM-DD') AS "endDate", percent, rows_loaded AS "rowsLoaded", reason, result, requested_by AS "requestedBy",
      requested_role AS "requestedRole", attempts, trouble_since AS "troubleSince", created_at AS "createdAt", ended_at AS "endedAt",
      engine_state AS "engineState"
    FROM backfill_jobs ORDER BY status IN ('completed', 'failed', 'cancelled'), created_at DESC, id LIMIT ${limit}`;
  return rows.map((row) => ({
    ...row,
    rowsLoaded: Number(row.rowsLoaded),
    result: BackfillResult.safeParse(row.result).data ?? null,
    troubleSince: row.troubleSince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    engineState:
      Object.keys(row.engineState).length > 0 ? withoutSecrets(JSON.stringify(row.engineState, null, 2)) : "",
  }));
}

/** Jobs of the queue that are about this shop, through the queue's own door; failed ones first. */
export async function listShopJobs(tx: ShopTx, shopId: string, limit: number): Promise<StaffJob[]> {
  const rows = await tx.$queryRaw<
    {
      id: bigint;
      task: string;
      state: StaffJob["state"];
      attempts: number;
      max_attempts: number;
      run_at: Date;
      last_error: string | null;
    }[]
  >`SELECT * FROM graphile_worker.sync_health_jobs_of_shop(${shopId}::uuid, ${limit}::integer)`;
  return rows.map((row) => ({
    id: String(row.id),
    task: row.task,
    state: row.state,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    runAt: row.run_at.toISOString(),
    lastError: row.last_error && withoutSecrets(row.last_error),
  }));
}

/** The last rows of a shop's audit, newest first. */
export async function listShopAudit(tx: ShopTx, shopId: string, limit: number): Promise<StaffAuditRow[]> {
  const rows = await tx.auditLog.findMany({
    where: { shopId },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: limit,
    select: { id: true, at: true, actor: true, actorRole: true, action: true, target: true, reason: true },
  });
  return rows.map(({ id, at, actorRole, ...row }) => ({
    ...row,
    id: String(id),
    at: at.toISOString(),
    role: actorRole,
  }));
}
