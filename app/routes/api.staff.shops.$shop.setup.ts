import { loadSetup } from "../modules/staff/load-setup.server.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopParams } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const loader = staffApi(
  { method: "GET", resource: "shop", params: ShopParams },
  async ({ params, ...by }) => loadSetup(await openShop(params.shop, by), by.now),
);

export const action = onlyMethod("GET");
