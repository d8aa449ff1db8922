import type { LoaderFunctionArgs } from "@remix-run/node";
import { type ClientLoaderFunctionArgs, type MetaFunction, useLoaderData } from "@remix-run/react";
import { useEffect } from "react";
import { z } from "zod";
import { merchantOf } from "../merchant.server.ts";
import { loadConnectorPage } from "../modules/connectors/get-connector.server.ts";
import type { ConnectorPage } from "../modules/health/pages.ts";
import { AppError } from "../platform/errors.ts";
import { withShop } from "../platform/tenant.server.ts";
import { ConnectorView } from "../ui/connector-view.tsx";
import { keepLastPage } from "../ui/keep-last-page.ts";
import { useLiveRefresh } from "../ui/use-live-refresh.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data ? `${data.connector.label} · Sync Health` : "Sync Health" },
];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

export async function loader({ request, params }: LoaderFunctionArgs): Promise<ConnectorPage> {
  const { shop } = await merchantOf(request);
  const id = z.uuid().safeParse(params.id);
  if (!id.success) throw nothingHere();
  const now = new Date();
  try {
    return await withShop(shop.id, (tx) => loadConnectorPage(tx, shop, id.data, now));
  } catch (error) {
    throw error instanceof AppError && error.code === "not_found" ? nothingHere() : error;
  }
}

const nothingHere = () => new Response(null, { status: 404 });

const lastPages = keepLastPage<ConnectorPage>();

export const clientLoader = ({ params, serverLoader }: ClientLoaderFunctionArgs) =>
  lastPages.refresh(params.id ?? "", () => serverLoader<ConnectorPage>());

export default function ConnectorDetails() {
  const page = useLoaderData<typeof clientLoader>();
  useEffect(() => lastPages.remember(page.connector.id, page), [page]);
  useLiveRefresh(page.pollSeconds);
  return <ConnectorView key={page.connector.id} page={page} />;
}
