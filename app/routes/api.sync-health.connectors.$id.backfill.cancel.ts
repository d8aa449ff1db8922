import { cancelBackfill } from "../modules/backfills/cancel-backfill.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { IdParams } from "../platform/http/id-params.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const action = merchantApi(
  { method: "POST", resource: "connector", params: IdParams },
  async ({ shop, actor, params, now, requestId }) => ({
    backfill: await withShop(shop.id, (tx) => cancelBackfill(tx, params.id, { actor, now, requestId })),
  }),
);

export const loader = onlyMethod("POST");
