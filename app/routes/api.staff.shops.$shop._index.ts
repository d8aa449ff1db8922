import { loadHealth } from "../modules/health/load-health.server.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopParams } from "../modules/staff/setup-page.ts";
import { loadOverview } from "../modules/staff/shop-overview.server.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const loader = staffApi(
  { method: "GET", resource: "shop", params: ShopParams },
  async ({ params, ...by }) => {
    const shop = await openShop(params.shop, by);
    return withShop(shop.id, async (tx) =>
      loadOverview(tx, shop, await loadHealth(tx, shop, by.now), by.now),
    );
  },
);

export const action = onlyMethod("GET");
