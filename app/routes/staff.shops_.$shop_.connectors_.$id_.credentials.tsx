import { useLoaderData } from "@remix-run/react";
import { loadCredentials, replaceCredentials } from "../modules/connectors/replace-credentials.server.ts";
import { CredentialsForm } from "../modules/connectors/source-secrets.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffAction, staffPage } from "../modules/staff/staff-page.server.ts";
import { requestSync } from "../modules/sync-runs/request-sync.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { CredentialsView } from "../ui/credentials-view.tsx";

export const meta = () => [{ title: "Credentials · Sync Health for staff" }];

const connectorPage = { resource: "connector", params: ShopAndIdParams };

export const loader = staffPage(connectorPage, async ({ params, ...by }) => {
  const shop = await openShop(params.shop, by);
  return { shop: shop.domain, credentials: await loadCredentials(shop.id, params.id) };
});

export const action = staffAction(
  { ...connectorPage, form: CredentialsForm },
  async ({ params, form, actor, now, requestId }) => {
    const by = { actor, now, requestId };
    const { id: shopId } = await openShop(params.shop, by);
    return form.do === "replace"
      ? replaceCredentials(shopId, params.id, form, by)
      : withShop(shopId, (tx) => requestSync(tx, params.id, actor, now, requestId));
  },
);

export default function StaffCredentials() {
  return <CredentialsView {...useLoaderData<typeof loader>()} />;
}
