import { enqueue } from "#app/platform/queue.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { keepOfPayload, type ShopifyWebhook } from "./shopify-webhook.ts";
import { recordWebhookReceipt } from "./webhook-receipts.store.server.ts";

/** Notes the webhook and queues what it asks for, in one transaction. A second delivery does nothing. */
export async function receiveShopifyWebhook(webhook: ShopifyWebhook): Promise<void> {
  await withShops([], async (tx) => {
    const isNew = await recordWebhookReceipt(tx, { ...webhook, payload: keepOfPayload(webhook) });
    if (isNew) await enqueue(tx, [job("shopify.webhook", { webhookId: webhook.webhookId })]);
  });
}
