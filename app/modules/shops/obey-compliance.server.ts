import { type ShopTx, withShops } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { eraseShop, fingerprintOf } from "../retention/erase-shop.server.ts";
import { beginErasure, lockInstallation } from "../retention/erased.store.server.ts";
import { decideErasure } from "../retention/erasure.ts";
import { findShopByDomain } from "./shops.store.server.ts";
import {
  claimWebhookReceipt,
  dropReceiptsOfErasedShop,
  findErasingShop,
  noteErasingShop,
  type WebhookReceipt,
} from "./webhook-receipts.store.server.ts";

type Asked = WebhookReceipt & { webhookId: string };
export type ComplianceOutcome =
  | "handled_before"
  | "unknown_shop"
  | "nothing_held"
  | "installed_again"
  | "erased"
  | "erased_before";

/**
 * A customer wants to see, or to be rid of, what is known of them. Nothing is: profiles are counts and sums of days, and
 * of the webhook itself no id of a customer or an order was kept. That this was the answer is on record.
 */
export async function answerForCustomer(receipt: Asked, now: Date): Promise<ComplianceOutcome> {
  const shop = await findShopByDomain(receipt.domain);
  return withShops(shop ? [shop.id] : [], async (tx) => {
    if (!(await claimWebhookReceipt(tx, receipt.webhookId, now))) return "handled_before";
    await recordCompliance(tx, receipt, { shopId: shop?.id ?? null, action: "customer.nothing_held" }, now);
    return "nothing_held";
  });
}

/**
 * Shopify asks for a shop to be erased. It is decided once, under a lock on the shop; from then on the shop has no domain
 * any more, so that one who installs the app meanwhile gets a new, empty shop, and the erasure goes on however often it
 * is interrupted.
 */
export async function redactShop(receipt: Asked, now: Date): Promise<ComplianceOutcome> {
  const known = await findShopByDomain(receipt.domain);
  const begun = await withShops(known ? [known.id] : [], async (tx) => {
    const erasing = await findErasingShop(tx, receipt.webhookId);
    if (erasing) return { shopId: erasing };
    const installation = known && (await lockInstallation(tx, known.id, receipt.domain));
    if (!known || !installation) return settle(tx, receipt, "unknown_shop", now);
    const decision = decideErasure({ ...installation, askedAt: receipt.happenedAt });
    if (!decision.erase) {
      await recordCompliance(tx, receipt, { shopId: known.id, action: "shop.erasure_declined" }, now);
      return settle(tx, receipt, decision.reason, now);
    }
    await beginErasure(tx, known.id, now);
    await noteErasingShop(tx, receipt.webhookId, known.id);
    return { shopId: known.id };
  });
  if (typeof begun === "string") return begun;
  return eraseShop(
    begun.shopId,
    {
      domain: receipt.domain,
      webhookId: receipt.webhookId,
      finish: async (tx) => {
        if (!(await claimWebhookReceipt(tx, receipt.webhookId, now))) return false;
        await dropReceiptsOfErasedShop(tx, receipt);
        return true;
      },
    },
    now,
  );
}

async function settle<Outcome extends ComplianceOutcome>(
  tx: ShopTx,
  receipt: Asked,
  outcome: Outcome,
  now: Date,
): Promise<Outcome | "handled_before"> {
  return (await claimWebhookReceipt(tx, receipt.webhookId, now)) ? outcome : "handled_before";
}

function recordCompliance(
  tx: ShopTx,
  receipt: Asked,
  { shopId, action }: { shopId: string | null; action: string },
  now: Date,
): Promise<void> {
  return recordAudit(tx, {
    shopId,
    actor: { role: "system", name: "system" },
    action,
    target: shopId ?? fingerprintOf(receipt.domain),
    reason: complianceTopics[receipt.topic] ?? receipt.topic,
    requestId: receipt.webhookId,
    at: now,
  });
}

/** Shopify's library writes them in capitals; the audit has Shopify's own names. */
export const complianceTopics: Record<string, string> = {
  CUSTOMERS_DATA_REQUEST: "customers/data_request",
  CUSTOMERS_REDACT: "customers/redact",
  SHOP_REDACT: "shop/redact",
};
