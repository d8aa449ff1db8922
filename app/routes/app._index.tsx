import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from "@remix-run/node";
import {
  type ClientActionFunctionArgs,
  type ClientLoaderFunctionArgs,
  type MetaFunction,
  useLoaderData,
} from "@remix-run/react";
import { useEffect } from "react";
import { z } from "zod";
import { merchantOf } from "../merchant.server.ts";
import { loadHome } from "../modules/health/load-home.server.ts";
import type { HomePage } from "../modules/health/pages.ts";
import { acknowledgeIncident } from "../modules/incidents/acknowledge-incident.server.ts";
import { AppError } from "../platform/errors.ts";
import { withShop } from "../platform/tenant.server.ts";
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

const Acknowledge = z.object({ intent: z.literal("acknowledge"), incidentId: z.uuid() });

export async function action({ request }: ActionFunctionArgs) {
  const { shop, actor, requestId } = await merchantOf(request);
  const form = Acknowledge.safeParse(Object.fromEntries(await request.formData()));
  if (!form.success) return refuse("This button no longer works. Reload the page and try again.", 400);
  try {
    await withShop(shop.id, (tx) =>
      acknowledgeIncident(tx, form.data.incidentId, actor, new Date(), requestId),
    );
    return json<AcknowledgeAnswer>({ ok: true });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code === "conflict"
      ? refuse("This incident is already resolved.", 409)
      : refuse("This incident is no longer there.", 404);
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
