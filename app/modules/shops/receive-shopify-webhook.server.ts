import { z } from "zod";
import { type ShopTx, withShops } from "#app/platform/tenant.server.ts";
import { markUninstalled, recordWebhookReceipt, saveScopes } from "./installations.store.server.ts";
import { findShopByDomain } from "./shops.store.server.ts";

/** A webhook of Shopify whose signature was verified. */
export interface ShopifyWebhook {
  webhookId: string;
  /** As Shopify's library writes it: `APP_UNINSTALLED`. */
  topic: string;
  domain: string;
  /** When it happened, which may be long before it arrives; null when Shopify does not say. */
  triggeredAt: Date | null;
  payload: unknown;
}

const ScopesUpdate = z.object({ current: z.array(z.string()) });

/** Notes the webhook, and does what it asks for in the same transaction. A second delivery does nothing. */
export async function receiveShopifyWebhook(webhook: ShopifyWebhook, now: Date): Promise<void> {
  const shop = await findShopByDomain(webhook.domain);
  await withShops(shop ? [shop.id] : [], async (tx) => {
    const isNew = await recordWebhookReceipt(tx, webhook);
    if (isNew && shop) await obey(tx, shop.id, webhook, now);
  });
}

/** The compliance topics are only noted here: what they ask for is long, and no webhook waits for it. */
async function obey(
  tx: ShopTx,
  shopId: string,
  { topic, triggeredAt, payload }: ShopifyWebhook,
  now: Date,
): Promise<void> {
  if (topic === "APP_UNINSTALLED") await markUninstalled(tx, shopId, triggeredAt ?? now);
  if (topic === "APP_SCOPES_UPDATE") {
    const update = ScopesUpdate.safeParse(payload);
    if (update.success) await saveScopes(tx, shopId, update.data.current);
  }
}
