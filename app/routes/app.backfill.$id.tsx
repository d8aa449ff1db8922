import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from "@remix-run/node";
import type { ClientActionFunctionArgs, ClientLoaderFunctionArgs } from "@remix-run/react";
import { z } from "zod";
import { type Merchant, merchantOf } from "../merchant.server.ts";
import type { BackfillAnswer, BackfillForm, EstimateAnswer } from "../modules/backfills/backfill-form.ts";
import { cancelBackfill } from "../modules/backfills/cancel-backfill.server.ts";
import { estimateBackfill } from "../modules/backfills/estimate-backfill.server.ts";
import { openBackfillForm } from "../modules/backfills/open-backfill-form.server.ts";
import { requestBackfill } from "../modules/backfills/request-backfill.server.ts";
import type { Shop } from "../modules/shops/shop.ts";
import { AppError } from "../platform/errors.ts";
import { aboutOne } from "../platform/http/about-one.server.ts";
import { readFormFields } from "../platform/http/request-body.server.ts";
import { inTime } from "../platform/in-time.ts";
import { type ShopTx, withShop } from "../platform/tenant.server.ts";
import { isPassingFailure } from "../ui/keep-last-page.ts";

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

const Range = z.object({ startDate: z.iso.date(), endDate: z.iso.date() });

/** What a backfill of days would take. `opening`: of the days that suit best, with those in the query as a wish. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  const { shop } = await merchantOf(request);
  const query = Object.fromEntries(new URL(request.url).searchParams);
  return aboutOne(params.id, async (id) => {
    try {
      const form = await withShop(shop.id, (tx) => lookAt(tx, shop, id, query, new Date()));
      return json<EstimateAnswer>({ ok: true, form });
    } catch (error) {
      if (!(error instanceof AppError && error.code === "invalid")) throw error;
      return json<EstimateAnswer>({ ok: false, message: error.message }, 422);
    }
  });
}

async function lookAt(
  tx: ShopTx,
  shop: Shop,
  connectorId: string,
  query: Record<string, string>,
  now: Date,
): Promise<BackfillForm> {
  const { data: range } = Range.safeParse(query);
  if (query.opening || !range) return openBackfillForm(tx, shop, connectorId, range ?? null, now);
  return { range, estimate: await estimateBackfill(tx, shop, connectorId, range, now) };
}

const Intent = z.discriminatedUnion("intent", [
  Range.extend({ intent: z.literal("request"), idempotencyKey: z.uuid() }),
  z.object({ intent: z.literal("cancel") }),
]);
type Intent = z.infer<typeof Intent>;

export async function action({ request, params }: ActionFunctionArgs) {
  const merchant = await merchantOf(request);
  return aboutOne(params.id, async (id) => {
    const form = Intent.safeParse(await readFormFields(request));
    if (!form.success) return refuse("This button no longer works. Reload the page and try again.", 400);
    try {
      await withShop(merchant.shop.id, (tx) => obey(tx, merchant, id, form.data, new Date()));
      return json<BackfillAnswer>({ ok: true });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "conflict") return refuse(error.message, 409);
      if (error.code === "invalid") return refuse(error.message, 422, error.errors);
      throw error;
    }
  });
}

async function obey(
  tx: ShopTx,
  { shop, actor, requestId }: Merchant,
  connectorId: string,
  wish: Intent,
  now: Date,
): Promise<void> {
  switch (wish.intent) {
    case "request": {
      const { startDate, endDate, idempotencyKey } = wish;
      const wanted = { asked: { startDate, endDate }, idempotencyKey };
      await requestBackfill(tx, shop, connectorId, wanted, { actor, now, requestId });
      return;
    }
    case "cancel":
      await cancelBackfill(tx, connectorId, { actor, now, requestId });
      return;
  }
}

function refuse(message: string, status: number, errors: Record<string, string[]> = {}) {
  const fields = (["startDate", "endDate"] as const).flatMap((field) =>
    errors[field]?.[0] ? [[field, errors[field][0]]] : [],
  );
  return json<BackfillAnswer>({ ok: false, message, errors: Object.fromEntries(fields) }, status);
}

/** Whoever waits longer for the form is told, and may try again. */
const ANSWER_WITHIN_MS = 15_000;

export async function clientLoader({ serverLoader }: ClientLoaderFunctionArgs): Promise<EstimateAnswer> {
  try {
    return await inTime(serverLoader<EstimateAnswer>(), ANSWER_WITHIN_MS);
  } catch (error) {
    if (!isPassingFailure(error)) throw error;
    return { ok: false, message: "We could not work out an estimate just now." };
  }
}

export async function clientAction({ serverAction }: ClientActionFunctionArgs): Promise<BackfillAnswer> {
  try {
    return await serverAction<BackfillAnswer>();
  } catch (error) {
    if (!isPassingFailure(error)) throw error;
    return { ok: false, message: "We could not send this just now. Please try again.", errors: {} };
  }
}

/** An estimate is looked at when the days change, not whenever the page behind refreshes. */
export const shouldRevalidate = () => false;
