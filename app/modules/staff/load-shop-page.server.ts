import type { ShopTx } from "#app/platform/tenant.server.ts";
import { checkLabels, isCheckName } from "../checks/check-names.ts";
import { findAirbyteWorkspace } from "../connectors/connections.store.server.ts";
import { type Health, loadHealth } from "../health/load-health.server.ts";
import type { OpenedShop } from "./open-shop.server.ts";
import {
  listShopAudit,
  listShopJobs,
  listStaffBackfills,
  listStaffRuns,
} from "./shop-history.store.server.ts";
import { listDeliveries, listStaffIncidents } from "./shop-incidents.store.server.ts";
import { loadOverview } from "./shop-overview.server.ts";
import type { ShopHead, ShopPage, ShopTab, ShopTabContent, StaffCheck } from "./shop-page.ts";

const MOST_ROWS = 50;

/** Everything that one tab of a shop's page draws. */
export async function loadShopPage(
  tx: ShopTx,
  shop: OpenedShop,
  { tab, onlyFailed }: { tab: ShopTab; onlyFailed: boolean },
  now: Date,
): Promise<ShopPage> {
  const health = await loadHealth(tx, shop, now);
  return {
    head: await loadHead(tx, shop, health),
    now: now.toISOString(),
    isBusy: health.isAnythingRunning,
    content: await loadTab(tx, shop, health, { tab, onlyFailed }, now),
  };
}

export async function loadHead(tx: ShopTx, shop: OpenedShop, { summary }: Health): Promise<ShopHead> {
  const workspace = await findAirbyteWorkspace(tx, shop.id);
  return {
    id: shop.id,
    domain: shop.domain,
    timeZone: shop.timeZone,
    currency: shop.currency,
    locale: shop.locale,
    uninstalledAt: shop.uninstalledAt?.toISOString() ?? null,
    score: summary.score,
    status: summary.status,
    blocked: summary.blocked,
    stale: summary.stale,
    checkedAt: summary.checkedAt,
    openIncidents: await tx.dqIncident.count({ where: { status: { not: "resolved" } } }),
    workspace: workspace && {
      id: workspace.workspaceId,
      lastPolledAt: workspace.lastPolledAt?.toISOString() ?? null,
      unreachableSince: workspace.unreachableSince?.toISOString() ?? null,
      reason: workspace.unreachableReason,
    },
  };
}

async function loadTab(
  tx: ShopTx,
  shop: OpenedShop,
  health: Health,
  { tab, onlyFailed }: { tab: ShopTab; onlyFailed: boolean },
  now: Date,
): Promise<ShopTabContent> {
  switch (tab) {
    case "overview":
      return { tab, ...(await loadOverview(tx, shop, health, now)) };
    case "incidents":
      return { tab, incidents: await listStaffIncidents(tx, { limit: MOST_ROWS }) };
    case "runs":
      return { tab, onlyFailed, runs: await listStaffRuns(tx, { onlyFailed, limit: MOST_ROWS }) };
    case "checks":
      return { tab, checks: await listChecks(tx) };
    case "backfills":
      return { tab, backfills: await listStaffBackfills(tx, MOST_ROWS) };
    case "alerts":
      return { tab, deliveries: await listDeliveries(tx, { limit: MOST_ROWS }) };
    case "jobs":
      return { tab, jobs: await listShopJobs(tx, shop.id, MOST_ROWS) };
    case "audit":
      return { tab, rows: await listShopAudit(tx, shop.id, MOST_ROWS) };
  }
}

/** What every check of the shop says now, the failing ones first. */
async function listChecks(tx: ShopTx): Promise<StaffCheck[]> {
  const rows = await tx.$queryRaw<(Omit<StaffCheck, "since" | "label"> & { since: Date | null })[]>`
    SELECT q.connector_id AS "connectorId", c.source, q.check_name AS "check", q.enabled, q.outcome, q.severity, q.changed_at AS since,
      coalesce(q.findings -> 'shown' ->> 'sentence', i.detail, '') AS sentence
    FROM dq_checks q JOIN connectors c ON c.shop_id = q.shop_id AND c.id = q.connector_id
    LEFT JOIN dq_incidents i ON i.shop_id = q.shop_id AND i.connector_id = q.connector_id AND i.check_name = q.check_name AND i.status <> 'resolved'
    ORDER BY array_position(ARRAY['critical', 'high', 'warning'], q.severity), q.changed_at DESC NULLS LAST, c.source, q.check_name`;
  return rows.map(({ since, ...row }) => ({
    ...row,
    since: since?.toISOString() ?? null,
    label: isCheckName(row.check) ? checkLabels[row.check] : row.check,
  }));
}
