import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Connector } from "../connectors/connector.ts";
import { listLifts } from "../dashboards/dashboard-lifts.store.server.ts";
import { loadDiagnoses } from "../diagnostics/load-diagnostics.server.ts";
import { type Health, syncViewOf } from "../health/load-health.server.ts";
import { pointsOf } from "../health/score.ts";
import { severityRank } from "../severity.ts";
import type { Shop } from "../shops/shop.ts";
import { listStaffIncidents } from "./shop-incidents.store.server.ts";
import type { Maintenance, ShopOverview, StaffConnector, StaffDashboard } from "./shop-page.ts";

const MOST_INCIDENTS = 50;

/** Connectors, blocks, planned work, questions with their answers, and what is open. */
export async function loadOverview(tx: ShopTx, shop: Shop, health: Health, now: Date): Promise<ShopOverview> {
  const { connectors, ...summary } = health.summary;
  return {
    summary,
    connectors: await withStaffFacts(tx, connectors, health, now),
    dashboards: await withLifts(tx, shop, health, now),
    maintenance: await listMaintenance(tx, now),
    diagnoses: await loadDiagnoses(tx, shop, now),
    incidents: await listStaffIncidents(tx, { isOpen: true, limit: MOST_INCIDENTS }),
  };
}

async function withStaffFacts(
  tx: ShopTx,
  connectors: readonly Connector[],
  { rows }: Health,
  now: Date,
): Promise<StaffConnector[]> {
  const facts = await tx.$queryRaw<
    {
      id: string;
      isOverridden: boolean;
      slaExpiresAt: Date | null;
      name: string | null;
      status: string | null;
    }[]
  >`
    SELECT c.id, c.sla_warning_minutes IS NOT NULL AS "isOverridden", c.sla_expires_at AS "slaExpiresAt", n.name, n.status
    FROM connectors c LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id`;
  const worstFirst = [...connectors].sort(
    (a, b) =>
      severityRank(b.severity) - severityRank(a.severity) ||
      (pointsOf(a.status, a.severity) ?? 50) - (pointsOf(b.status, b.severity) ?? 50),
  );
  return worstFirst.map((connector) => {
    const row = rows.find(({ id }) => id === connector.id)!;
    const fact = facts.find(({ id }) => id === connector.id);
    return {
      ...connector,
      engine: row.engine === "push" ? "push" : "airbyte",
      connection: fact?.name && fact.status ? { name: fact.name, status: fact.status } : null,
      pausedAt: row.pausedAt?.toISOString() ?? null,
      slaOverride: fact?.isOverridden ? { expiresAt: fact.slaExpiresAt?.toISOString() ?? null } : null,
      syncState: syncViewOf(row, now).state,
    };
  });
}

async function withLifts(
  tx: ShopTx,
  shop: Shop,
  { dashboards }: Health,
  now: Date,
): Promise<StaffDashboard[]> {
  const lifts = await listLifts(tx, shop.id, now);
  return dashboards.map(({ key, blocked, reasons, completeThrough }) => ({
    key,
    blocked,
    reasons,
    completeThrough,
    lifts: lifts
      .filter(({ dashboard }) => dashboard === key)
      .map(({ id, reason, createdBy, expiresAt }) => ({
        id,
        reason,
        createdBy,
        expiresAt: expiresAt.toISOString(),
      })),
  }));
}

/** Planned work that is not over, the first to begin first. */
async function listMaintenance(tx: ShopTx, now: Date): Promise<Maintenance[]> {
  const rows = await tx.maintenanceWindow.findMany({
    where: { endsAt: { gt: now } },
    orderBy: [{ startsAt: "asc" }, { id: "asc" }],
    select: { id: true, connectorId: true, startsAt: true, endsAt: true, reason: true, createdBy: true },
  });
  return rows.map(({ startsAt, endsAt, ...rest }) => ({
    ...rest,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
  }));
}
