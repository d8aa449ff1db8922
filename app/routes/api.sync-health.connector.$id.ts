import { getConnectorDetail } from "../modules/connectors/get-connector.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { IdParams } from "../platform/http/id-params.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const loader = merchantApi(
  { method: "GET", resource: "connector", params: IdParams },
  ({ shop, params, now }) => withShop(shop.id, (tx) => getConnectorDetail(tx, shop, params.id, now)),
);

export const action = onlyMethod("GET");
