import { enqueue } from "#app/platform/queue.server.ts";
import { type ShopTx, withShops } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { forgetShopHealth } from "../health/shop-health.store.server.ts";
import { markUninstalled, saveScopes } from "./installations.store.server.ts";
import { answerForCustomer, type ComplianceOutcome, redactShop } from "./obey-compliance.server.ts";
import { profileRefresh } from "./refresh-profile.server.ts";
import { ScopesUpdate } from "./shopify-webhook.ts";
import { findShopByDomain } from "./shops.store.server.ts";
import {
  claimWebhookReceipt,
  findWebhookReceipt,
  hasLaterReceipt,
  listForgottenReceipts,
  type WebhookReceipt,
} from "./webhook-receipts.store.server.ts";

export type WebhookOutcome =
  | ComplianceOutcome
  | "no_receipt"
  | "not_installed"
  | "uninstalled"
  | "installed_since"
  | "scopes_saved"
  | "superseded"
  | "unreadable"
  | "profile_queued"
  | "noted";

/** A webhook that nobody has obeyed by then has lost its job: it was given up, or a worker died with it. */
const FORGOTTEN_AFTER_MS = 12 * 3_600_000;
const QUEUED_AT_ONCE = 1000;

/** Does what a webhook asks for, once, however often and however late the job runs. */
export async function obeyShopifyWebhook(webhookId: string, now: Date): Promise<WebhookOutcome> {
  const receipt = await withShops([], (tx) => findWebhookReceipt(tx, webhookId));
  if (!receipt) return "no_receipt";
  if (receipt.handledAt) return "handled_before";
  const asked = { ...receipt, webhookId };
  if (receipt.topic === "SHOP_REDACT") return redactShop(asked, now);
  if (receipt.topic === "CUSTOMERS_DATA_REQUEST" || receipt.topic === "CUSTOMERS_REDACT")
    return answerForCustomer(asked, now);
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

/** Queues webhooks again whose job was lost: an erasure that was asked for is done, however often it failed. */
export function queueForgottenWebhooks(now: Date): Promise<number> {
  return withShops([], async (tx) => {
    const before = new Date(now.getTime() - FORGOTTEN_AFTER_MS);
    const webhookIds = await listForgottenReceipts(tx, before, QUEUED_AT_ONCE);
    await enqueue(
      tx,
      webhookIds.map((webhookId) =>
        job("shopify.webhook", { webhookId }, { jobKey: `shopify.webhook:${webhookId}` }),
      ),
    );
    return webhookIds.length;
  });
}
