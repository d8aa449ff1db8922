import { z } from "zod";
import { requestBackfill } from "../modules/backfills/request-backfill.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { IdParams } from "../platform/http/id-params.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

/** The dates are looked at after the connector: whose is not this shop's is not there, whatever is asked of it. */
export const action = merchantApi(
  { method: "POST", status: 202, resource: "connector", params: IdParams, body: z.unknown() },
  async ({ shop, actor, params, body, headers, now, requestId }) => ({
    backfill: await withShop(shop.id, (tx) =>
      requestBackfill(
        tx,
        shop,
        params.id,
        { asked: body, idempotencyKey: headers.get("idempotency-key") },
        { actor, now, requestId },
      ),
    ),
  }),
);

export const loader = onlyMethod("POST");
