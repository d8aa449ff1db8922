import { replaceCredentials } from "../modules/connectors/replace-credentials.server.ts";
import { ReplaceCredentials } from "../modules/connectors/source-secrets.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = staffApi(
  { method: "POST", resource: "connector", params: ShopAndIdParams, body: ReplaceCredentials },
  async ({ params, body, ...by }) => {
    const { id } = await openShop(params.shop, by);
    return replaceCredentials(id, params.id, body, by);
  },
);

export const loader = onlyMethod("POST");
