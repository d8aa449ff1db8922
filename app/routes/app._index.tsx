import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from "@remix-run/node";
import {
  type ClientActionFunctionArgs,
  type ClientLoaderFunctionArgs,
  type MetaFunction,
  useLoaderData,
} from "@remix-run/react";
import { useEffect } from "react";
import { z } from "zod";
import { type Merchant, merchantOf } from "../merchant.server.ts";
import { loadHome } from "../modules/health/load-home.server.ts";
import type { HomePage } from "../modules/health/pages.ts";
import { acknowledgeIncident } from "../modules/incidents/act-on-incident.server.ts";
import { dismissGettingStarted, dismissNotice } from "../modules/notices/notices.store.server.ts";
import { AppError } from "../platform/errors.ts";
import { readFormFields } from "../platform/http/request-body.server.ts";
import { type ShopTx, withShop } from "../platform/tenant.server.ts";
import type { AcknowledgeAnswer } from "../ui/acknowledge-button.tsx";
import { HomeView } from "../ui/home-view.tsx";
import { isPassingFailure, keepLastPage } from "../ui/keep-last-page.ts";
import { useLiveRefresh } from "../ui/use-live-refresh.ts";

export const meta: MetaFunction = () => [{ title: "Sync Health" }];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

export async function loader({ request }: LoaderFunctionArgs): Promise<HomePage> {
  const { shop } = await merchantOf(request);
  const now = new Date();
  return withShop(shop.id, (tx) => loadHome(tx, shop, now));
}

const Intent = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("acknowledge"), incidentId: z.uuid() }),
  z.object({ intent: z.literal("dismiss"), noticeId: z.uuid() }),
  z.object({ intent: z.literal("dismiss_getting_started") }),
]);
type Intent = z.infer<typeof Intent>;

export async function action({ request }: ActionFunctionArgs) {
  const merchant = await merchantOf(request);
  const form = Intent.safeParse(await readFormFields(request));
  if (!form.success) return refuse("This button no longer works. Reload the page and try again.", 400);
  try {
    await withShop(merchant.shop.id, (tx) => obey(tx, merchant, form.data, new Date()));
    return json<AcknowledgeAnswer>({ ok: true });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code === "conflict"
      ? refuse("This incident is already resolved.", 409)
      : refuse("It is no longer there.", 404);
  }
}

async function obey(
  tx: ShopTx,
  { shop, actor, requestId }: Merchant,
  wish: Intent,
  now: Date,
): Promise<void> {
  switch (wish.intent) {
    case "acknowledge":
      await acknowledgeIncident(tx, wish.incidentId, { actor, now, requestId });
      return;
    case "dismiss":
      return dismissNotice(tx, wish.noticeId, now);
    case "dismiss_getting_started":
      return dismissGettingStarted(tx, shop.id, now);
  }
}

const refuse = (message: string, status: number) => json<AcknowledgeAnswer>({ ok: false, message }, status);

const lastPage = keepLastPage<HomePage>();

export const clientLoader = ({ serverLoader }: ClientLoaderFunctionArgs) =>
  lastPage.refresh("/app", () => serverLoader<HomePage>());

export async function clientAction({ serverAction }: ClientActionFunctionArgs): Promise<AcknowledgeAnswer> {
  try {
    return await serverAction<AcknowledgeAnswer>();
  } catch (error) {
    if (!isPassingFailure(error)) throw error;
    return { ok: false, message: "We could not save this just now. Please try again." };
  }
}

export default function Home() {
  const page = useLoaderData<typeof clientLoader>();
  useEffect(() => lastPage.remember("/app", page), [page]);
  useLiveRefresh(page.pollSeconds);
  return <HomeView page={page} />;
}
