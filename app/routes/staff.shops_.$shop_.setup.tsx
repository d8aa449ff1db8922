import { useLoaderData } from "@remix-run/react";
import { actOnSetup } from "../modules/staff/act-on-setup.server.ts";
import { loadSetup } from "../modules/staff/load-setup.server.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { SetupForm, ShopParams } from "../modules/staff/setup-page.ts";
import { staffAction, staffPage } from "../modules/staff/staff-page.server.ts";
import { SetupView } from "../ui/setup-view.tsx";

export const meta = () => [{ title: "Setup · Sync Health for staff" }];

const shopPage = { resource: "shop", params: ShopParams };

export const loader = staffPage(shopPage, async ({ params, now, ...by }) => ({
  page: await loadSetup(await openShop(params.shop, { ...by, now }), now),
  now: now.toISOString(),
}));

export const action = staffAction({ ...shopPage, form: SetupForm }, async ({ params, form, ...by }) =>
  actOnSetup(await openShop(params.shop, by), form, by),
);

export default function StaffSetup() {
  return <SetupView {...useLoaderData<typeof loader>()} />;
}
