import { getBackfillStatus } from "../modules/backfills/load-backfills.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { IdParams } from "../platform/http/id-params.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const loader = merchantApi(
  { method: "GET", resource: "connector", params: IdParams },
  ({ shop, params }) => withShop(shop.id, (tx) => getBackfillStatus(tx, params.id)),
);

export const action = onlyMethod("GET");
