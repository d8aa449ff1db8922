import type { LoaderFunctionArgs } from "@remix-run/node";
import { type ClientLoaderFunctionArgs, type MetaFunction, useLoaderData } from "@remix-run/react";
import { useEffect } from "react";
import { merchantOf } from "../merchant.server.ts";
import type { IncidentDetailPage } from "../modules/health/pages.ts";
import { loadIncidentPage } from "../modules/incidents/load-incident.server.ts";
import { aboutOne } from "../platform/http/about-one.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { IncidentView } from "../ui/incident-view.tsx";
import { keepLastPage } from "../ui/keep-last-page.ts";
import { useLiveRefresh } from "../ui/use-live-refresh.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data ? `${data.incident.title} · Sync Health` : "Sync Health" },
];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

export async function loader({ request, params }: LoaderFunctionArgs): Promise<IncidentDetailPage> {
  const { shop } = await merchantOf(request);
  const now = new Date();
  return aboutOne(params.id, (id) => withShop(shop.id, (tx) => loadIncidentPage(tx, shop, id, now)));
}

const lastPages = keepLastPage<IncidentDetailPage>();

export const clientLoader = ({ params, serverLoader }: ClientLoaderFunctionArgs) =>
  lastPages.refresh(params.id ?? "", () => serverLoader<IncidentDetailPage>());

export default function IncidentDetails() {
  const page = useLoaderData<typeof clientLoader>();
  useEffect(() => lastPages.remember(page.incident.id, page), [page]);
  useLiveRefresh(page.pollSeconds);
  return <IncidentView key={page.incident.id} page={page} />;
}
