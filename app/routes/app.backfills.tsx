import type { LoaderFunctionArgs } from "@remix-run/node";
import { type ClientLoaderFunctionArgs, type MetaFunction, useLoaderData } from "@remix-run/react";
import { useEffect } from "react";
import { merchantOf } from "../merchant.server.ts";
import type { BackfillsPage } from "../modules/backfills/backfills-page.ts";
import { loadBackfillsPage } from "../modules/backfills/load-backfills.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { BackfillsView } from "../ui/backfills-view.tsx";
import { keepLastPage } from "../ui/keep-last-page.ts";
import { useLiveRefresh } from "../ui/use-live-refresh.ts";

export const meta: MetaFunction = () => [{ title: "Backfills · Sync Health" }];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

export async function loader({ request }: LoaderFunctionArgs): Promise<BackfillsPage> {
  const { shop } = await merchantOf(request);
  const now = new Date();
  return withShop(shop.id, (tx) => loadBackfillsPage(tx, shop, now));
}

const lastPage = keepLastPage<BackfillsPage>();

export const clientLoader = ({ serverLoader }: ClientLoaderFunctionArgs) =>
  lastPage.refresh("/app/backfills", () => serverLoader<BackfillsPage>());

export default function Backfills() {
  const page = useLoaderData<typeof clientLoader>();
  useEffect(() => lastPage.remember("/app/backfills", page), [page]);
  useLiveRefresh(page.pollSeconds);
  return <BackfillsView page={page} />;
}
