import { loadCredentials } from "../modules/connectors/replace-credentials.server.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const loader = staffApi(
  { method: "GET", resource: "connector", params: ShopAndIdParams },
  async ({ params, ...by }) => {
    const { id } = await openShop(params.shop, by);
    return loadCredentials(id, params.id);
  },
);

export const action = onlyMethod("GET");
