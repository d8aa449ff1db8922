import { getSummary } from "../modules/health/get-summary.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const loader = merchantApi({ method: "GET" }, ({ shop, now }) =>
  withShop(shop.id, (tx) => getSummary(tx, shop, now)),
);

export const action = onlyMethod("GET");
