import { DashboardBlockQuery } from "../modules/dashboards/dashboard-block-query.ts";
import { getDashboardBlock } from "../modules/dashboards/get-dashboard-block.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const loader = merchantApi({ method: "GET", query: DashboardBlockQuery }, ({ shop, query, now }) =>
  withShop(shop.id, (tx) => getDashboardBlock(tx, shop, query.dashboard ?? null, now)),
);

export const action = onlyMethod("GET");
