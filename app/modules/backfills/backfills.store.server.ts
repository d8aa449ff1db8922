import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource, sources } from "../connectors/sources.ts";
import { type Backfill, BackfillReason, BackfillResult, type BackfillStatus } from "./backfill.ts";
import { describeReason, describeTrouble } from "./reason-words.ts";

export interface BackfillRow {
  id: string;
  connectorId: string;
  source: string;
  status: BackfillStatus;
  startDay: string;
  endDay: string;
  percent: number;
  rowsLoaded: bigint;
  etaSeconds: number | null;
  reason: string | null;
  isPushed: boolean;
  isInTrouble: boolean;
  result: unknown;
  requestedBy: string;
  requestedRole: string;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}

/** A minute of trouble, as pauses grow: what passes sooner is not told of. */
const TROUBLE_AFTER_ATTEMPTS = 5;

const columns = sql`b.id, b.connector_id AS "connectorId", b.source, b.status, to_char(b.start_day, 'YYYY-MM-DD') AS "startDay",
  to_char(b.end_day, 'YYYY-MM-DD') AS "endDay", b.percent, b.rows_loaded AS "rowsLoaded", b.eta_seconds AS "etaSeconds", b.reason, b.result,
  coalesce(b.strategy = 'push', false) AS "isPushed", b.attempts >= ${TROUBLE_AFTER_ATTEMPTS} AS "isInTrouble",
  b.requested_by AS "requestedBy", b.requested_role AS "requestedRole", b.created_at AS "createdAt", b.started_at AS "startedAt", b.ended_at AS "endedAt"`;

/** Backfills of the bound shop, newest first. */
export async function findBackfills(
  tx: ShopTx,
  {
    connectorId,
    id,
    idempotencyKey,
    isActive,
    limit,
  }: { connectorId?: string; id?: string; idempotencyKey?: string; isActive?: boolean; limit: number },
): Promise<Backfill[]> {
  const rows = await tx.$queryRaw<BackfillRow[]>`
    SELECT ${columns} FROM backfill_jobs b WHERE true
      ${connectorId ? sql`AND b.connector_id = ${connectorId}::uuid` : emptySql}
      ${id ? sql`AND b.id = ${id}::uuid` : emptySql}
      ${idempotencyKey ? sql`AND b.idempotency_key = ${idempotencyKey}` : emptySql}
      ${isActive === undefined ? emptySql : isActive ? sql`AND b.status NOT IN ('completed', 'failed', 'cancelled')` : sql`AND b.status IN ('completed', 'failed', 'cancelled')`}
    ORDER BY b.created_at DESC, b.id LIMIT ${limit}`;
  return rows.flatMap((row) => presentBackfill(row) ?? []);
}

/** A backfill as the API shows it; null for one of a source that we have since dropped. */
function presentBackfill(row: BackfillRow): Backfill | null {
  const { source, startDay, endDay, requestedRole, ...rest } = row;
  if (!isSource(source)) return null;
  const reason = BackfillReason.safeParse(row.reason).data;
  return {
    id: rest.id,
    connectorId: rest.connectorId,
    source,
    status: rest.status,
    startDate: startDay,
    endDate: endDay,
    percent: rest.percent,
    rowsLoaded: Number(rest.rowsLoaded),
    etaSeconds: rest.etaSeconds,
    reason: reason
      ? describeReason(reason, sources[source].label)
      : rest.isInTrouble
        ? describeTrouble({ ...rest, label: sources[source].label })
        : null,
    result: BackfillResult.safeParse(rest.result).data ?? null,
    // A merchant is not told which of our people it was.
    requestedBy: requestedRole === "merchant" ? "merchant" : "support",
    createdAt: rest.createdAt.toISOString(),
    startedAt: rest.startedAt?.toISOString() ?? null,
    endedAt: rest.endedAt?.toISOString() ?? null,
  };
}

/** The active backfill of each connector of a shop, by connector. */
export async function findActiveBackfills(tx: ShopTx, connectorId?: string): Promise<Map<string, Backfill>> {
  const active = await findBackfills(tx, {
    isActive: true,
    limit: 100,
    ...(connectorId ? { connectorId } : {}),
  });
  return new Map(active.map((backfill) => [backfill.connectorId, backfill]));
}

/** The latest backfill of each connector that has failed, and has not been run again since, for a week. */
export async function findFailedBackfills(tx: ShopTx, now: Date): Promise<Record<string, Backfill>> {
  const rows = await tx.$queryRaw<BackfillRow[]>`
    SELECT * FROM (SELECT DISTINCT ON (b.connector_id) ${columns} FROM backfill_jobs b
      WHERE b.created_at > ${now}::timestamptz - interval '30 days' ORDER BY b.connector_id, b.created_at DESC) latest
    WHERE latest.status = 'failed' AND latest."endedAt" > ${now}::timestamptz - interval '7 days'`;
  return Object.fromEntries(
    rows.flatMap((row) => {
      const backfill = presentBackfill(row);
      return backfill ? [[backfill.connectorId, backfill] as const] : [];
    }),
  );
}

export interface BackfilledConnector {
  id: string;
  source: string;
  engine: "airbyte" | "push";
  isPaused: boolean;
  connectionId: string | null;
  /** Whether somebody has made a second source for it, at the last look; null: not looked at yet. */
  hasBackfillSource: boolean | null;
  scopes: string[];
}

/** The connector that days are to be loaded for. Null: not this shop's. */
export async function findBackfilledConnector(
  tx: ShopTx,
  connectorId: string,
): Promise<BackfilledConnector | null> {
  const [row] = await tx.$queryRaw<BackfilledConnector[]>`
    SELECT c.id, c.source, c.engine, c.paused_at IS NOT NULL AS "isPaused", c.connection_id AS "connectionId",
      n.has_backfill_source AS "hasBackfillSource", s.scopes
    FROM connectors c JOIN shops s ON s.id = c.shop_id LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id WHERE c.id = ${connectorId}::uuid`;
  return row ?? null;
}
