import { type MetaFunction, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actOnShop } from "../modules/staff/act-on-shop.server.ts";
import { loadShopPage } from "../modules/staff/load-shop-page.server.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopParams } from "../modules/staff/setup-page.ts";
import { ShopForm } from "../modules/staff/shop-form.ts";
import { ShopTab } from "../modules/staff/shop-page.ts";
import { staffAction, staffPage } from "../modules/staff/staff-page.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { StaffShopView } from "../ui/staff-shop-view.tsx";
import { shopName } from "../ui/staff-words.ts";
import { useLiveRefresh } from "../ui/use-live-refresh.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? shopName(data.head.domain) : "Shop"} · Sync Health for staff` },
];

const shopPage = { resource: "shop", params: ShopParams };
const Query = z.object({ tab: ShopTab.catch("overview"), failed: z.literal("1").optional() });

export const loader = staffPage({ ...shopPage, query: Query }, async ({ params, query, ...by }) => {
  const shop = await openShop(params.shop, by);
  const wanted = { tab: query.tab, onlyFailed: query.failed === "1" };
  return withShop(shop.id, (tx) => loadShopPage(tx, shop, wanted, by.now));
});

export const action = staffAction({ ...shopPage, form: ShopForm }, async ({ params, form, ...by }) =>
  actOnShop(await openShop(params.shop, by), form, by),
);

export default function StaffShop() {
  const page = useLoaderData<typeof loader>();
  return (
    <>
      {page.isBusy ? <LiveRefresh /> : null}
      <StaffShopView page={page} />
    </>
  );
}

/** Only while something runs: a page that asks for ever would keep its session from ending. */
function LiveRefresh() {
  useLiveRefresh(10);
  return null;
}
