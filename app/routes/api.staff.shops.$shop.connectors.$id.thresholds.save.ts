import { saveThresholds } from "../modules/checks/thresholds.server.ts";
import { SaveThresholds } from "../modules/checks/thresholds-page.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const action = staffApi(
  { method: "POST", role: "admin", resource: "connector", params: ShopAndIdParams, body: SaveThresholds },
  async ({ params, body, ...by }) => {
    const { id } = await openShop(params.shop, by);
    return withShop(id, (tx) => saveThresholds(tx, params.id, body, by));
  },
);

export const loader = onlyMethod("POST");
