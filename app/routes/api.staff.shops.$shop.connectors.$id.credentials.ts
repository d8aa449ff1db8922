import { loadCredentials, replaceCredentials } from "../modules/connectors/replace-credentials.server.ts";
import { ReplaceCredentials } from "../modules/connectors/source-secrets.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";

const ofConnector = { resource: "connector", params: ShopAndIdParams };

export const loader = staffApi({ ...ofConnector, method: "GET" }, async ({ params, ...by }) => {
  const { id } = await openShop(params.shop, by);
  return loadCredentials(id, params.id);
});

export const action = staffApi(
  { ...ofConnector, method: "POST", body: ReplaceCredentials },
  async ({ params, body, ...by }) => {
    const { id } = await openShop(params.shop, by);
    return replaceCredentials(id, params.id, body, by);
  },
);
