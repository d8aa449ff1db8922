import { obeyShopifyWebhook } from "#app/modules/shops/obey-shopify-webhook.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("shopify.webhook", {
  run: ({ webhookId }, { now }) => obeyShopifyWebhook(webhookId, now),
});
