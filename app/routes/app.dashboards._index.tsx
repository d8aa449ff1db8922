import type { LoaderFunctionArgs } from "@remix-run/node";
import { type ClientLoaderFunctionArgs, type MetaFunction, useLoaderData } from "@remix-run/react";
import { useEffect } from "react";
import { merchantOf } from "../merchant.server.ts";
import type { DashboardsPage } from "../modules/dashboards/dashboard-page.ts";
import { loadDashboards } from "../modules/dashboards/load-dashboard.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { DashboardsView } from "../ui/dashboards-view.tsx";
import { keepLastPage } from "../ui/keep-last-page.ts";
import { useLiveRefresh } from "../ui/use-live-refresh.ts";

export const meta: MetaFunction = () => [{ title: "Dashboards · Sync Health" }];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

export async function loader({ request }: LoaderFunctionArgs): Promise<DashboardsPage> {
  const { shop } = await merchantOf(request);
  const now = new Date();
  return withShop(shop.id, (tx) => loadDashboards(tx, shop, now));
}

const lastPage = keepLastPage<DashboardsPage>();

export const clientLoader = ({ serverLoader }: ClientLoaderFunctionArgs) =>
  lastPage.refresh("/app/dashboards", () => serverLoader<DashboardsPage>());

export default function Dashboards() {
  const page = useLoaderData<typeof clientLoader>();
  useEffect(() => lastPage.remember("/app/dashboards", page), [page]);
  useLiveRefresh(page.pollSeconds);
  return <DashboardsView page={page} />;
}
