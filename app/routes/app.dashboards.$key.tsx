import type { LoaderFunctionArgs } from "@remix-run/node";
import { type ClientLoaderFunctionArgs, type MetaFunction, useLoaderData } from "@remix-run/react";
import { useEffect } from "react";
import { merchantOf } from "../merchant.server.ts";
import { DashboardKey } from "../modules/connectors/sources.ts";
import {
  type DashboardPage,
  type PeriodLength,
  readPeriodLength,
} from "../modules/dashboards/dashboard-page.ts";
import { loadDashboard } from "../modules/dashboards/load-dashboard.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { DashboardView } from "../ui/dashboard-view.tsx";
import { dashboardLabels } from "../ui/health-words.ts";
import { keepLastPage } from "../ui/keep-last-page.ts";
import { useLiveRefresh } from "../ui/use-live-refresh.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data ? `${dashboardLabels[data.state.key]} · Sync Health` : "Sync Health" },
];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

const lengthIn = (url: string): PeriodLength => readPeriodLength(new URL(url).searchParams.get("days"));

export async function loader({ request, params }: LoaderFunctionArgs): Promise<DashboardPage> {
  const { shop } = await merchantOf(request);
  const key = DashboardKey.safeParse(params.key);
  if (!key.success) throw new Response(null, { status: 404 });
  const now = new Date();
  return withShop(shop.id, (tx) => loadDashboard(tx, shop, key.data, lengthIn(request.url), now));
}

const lastPages = keepLastPage<DashboardPage>();
const addressOf = (key: string, length: PeriodLength) => `${key} ${length}`;

export const clientLoader = ({ request, params, serverLoader }: ClientLoaderFunctionArgs) =>
  lastPages.refresh(addressOf(params.key ?? "", lengthIn(request.url)), () => serverLoader<DashboardPage>());

export default function Dashboard() {
  const page = useLoaderData<typeof clientLoader>();
  useEffect(() => lastPages.remember(addressOf(page.state.key, page.length), page), [page]);
  useLiveRefresh(page.pollSeconds);
  return <DashboardView key={page.state.key} page={page} />;
}
