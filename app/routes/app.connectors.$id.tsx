import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from "@remix-run/node";
import {
  type ClientActionFunctionArgs,
  type ClientLoaderFunctionArgs,
  type MetaFunction,
  useLoaderData,
} from "@remix-run/react";
import { useEffect } from "react";
import { merchantOf } from "../merchant.server.ts";
import { loadConnectorPage } from "../modules/connectors/get-connector.server.ts";
import type { ConnectorPage } from "../modules/health/pages.ts";
import { requestSync } from "../modules/sync-runs/request-sync.server.ts";
import { AppError } from "../platform/errors.ts";
import { aboutOne } from "../platform/http/about-one.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { ConnectorView } from "../ui/connector-view.tsx";
import { isPassingFailure, keepLastPage } from "../ui/keep-last-page.ts";
import type { SyncAnswer } from "../ui/sync-now-button.tsx";
import { useLiveRefresh } from "../ui/use-live-refresh.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data ? `${data.connector.label} · Sync Health` : "Sync Health" },
];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

export async function loader({ request, params }: LoaderFunctionArgs): Promise<ConnectorPage> {
  const { shop } = await merchantOf(request);
  const now = new Date();
  return aboutOne(params.id, (id) => withShop(shop.id, (tx) => loadConnectorPage(tx, shop, id, now)));
}

/** The one thing to do here: sync now. */
export async function action({ request, params }: ActionFunctionArgs) {
  const { shop, actor, requestId } = await merchantOf(request);
  return aboutOne(params.id, async (id) => {
    try {
      await withShop(shop.id, (tx) => requestSync(tx, id, actor, new Date(), requestId));
      return json<SyncAnswer>({ ok: true });
    } catch (error) {
      if (!(error instanceof AppError && error.code === "conflict")) throw error;
      return json<SyncAnswer>({ ok: false, message: error.message }, 409);
    }
  });
}

const lastPages = keepLastPage<ConnectorPage>();

export const clientLoader = ({ params, serverLoader }: ClientLoaderFunctionArgs) =>
  lastPages.refresh(params.id ?? "", () => serverLoader<ConnectorPage>());

export async function clientAction({ serverAction }: ClientActionFunctionArgs): Promise<SyncAnswer> {
  try {
    return await serverAction<SyncAnswer>();
  } catch (error) {
    if (!isPassingFailure(error)) throw error;
    return { ok: false, message: "We could not ask for a sync just now. Please try again." };
  }
}

export default function ConnectorDetails() {
  const page = useLoaderData<typeof clientLoader>();
  useEffect(() => lastPages.remember(page.connector.id, page), [page]);
  useLiveRefresh(page.pollSeconds);
  return <ConnectorView key={page.connector.id} page={page} />;
}
