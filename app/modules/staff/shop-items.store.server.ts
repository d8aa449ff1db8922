import type { ShopTx } from "#app/platform/tenant.server.ts";

/** What an address of the staff API can name within a shop. */
export type ShopItem = "connector" | "incident" | "backfill" | "maintenance window" | "lift";

/** Whether the bound shop has it. */
export async function hasShopItem(tx: ShopTx, item: ShopItem, id: string): Promise<boolean> {
  const only = { where: { id } };
  switch (item) {
    case "connector":
      return (await tx.connector.count(only)) > 0;
    case "incident":
      return (await tx.dqIncident.count(only)) > 0;
    case "backfill":
      return (await tx.backfillJob.count(only)) > 0;
    case "maintenance window":
      return (await tx.maintenanceWindow.count(only)) > 0;
    case "lift":
      return (await tx.dashboardLift.count(only)) > 0;
  }
}
