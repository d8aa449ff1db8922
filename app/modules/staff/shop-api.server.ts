import { z } from "zod";
import { notFound } from "#app/platform/errors.ts";
import { IdParams } from "#app/platform/http/id-params.ts";
import { parseInput } from "#app/platform/http/parse-input.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { actOnShop } from "./act-on-shop.server.ts";
import { openShop } from "./open-shop.server.ts";
import { ShopParams } from "./setup-page.ts";
import type { ShopAction, ShopIntent } from "./shop-action.ts";
import { hasShopItem, type ShopItem } from "./shop-items.store.server.ts";
import { staffApi } from "./staff-api.server.ts";

export const ShopItemParams = ShopParams.extend(IdParams.shape);

/** Where `{id}` of an address goes in the action. */
const idFields: Record<ShopItem, string> = {
  connector: "connectorId",
  incident: "incidentId",
  backfill: "backfillId",
  "maintenance window": "windowId",
  lift: "liftId",
};

/** A route that does one thing to a shop, by the same function as the page's form. The body is looked at last. */
export const shopAction = (intent: ShopIntent, body: z.ZodObject, status: 200 | 202 = 200) =>
  staffApi(
    { method: "POST", status, resource: "shop", params: ShopParams, body: z.unknown() },
    async ({ params, body: given, ...by }) => {
      const shop = await openShop(params.shop, by);
      return actOnShop(shop, { ...parseInput(body, given, "body"), intent } as unknown as ShopAction, by);
    },
  );

/** The same to one thing of the shop: what is not this shop's is not there, whatever is asked of it. */
export const shopItemAction = (
  intent: ShopIntent,
  item: ShopItem,
  body: z.ZodObject,
  status: 200 | 202 = 200,
) =>
  staffApi(
    { method: "POST", status, resource: item, params: ShopItemParams, body: z.unknown() },
    async ({ params: { shop: named, id }, body: given, request, ...by }) => {
      const shop = await openShop(named, by);
      if (!(await withShop(shop.id, (tx) => hasShopItem(tx, item, id)))) throw notFound(item);
      const asked = {
        ...parseInput(body, given, "body"),
        idempotencyKey: request.headers.get("idempotency-key"),
        intent,
        [idFields[item]]: id,
      };
      return actOnShop(shop, asked as unknown as ShopAction, by);
    },
  );
