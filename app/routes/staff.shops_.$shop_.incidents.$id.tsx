import { type MetaFunction, useLoaderData } from "@remix-run/react";
import { loadStaffIncident } from "../modules/staff/load-incident.server.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopItemParams } from "../modules/staff/shop-api.server.ts";
import { staffPage } from "../modules/staff/staff-page.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { StaffIncidentView } from "../ui/staff-incident-view.tsx";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? data.incident.title : "Incident"} · Sync Health for staff` },
];

/** Its forms are sent to the shop's page, which does everything that is done to the shop. */
export const loader = staffPage(
  { resource: "incident", params: ShopItemParams },
  async ({ params: { shop: named, id }, ...by }) => {
    const shop = await openShop(named, by);
    return withShop(shop.id, (tx) => loadStaffIncident(tx, shop, id, by.now));
  },
);

export default function StaffIncident() {
  return <StaffIncidentView page={useLoaderData<typeof loader>()} />;
}
