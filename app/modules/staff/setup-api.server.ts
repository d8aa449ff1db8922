import { z } from "zod";
import { parseInput } from "#app/platform/http/parse-input.server.ts";
import { actOnSetup } from "./act-on-setup.server.ts";
import { openShop } from "./open-shop.server.ts";
import { type SetupForm, ShopAndIdParams, ShopParams } from "./setup-page.ts";
import { staffApi } from "./staff-api.server.ts";

/** A route that does one thing of a shop's setup, by the same function as the page's form. The body is looked at last. */
export const setupAction = (does: SetupForm["do"], body: z.ZodObject) =>
  staffApi(
    { method: "POST", resource: "shop", params: ShopParams, body: z.unknown() },
    async ({ params, body: given, ...by }) => {
      const shop = await openShop(params.shop, by);
      return actOnSetup(shop, { ...parseInput(body, given, "body"), do: does } as unknown as SetupForm, by);
    },
  );

/** The same to one thing of the shop, which the address names. */
export const setupItemAction = (
  does: SetupForm["do"],
  item: "connection" | "connector" | "key",
  body: z.ZodObject,
) =>
  staffApi(
    { method: "POST", resource: item, params: ShopAndIdParams, body: z.unknown() },
    async ({ params, body: given, ...by }) => {
      const shop = await openShop(params.shop, by);
      const asked = { ...parseInput(body, given, "body"), do: does, [item]: params.id };
      return actOnSetup(shop, asked as unknown as SetupForm, by);
    },
  );
