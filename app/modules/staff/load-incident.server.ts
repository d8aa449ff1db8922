import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { loadHealth } from "../health/load-health.server.ts";
import { loadHead } from "./load-shop-page.server.ts";
import type { OpenedShop } from "./open-shop.server.ts";
import { listDeliveries, listStaffIncidents, loadStaffTimeline } from "./shop-incidents.store.server.ts";
import type { StaffIncidentPage } from "./shop-page.ts";

const MOST_DELIVERIES = 100;

/** One incident with its story, names and all, and who was told. @throws AppError not_found */
export async function loadStaffIncident(
  tx: ShopTx,
  shop: OpenedShop,
  incidentId: string,
  now: Date,
): Promise<StaffIncidentPage> {
  const [incident] = await listStaffIncidents(tx, { incidentId, limit: 1 });
  if (!incident) throw notFound("incident");
  const health = await loadHealth(tx, shop, now);
  return {
    head: await loadHead(tx, shop, health),
    now: now.toISOString(),
    incident,
    timeline: await loadStaffTimeline(tx, incidentId),
    deliveries: await listDeliveries(tx, { incidentId, limit: MOST_DELIVERIES }),
  };
}
