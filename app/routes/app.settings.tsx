import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from "@remix-run/node";
import {
  type ClientActionFunctionArgs,
  type MetaFunction,
  type ShouldRevalidateFunction,
  useLoaderData,
} from "@remix-run/react";
import { merchantOf } from "../merchant.server.ts";
import { loadSettings } from "../modules/settings/load-settings.server.ts";
import { SaveSettings } from "../modules/settings/save-request.ts";
import { saveSettings } from "../modules/settings/save-settings.server.ts";
import type { SaveAnswer, SettingsPage } from "../modules/settings/settings.ts";
import { AppError } from "../platform/errors.ts";
import { parseJson, readBody, requireJson } from "../platform/http/request-body.server.ts";
import { withShop } from "../platform/tenant.server.ts";
import { isPassingFailure } from "../ui/keep-last-page.ts";
import { SettingsView } from "../ui/settings-view.tsx";

export const meta: MetaFunction = () => [{ title: "Settings · Sync Health" }];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

export async function loader({ request }: LoaderFunctionArgs): Promise<SettingsPage> {
  const { shop } = await merchantOf(request);
  const now = new Date();
  return withShop(shop.id, (tx) => loadSettings(tx, shop, now));
}

const statuses: Record<SaveAnswer["outcome"], number> = {
  saved: 200,
  failed: 400,
  conflict: 409,
  invalid: 422,
};
const answer = (saved: SaveAnswer) => json<SaveAnswer>(saved, statuses[saved.outcome]);

export async function action({ request }: ActionFunctionArgs) {
  const merchant = await merchantOf(request);
  const sent = SaveSettings.safeParse(await readJson(request));
  if (!sent.success)
    return answer({
      outcome: "failed",
      message: "This page is out of date. Reload it and make your changes again.",
    });
  const now = new Date();
  return answer(await withShop(merchant.shop.id, (tx) => saveSettings(tx, merchant, sent.data, now)));
}

/** Undefined for what is no JSON, or too much of it: the page never sends that. */
async function readJson(request: Request): Promise<unknown> {
  try {
    requireJson(request);
    return parseJson(await readBody(request));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

export async function clientAction({ serverAction }: ClientActionFunctionArgs): Promise<SaveAnswer> {
  try {
    return await serverAction<SaveAnswer>();
  } catch (error) {
    if (!isPassingFailure(error)) throw error;
    return {
      outcome: "failed",
      message: "Everything you entered is still here. Check your connection and save again in a moment.",
    };
  }
}

/** The answer to a save holds the page. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formMethod, defaultShouldRevalidate }) =>
  formMethod ? false : defaultShouldRevalidate;

export default function Settings() {
  return <SettingsView page={useLoaderData<typeof loader>()} />;
}
