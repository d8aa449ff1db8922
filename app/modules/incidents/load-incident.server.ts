import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isDataCheck } from "../checks/data-basis.ts";
import { loadSeriesCharts } from "../checks/load-series-charts.server.ts";
import { loadConnectorRows } from "../connectors/connector-facts.store.server.ts";
import { isBusy, showRow, syncViewOf } from "../health/load-health.server.ts";
import { pollSecondsFor, viewOf } from "../health/load-home.server.ts";
import type { IncidentDetailPage } from "../health/pages.ts";
import { isRunnerStale } from "../health/schedule.ts";
import type { Shop } from "../shops/shop.ts";
import { loadIncidentDays } from "./incident-spans.store.server.ts";
import { loadTimeline } from "./incident-timeline.store.server.ts";
import { findIncidents, presentIncident } from "./incidents.store.server.ts";

const CHART_DAYS = 60;
/** A shop has at most one incident of freshness and one of failing syncs for each source. */
const MOST_PARTS = 40;

/** Everything an incident's page draws. @throws AppError not_found */
export async function loadIncidentPage(
  tx: ShopTx,
  shop: Shop,
  incidentId: string,
  now: Date,
): Promise<IncidentDetailPage> {
  const [found] = await findIncidents(tx, { incidentId, limit: 1 });
  if (!found) throw notFound("incident");
  const parts = found.connectorId ? [] : await findIncidents(tx, { parentId: incidentId, limit: MOST_PARTS });
  const timeline = await loadTimeline(tx, incidentId);
  const { checkedAt, rows } = await loadConnectorRows(tx, shop.id, now, found.connectorId ?? undefined);
  const stale = isRunnerStale(checkedAt, now);
  const row = found.connectorId ? rows[0] : undefined;
  return {
    shop: viewOf(shop),
    now: now.toISOString(),
    incident: presentIncident(found),
    timeline,
    parts: parts.map(presentIncident),
    connector: row ? showRow(row, shop, now, stale) : null,
    evidence:
      row && isDataCheck(found.check)
        ? {
            charts: await loadSeriesCharts(tx, shop, row, now, CHART_DAYS),
            days: await loadIncidentDays(tx, incidentId),
          }
        : null,
    sync: row ? syncViewOf(row, now) : null,
    checkedAt: checkedAt?.toISOString() ?? null,
    stale,
    engineUnreachableSince: row?.engineUnreachableSince?.toISOString() ?? null,
    pollSeconds: pollSecondsFor(row !== undefined && isBusy(row)),
  };
}
