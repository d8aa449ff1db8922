import { useLoaderData } from "@remix-run/react";
import { loadThresholds, saveThresholds } from "../modules/checks/thresholds.server.ts";
import { SaveForm } from "../modules/checks/thresholds-page.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffAction, staffPage } from "../modules/staff/staff-page.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { ThresholdsView } from "../ui/thresholds-view.tsx";

export const meta = () => [{ title: "Thresholds · Sync Health for staff" }];

const connectorPage = { resource: "connector", params: ShopAndIdParams };

export const loader = staffPage(connectorPage, async ({ params, staff, ...by }) => {
  const shop = await openShop(params.shop, by);
  const page = await withShop(shop.id, (tx) => loadThresholds(tx, params.id));
  return { shop: shop.domain, page, mayAct: staff.role === "admin" };
});

export const action = staffAction(
  { ...connectorPage, role: "admin", form: SaveForm },
  async ({ params, form, ...by }) => {
    const shop = await openShop(params.shop, by);
    await withShop(shop.id, (tx) => saveThresholds(tx, params.id, form, by));
    return { simulation: null };
  },
);

export default function StaffThresholds() {
  return <ThresholdsView {...useLoaderData<typeof loader>()} />;
}
