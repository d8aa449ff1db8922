import { z } from "zod";
import { estimateBackfill } from "../modules/backfills/estimate-backfill.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { IdParams } from "../platform/http/id-params.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const loader = merchantApi(
  { method: "GET", resource: "connector", params: IdParams, query: z.unknown() },
  ({ shop, params, query, now }) =>
    withShop(shop.id, (tx) => estimateBackfill(tx, shop, params.id, query, now)),
);

export const action = onlyMethod("GET");
