import { enqueue } from "#app/platform/queue.server.ts";
import { type ShopTx, withShops } from "#app/platform/tenant.server.ts";
import { forgetShopHealth } from "../health/shop-health.store.server.ts";
import { markUninstalled, saveScopes } from "./installations.store.server.ts";
import { profileRefresh } from "./refresh-profile.server.ts";
import { ScopesUpdate } from "./shopify-webhook.ts";
import { findShopByDomain } from "./shops.store.server.ts";
import {
  claimWebhookReceipt,
  findWebhookReceipt,
  hasLaterReceipt,
  type WebhookReceipt,
} from "./webhook-receipts.store.server.ts";

export type WebhookOutcome =
  | "no_receipt"
  | "handled_before"
  | "unknown_shop"
  | "not_installed"
  | "uninstalled"
  | "installed_since"
  | "scopes_saved"
  | "superseded"
  | "unreadable"
  | "profile_queued"
  | "noted"
  | "waits_for_erasure";

/** They ask for data to be handed out or erased. */
const complianceTopics = new Set(["CUSTOMERS_DATA_REQUEST", "CUSTOMERS_REDACT", "SHOP_REDACT"]);

/**
 * Does what a webhook asks for, once, however often and however late the job runs.
 *
 * Nothing erases or hands out data yet, so a compliance topic is only noted: its receipt keeps the ids that the erasure
 * will need, and stays unhandled (`handled_at` null) until there is one that does it.
 */
export async function obeyShopifyWebhook(webhookId: string, now: Date): Promise<WebhookOutcome> {
  const receipt = await withShops([], (tx) => findWebhookReceipt(tx, webhookId));
  if (!receipt) return "no_receipt";
  if (receipt.handledAt) return "handled_before";
  if (complianceTopics.has(receipt.topic)) return "waits_for_erasure";
  const shop = await findShopByDomain(receipt.domain);
  return withShops(shop ? [shop.id] : [], async (tx) => {
    if (!(await claimWebhookReceipt(tx, webhookId, now))) return "handled_before";
    return shop ? obey(tx, shop, receipt) : "unknown_shop";
  });
}

async function obey(
  tx: ShopTx,
  shop: { id: string; uninstalledAt: Date | null },
  receipt: WebhookReceipt,
): Promise<WebhookOutcome> {
  switch (receipt.topic) {
    case "APP_UNINSTALLED":
      if (!(await markUninstalled(tx, shop.id, receipt.happenedAt))) return "installed_since";
      await forgetShopHealth(tx, shop.id);
      return "uninstalled";
    case "APP_SCOPES_UPDATE": {
      const update = ScopesUpdate.safeParse(receipt.payload);
      if (!update.success) return "unreadable";
      if (await hasLaterReceipt(tx, receipt)) return "superseded";
      await saveScopes(tx, shop.id, update.data.current);
      return "scopes_saved";
    }
    case "SHOP_UPDATE":
      if (shop.uninstalledAt) return "not_installed";
      await enqueue(tx, [profileRefresh(shop.id)]);
      return "profile_queued";
    default:
      return "noted";
  }
}
