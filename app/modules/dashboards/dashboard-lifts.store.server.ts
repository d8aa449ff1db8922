import type { ShopTx } from "#app/platform/tenant.server.ts";
import { DashboardKey } from "../connectors/sources.ts";

/** The dashboards whose block staff have lifted, as of `now`. */
export async function listLifts(tx: ShopTx, shopId: string, now: Date): Promise<Set<DashboardKey>> {
  const rows = await tx.dashboardLift.findMany({
    where: { shopId, expiresAt: { gt: now } },
    select: { dashboard: true },
  });
  return new Set(rows.flatMap((row) => DashboardKey.safeParse(row.dashboard).data ?? []));
}
