import type { ShopTx } from "#app/platform/tenant.server.ts";
import { withoutSecrets } from "#app/platform/without-secrets.ts";
import { BackfillReason, type BackfillStatus } from "../backfills/backfill.ts";
import { limitsOf } from "../backfills/range.ts";
import { FailureReason } from "../connectors/connector.ts";
import { isSource, sources } from "../connectors/sources.ts";
import { type Severity, severityRank } from "../severity.ts";
import type { Shop } from "../shops/shop.ts";
import { dayOf } from "../shops/shop-days.ts";
import { diagnose } from "./diagnose.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { DiagnosticFacts } from "./facts.ts";

interface Row {
  id: string;
  source: string;
  engine: string;
  createdAt: Date;
  pausedAt: Date | null;
  slaWarningMinutes: number | null;
  lastSucceededAt: Date | null;
  firstRunStartedAt: Date | null;
  runningSince: Date | null;
  syncRequestedAt: Date | null;
  syncRequestProblem: string | null;
  failuresInARow: number;
  failureReason: string | null;
  lastFailedAt: Date | null;
  hasBackfillUrl: boolean;
  connectionName: string | null;
  connectionStatus: string | null;
  hasWorkspace: boolean;
  lastPolledAt: Date | null;
  unreachableSince: Date | null;
  unreachableReason: string | null;
  liveIngestKeys: number;
  ingestKeyUsedAt: Date | null;
  freshness: Severity | null;
  scopes: string[];
  failures: Record<string, number> | null;
  lastError: string | null;
  lastBackfill: {
    status: BackfillStatus;
    reason: string | null;
    startDay: string;
    endDay: string;
    createdAt: string;
    endedAt: string | null;
  } | null;
  activeBackfill: { connectorId: string; source: string; status: BackfillStatus; createdAt: string } | null;
}

/** What every connector of a shop raises as a question, answered, the worst connector first; one statement. */
export async function loadDiagnoses(tx: ShopTx, shop: Shop, now: Date): Promise<Diagnosis[]> {
  const rows = await loadRows(tx, shop.id, now);
  return rows
    .flatMap((row) => factsOf(row, shop, now) ?? [])
    .sort(
      (a, b) => severityRank(b.freshness) - severityRank(a.freshness) || b.failuresInARow - a.failuresInARow,
    )
    .flatMap(diagnose);
}

/** As many failures since the last success as are looked at. */
const MOST_FAILURES = 100;

const loadRows = (tx: ShopTx, shopId: string, now: Date): Promise<Row[]> => tx.$queryRaw<Row[]>`
  SELECT c.id, c.source, c.engine, c.created_at AS "createdAt", c.paused_at AS "pausedAt", c.sla_warning_minutes AS "slaWarningMinutes",
    c.last_succeeded_at AS "lastSucceededAt", c.first_run_started_at AS "firstRunStartedAt", c.running_since AS "runningSince",
    c.sync_requested_at AS "syncRequestedAt", c.sync_request_problem AS "syncRequestProblem", c.failures_in_a_row AS "failuresInARow",
    c.last_failure_reason AS "failureReason", c.last_failed_at AS "lastFailedAt", c.backfill_url IS NOT NULL AS "hasBackfillUrl",
    n.name AS "connectionName", n.status AS "connectionStatus", w.shop_id IS NOT NULL AS "hasWorkspace", w.last_polled_at AS "lastPolledAt",
    w.unreachable_since AS "unreachableSince", w.unreachable_reason AS "unreachableReason", k.live AS "liveIngestKeys", k.used_at AS "ingestKeyUsedAt",
    q.severity AS freshness, s.scopes, f.failures, f.message AS "lastError", b.backfill AS "lastBackfill", a.backfill AS "activeBackfill"
  FROM connectors c
  JOIN shops s ON s.id = c.shop_id
  LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id
  LEFT JOIN airbyte_workspaces w ON w.shop_id = c.shop_id
  LEFT JOIN dq_checks q ON q.shop_id = c.shop_id AND q.connector_id = c.id AND q.check_name = 'freshness'
  CROSS JOIN (SELECT count(*) FILTER (WHERE expires_at IS NULL OR expires_at > ${now}::timestamptz)::int AS live, max(last_used_at) AS used_at
    FROM ingest_keys WHERE shop_id = ${shopId}::uuid) k
  LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(g.reason, g.n) AS failures, (array_agg(g.message ORDER BY g.at DESC))[1] AS message
    FROM (SELECT l.reason, count(*)::int AS n, max(l.ended_at) AS at, (array_agg(l.error_message ORDER BY l.ended_at DESC))[1] AS message
      FROM (SELECT coalesce(failure_reason, 'unknown') AS reason, error_message, ended_at FROM sync_runs
        WHERE shop_id = c.shop_id AND connector_id = c.id AND status = 'failed' AND ended_at > coalesce(c.last_succeeded_at, '-infinity')
        ORDER BY ended_at DESC LIMIT ${MOST_FAILURES}) l GROUP BY l.reason) g
  ) f ON c.failures_in_a_row > 0
  LEFT JOIN LATERAL (SELECT jsonb_build_object('status', status, 'reason', reason, 'startDay', start_day, 'endDay', end_day, 'createdAt', created_at,
      'endedAt', ended_at) AS backfill FROM backfill_jobs
    WHERE shop_id = c.shop_id AND connector_id = c.id ORDER BY created_at DESC LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT jsonb_build_object('connectorId', connector_id, 'source', source, 'status', status, 'createdAt', created_at) AS backfill
    FROM backfill_jobs WHERE shop_id = c.shop_id AND (connector_id = c.id OR connection_id = c.connection_id)
      AND status NOT IN ('completed', 'failed', 'cancelled') ORDER BY connector_id = c.id DESC LIMIT 1) a ON true
  WHERE c.shop_id = ${shopId}::uuid`;

function factsOf(row: Row, shop: Shop, now: Date): DiagnosticFacts | null {
  const { source } = row;
  if (!isSource(source)) return null;
  const { label, warningMinutes } = sources[source];
  const today = dayOf(now, shop.timeZone);
  const limits = limitsOf(source, { today, scopes: row.scopes });
  return {
    connectorId: row.id,
    source,
    label,
    engine: row.engine === "push" ? "push" : "airbyte",
    addedAt: row.createdAt,
    isPaused: row.pausedAt !== null,
    now,
    workspace: row.hasWorkspace
      ? {
          lastPolledAt: row.lastPolledAt,
          unreachableSince: row.unreachableSince,
          reason: row.unreachableReason,
        }
      : null,
    isEngineUnreachable: row.engine !== "push" && row.unreachableSince !== null,
    connectionName: row.connectionName,
    connectionStatus: row.connectionStatus,
    liveIngestKeys: row.liveIngestKeys,
    ingestKeyUsedAt: row.ingestKeyUsedAt,
    hasBackfillUrl: row.hasBackfillUrl,
    hasStarted: row.firstRunStartedAt !== null || row.lastSucceededAt !== null,
    lastSucceededAt: row.lastSucceededAt,
    firstRunStartedAt: row.firstRunStartedAt,
    runningSince: row.runningSince,
    isRunning: row.runningSince !== null,
    syncRequestedAt: row.syncRequestedAt,
    isSyncRequested: row.syncRequestedAt !== null,
    syncRequestProblem: row.syncRequestProblem,
    warningMinutes: row.slaWarningMinutes ?? warningMinutes,
    freshness: row.freshness,
    failuresInARow: row.failuresInARow,
    failureReason: FailureReason.safeParse(row.failureReason).data ?? null,
    failures: row.failures ?? {},
    lastError: row.lastError && withoutSecrets(row.lastError),
    lastFailedAt: row.lastFailedAt,
    lastBackfill: row.lastBackfill && {
      ...row.lastBackfill,
      reason: BackfillReason.safeParse(row.lastBackfill.reason).data ?? null,
      createdAt: new Date(row.lastBackfill.createdAt),
      endedAt: instant(row.lastBackfill.endedAt),
    },
    activeBackfill: activeOf(row),
    earliestDay: limits.earliestDate,
    limitReason: limits.reason,
  };
}

function activeOf({ id, activeBackfill }: Row): DiagnosticFacts["activeBackfill"] {
  if (!activeBackfill) return null;
  const { connectorId, source, status, createdAt } = activeBackfill;
  return {
    label: isSource(source) ? sources[source].label : source,
    isOwn: connectorId === id,
    status,
    createdAt: new Date(createdAt),
  };
}

const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));
