import type { ShopTx } from "#app/platform/tenant.server.ts";

/** The shop has the app, again or still: a token was just exchanged for it. */
export async function markInstalled(tx: ShopTx, shopId: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE shops SET uninstalled_at = NULL, installed_at = ${now}::timestamptz
    WHERE id = ${shopId}::uuid AND uninstalled_at IS NOT NULL`;
}

/**
 * The app was removed from the shop at `at`: its tokens are dead and go. Word of it may come late; a token that was
 * exchanged afterwards proves a new installation, and then nothing changes.
 */
export async function markUninstalled(tx: ShopTx, shopId: string, at: Date): Promise<void> {
  const marked = await tx.$executeRaw`
    UPDATE shops SET uninstalled_at = ${at}::timestamptz
    WHERE id = ${shopId}::uuid AND uninstalled_at IS NULL AND installed_at <= ${at}::timestamptz AND NOT EXISTS (
      SELECT 1 FROM shopify_sessions s
      WHERE s.shop_id = shops.id AND s.access_token_encrypted IS NOT NULL AND s.updated_at > ${at}::timestamptz)`;
  if (marked > 0) await tx.$executeRaw`DELETE FROM shopify_sessions WHERE shop_id = ${shopId}::uuid`;
}

/** What the merchant has granted the app. */
export async function saveScopes(tx: ShopTx, shopId: string, scopes: readonly string[]): Promise<void> {
  await tx.$executeRaw`UPDATE shops SET scopes = ${scopes}::text[] WHERE id = ${shopId}::uuid`;
}

/** Notes that a webhook arrived. False: it had before, and what it asks for is done or under way. */
export async function recordWebhookReceipt(
  tx: ShopTx,
  receipt: { webhookId: string; topic: string; domain: string },
): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    INSERT INTO webhook_receipts (webhook_id, topic, domain) VALUES (${receipt.webhookId}, ${receipt.topic}, ${receipt.domain})
    ON CONFLICT (webhook_id) DO NOTHING`;
  return inserted > 0;
}
