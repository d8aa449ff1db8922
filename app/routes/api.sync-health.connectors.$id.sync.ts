import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { requestSync } from "../modules/sync-runs/request-sync.server.ts";
import { IdParams } from "../platform/http/id-params.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const action = merchantApi(
  { method: "POST", status: 202, resource: "connector", params: IdParams },
  ({ shop, actor, params, now, requestId }) =>
    withShop(shop.id, (tx) => requestSync(tx, params.id, actor, now, requestId)),
);

export const loader = onlyMethod("POST");
