import { loadThresholds, saveThresholds } from "../modules/checks/thresholds.server.ts";
import { SaveThresholds } from "../modules/checks/thresholds-page.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { withShop } from "../platform/tenant.server.ts";

const ofConnector = { resource: "connector", params: ShopAndIdParams };

export const loader = staffApi({ ...ofConnector, method: "GET" }, async ({ params, ...by }) => {
  const { id } = await openShop(params.shop, by);
  return withShop(id, (tx) => loadThresholds(tx, params.id));
});

export const action = staffApi(
  { ...ofConnector, method: "POST", role: "admin", body: SaveThresholds },
  async ({ params, body, ...by }) => {
    const { id } = await openShop(params.shop, by);
    return withShop(id, (tx) => saveThresholds(tx, params.id, body, by));
  },
);
