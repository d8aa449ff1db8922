import type { ShopTx } from "#app/platform/tenant.server.ts";
import { BackfillReason } from "../backfills/backfill.ts";
import type { Connector } from "../connectors/connector.ts";
import { type ConnectorRow, loadConnectorRows } from "../connectors/connector-facts.store.server.ts";
import { presentConnector } from "../connectors/present-connector.ts";
import { isSource, sourceKeys, sources } from "../connectors/sources.ts";
import { listLifts } from "../dashboards/dashboard-lifts.store.server.ts";
import { decideBlocks, type GateDecision } from "../dashboards/decide-block.ts";
import { minutesBetween } from "../freshness/freshness.ts";
import type { Shop } from "../shops/shop.ts";
import { type SyncView, viewSync } from "../sync-runs/sync-request.ts";
import { isRunnerStale, nextCheckAt } from "./schedule.ts";
import { countStatuses, scoreConnectors, summarize } from "./score.ts";
import type { Summary } from "./summary.ts";

export interface Health {
  summary: Summary;
  dashboards: GateDecision[];
  rows: ConnectorRow[];
  engineUnreachableSince: Date | null;
  isAnythingRunning: boolean;
}

/** One row, shown. The row's source has to be known. */
export function showRow(row: ConnectorRow, shop: Shop, now: Date, isStale: boolean): Connector | null {
  if (!isSource(row.source)) return null;
  return presentConnector(
    {
      id: row.id,
      source: row.source,
      slaWarningMinutes: row.slaWarningMinutes,
      lastSucceededAt: row.lastSucceededAt,
      lastRowsSynced: row.lastRowsSynced === null ? null : Number(row.lastRowsSynced),
      openIncidents: row.openIncidents,
      isPaused: row.pausedAt !== null,
      isStale,
      isEngineUnreachable: row.engineUnreachableSince !== null,
      currentVerdicts: row.verdicts,
      firstIncompleteDay: row.firstIncompleteDay,
      isEmpty: row.openChecks.includes("empty_table"),
      isLearning: row.isLearning,
      activeBackfill: row.activeBackfill,
      freshnessOutcome: row.freshnessOutcome,
      engine: row.engine === "push" ? "push" : "airbyte",
      isRunning: row.runningSince !== null,
      isSyncRequested: row.syncRequestedAt !== null,
      failureReason: row.lastFailureReason,
      failuresInARow: row.failuresInARow,
      connectionStatus: row.connectionStatus,
      hasStarted: row.firstRunStartedAt !== null || row.lastSucceededAt !== null,
      failedBackfillReason: BackfillReason.safeParse(row.failedBackfillReason).data ?? null,
    },
    shop.timeZone,
    now,
  );
}

/** A sync or a backfill of it runs or is on its way: its page asks again sooner. */
export const isBusy = (row: ConnectorRow): boolean =>
  row.runningSince !== null || row.syncRequestedAt !== null || row.activeBackfill !== null;

/** Whether a connector can be synced now, for a page's button. */
export const syncViewOf = (row: ConnectorRow, now: Date): SyncView =>
  viewSync(
    {
      engine: row.engine === "push" ? "push" : "airbyte",
      isPaused: row.pausedAt !== null,
      connectionStatus: row.connectionStatus,
      runningSince: row.runningSince,
      requestedAt: row.syncRequestedAt,
      problem: row.syncRequestProblem,
    },
    now,
  );

/** The shop's health from two statements: connectors with their verdicts, and lifted blocks. */
export async function loadHealth(tx: ShopTx, shop: Shop, now: Date): Promise<Health> {
  const { checkedAt, rows } = await loadConnectorRows(tx, shop.id, now);
  const lifts = await listLifts(tx, shop.id, now);
  const stale = isRunnerStale(checkedAt, now);
  const shown = rows
    .flatMap((row) => {
      const connector = showRow(row, shop, now, stale);
      return connector ? [{ row, connector }] : [];
    })
    .sort((a, b) => sourceKeys.indexOf(a.connector.source) - sourceKeys.indexOf(b.connector.source));
  const dashboards = decideBlocks(
    shown.map(({ row, connector }) => {
      const asOf = row.engineUnreachableSince
        ? new Date(Math.min(now.getTime(), (row.lastSeenAt ?? row.engineUnreachableSince).getTime()))
        : now;
      return {
        connector,
        isPaused: row.pausedAt !== null,
        isFirstImport: row.freshnessOutcome === "first_import_running",
        isEmpty: row.openChecks.includes("empty_table"),
        holdsForeignRows: row.openChecks.includes("tenant_isolation"),
        ageMinutes: minutesBetween(row.lastSucceededAt ?? row.createdAt, asOf),
      };
    }),
    lifts,
  );
  const blocked = dashboards.some((dashboard) => dashboard.blocked);
  const connectors = shown.map(({ connector }) => connector);
  const { score, deductions } = scoreConnectors(
    connectors.map((connector) => ({ ...connector, isCriticalSource: sources[connector.source].isCritical })),
    blocked,
  );
  const counts = countStatuses(connectors.map((connector) => connector.status));
  const unreachable = rows.map((row) => row.engineUnreachableSince).filter((at): at is Date => at !== null);
  return {
    summary: {
      score,
      status: summarize(counts, blocked, stale, score),
      counts,
      blocked,
      checkedAt: checkedAt?.toISOString() ?? null,
      nextCheckAt: nextCheckAt(now).toISOString(),
      stale,
      deductions,
      connectors,
    },
    dashboards,
    rows,
    engineUnreachableSince: unreachable[0] ?? null,
    isAnythingRunning: rows.some(isBusy),
  };
}
