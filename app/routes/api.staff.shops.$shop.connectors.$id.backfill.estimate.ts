import { z } from "zod";
import { estimateBackfill } from "../modules/backfills/estimate-backfill.server.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopItemParams } from "../modules/staff/shop-api.server.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

/** The dates are looked at after the connector. */
export const loader = staffApi(
  { method: "GET", resource: "connector", params: ShopItemParams, query: z.record(z.string(), z.string()) },
  async ({ params, query, ...by }) => {
    const shop = await openShop(params.shop, by);
    return withShop(shop.id, (tx) => estimateBackfill(tx, shop, params.id, query, by.now, { isStaff: true }));
  },
);

export const action = onlyMethod("GET");
