import { actOnSetup } from "../modules/staff/act-on-setup.server.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { SendTestAlert, ShopParams } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = staffApi(
  { method: "POST", resource: "shop", params: ShopParams, body: SendTestAlert },
  async ({ params, body, ...by }) =>
    actOnSetup(await openShop(params.shop, by), { do: "test_alert", ...body }, by),
);

export const loader = onlyMethod("POST");
