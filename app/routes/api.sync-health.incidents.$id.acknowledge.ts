import { acknowledgeIncident } from "../modules/incidents/act-on-incident.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { IdParams } from "../platform/http/id-params.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const action = merchantApi(
  { method: "POST", resource: "incident", params: IdParams },
  ({ shop, actor, params, now, requestId }) =>
    withShop(shop.id, (tx) => acknowledgeIncident(tx, params.id, { actor, now, requestId })),
);

export const loader = onlyMethod("POST");
