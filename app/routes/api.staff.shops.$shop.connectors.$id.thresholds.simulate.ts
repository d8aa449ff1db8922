import { simulateThresholds } from "../modules/checks/thresholds.server.ts";
import { SimulateThresholds } from "../modules/checks/thresholds-page.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const action = staffApi(
  { method: "POST", resource: "connector", params: ShopAndIdParams, body: SimulateThresholds },
  async ({ params, body, ...by }) => {
    const shop = await openShop(params.shop, by);
    return withShop(shop.id, (tx) => simulateThresholds(tx, shop, params.id, body, by.now));
  },
);

export const loader = onlyMethod("POST");
