import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Shop } from "../shops/shop.ts";
import { loadHealth } from "./load-health.server.ts";
import type { Summary } from "./summary.ts";

/** `GET /api/sync-health/summary` */
export async function getSummary(tx: ShopTx, shop: Shop, now: Date): Promise<Summary> {
  return (await loadHealth(tx, shop, now)).summary;
}
