import { env } from "#app/platform/env.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { DashboardKey } from "../connectors/sources.ts";
import { loadHealth } from "../health/load-health.server.ts";
import type { Shop } from "../shops/shop.ts";
import type { DashboardBlock, Support } from "./dashboard-block.ts";
import type { GateDecision } from "./decide-block.ts";

/** Who a merchant can write to; both null when nothing is configured. */
export const supportContact = (): Support => ({
  email: env().SUPPORT_EMAIL ?? null,
  url: env().SUPPORT_URL ?? null,
});

/** Dashboards as others see them, with whom to ask. What staff have lifted is staff's own business. */
export const describeBlock = (decisions: readonly GateDecision[]): DashboardBlock => ({
  blocked: decisions.some(({ blocked }) => blocked),
  dashboards: decisions.map(({ lifted: _lifted, ...state }) => state),
  support: supportContact(),
});

/** `GET /api/sync-health/dashboard-block`: may these numbers be shown? One dashboard, or all when none is named. */
export async function getDashboardBlock(
  tx: ShopTx,
  shop: Shop,
  dashboard: DashboardKey | null,
  now: Date,
): Promise<DashboardBlock> {
  const { dashboards } = await loadHealth(tx, shop, now);
  return describeBlock(dashboard ? dashboards.filter((state) => state.key === dashboard) : dashboards);
}
