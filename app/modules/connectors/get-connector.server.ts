import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { loadChecks } from "../checks/checks.store.server.ts";
import { describeResults } from "../checks/describe-result.ts";
import { loadSeriesCharts } from "../checks/load-series-charts.server.ts";
import { isBusy, showRow, syncViewOf } from "../health/load-health.server.ts";
import { pollSecondsFor, viewOf } from "../health/load-home.server.ts";
import type { ConnectorPage } from "../health/pages.ts";
import { isRunnerStale } from "../health/schedule.ts";
import { loadIncidentSpans } from "../incidents/incident-spans.store.server.ts";
import { findIncidents, presentIncident } from "../incidents/incidents.store.server.ts";
import type { Shop } from "../shops/shop.ts";
import { findRecentRuns } from "../sync-runs/sync-runs.store.server.ts";
import type { ConnectorDetail } from "./connector.ts";
import { loadConnectorRows, loadRunDays } from "./connector-facts.store.server.ts";
import { drawHistory, noteDays } from "./history.ts";

const HISTORY_DAYS = 90;
const CHART_DAYS = 60;
const DAY_MS = 86_400_000;

/** Everything a connector's page draws. @throws AppError not_found */
export async function loadConnectorPage(
  tx: ShopTx,
  shop: Shop,
  connectorId: string,
  now: Date,
): Promise<ConnectorPage> {
  const { connector, row, checkedAt, stale, dayNotes } = await loadDetail(tx, shop, connectorId, now);
  const charts = await loadSeriesCharts(tx, shop, row, now, CHART_DAYS);
  return {
    shop: viewOf(shop),
    now: now.toISOString(),
    connector,
    dayNotes,
    charts,
    sync: syncViewOf(row, now),
    checkedAt: checkedAt?.toISOString() ?? null,
    stale,
    engineUnreachableSince: row.engineUnreachableSince?.toISOString() ?? null,
    pollSeconds: pollSecondsFor(isBusy(row)),
  };
}

/** `GET /api/sync-health/connector/{id}`. @throws AppError not_found */
export async function getConnectorDetail(
  tx: ShopTx,
  shop: Shop,
  connectorId: string,
  now: Date,
): Promise<ConnectorDetail> {
  return (await loadDetail(tx, shop, connectorId, now)).connector;
}

async function loadDetail(tx: ShopTx, shop: Shop, connectorId: string, now: Date) {
  const { checkedAt, rows } = await loadConnectorRows(tx, shop.id, now, connectorId);
  const stale = isRunnerStale(checkedAt, now);
  const row = rows[0];
  const shown = row ? showRow(row, shop, now, stale) : null;
  if (!row || !shown) throw notFound("connector");
  const runs = await findRecentRuns(tx, shop.id, connectorId, 20);
  const checks = await loadChecks(tx, connectorId);
  const incidents = await findIncidents(tx, { connectorId, limit: 20 });
  const days = await loadRunDays(tx, shop, now, HISTORY_DAYS, connectorId);
  const spans = await loadIncidentSpans(
    tx,
    new Date(now.getTime() - (HISTORY_DAYS + 1) * DAY_MS),
    connectorId,
  );
  const past = {
    now,
    timeZone: shop.timeZone,
    count: HISTORY_DAYS,
    addedAt: row.createdAt,
    runs: days.get(connectorId) ?? [],
    incidents: spans.get(connectorId) ?? [],
  };
  const connector: ConnectorDetail = {
    ...shown,
    runs,
    checks: describeResults(checks),
    history: drawHistory(past),
    incidents: incidents.map(presentIncident),
  };
  return { connector, row, checkedAt, stale, dayNotes: noteDays(past) };
}
