import { type MetaFunction, useLoaderData } from "@remix-run/react";
import { listShops } from "../modules/health/list-shops.server.ts";
import { ShopsQuery } from "../modules/health/list-shops.ts";
import { staffPage } from "../modules/staff/staff-page.server.ts";
import { type StaffShopsPage, StaffShopsView } from "../ui/staff-shops-view.tsx";

export const meta: MetaFunction = () => [{ title: "Shops · Sync Health for staff" }];

export const loader = staffPage(
  { query: ShopsQuery },
  async ({ query, now }): Promise<StaffShopsPage> => ({
    ...(await listShops(query, now)),
    search: query.search,
    isLater: query.cursor !== undefined,
    now: now.toISOString(),
  }),
);

export default function StaffShops() {
  return <StaffShopsView page={useLoaderData<typeof loader>()} />;
}
