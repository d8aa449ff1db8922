import type { ShopTx } from "#app/platform/tenant.server.ts";

/** The shop has the app, again or still: a token was just exchanged for it. */
export async function markInstalled(tx: ShopTx, shopId: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE shops SET uninstalled_at = NULL, installed_at = ${now}::timestamptz
    WHERE id = ${shopId}::uuid AND uninstalled_at IS NOT NULL`;
}

/**
 * Shopify admin opened the app at `at`, which it does only for a shop that has it. Of a shop that removed the app and
 * took it back, this may be all we see: the token from before is still stored, so none is exchanged.
 */
export async function noteOpened(tx: ShopTx, shopId: string, at: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE shops SET uninstalled_at = NULL, installed_at = ${at}::timestamptz
    WHERE id = ${shopId}::uuid AND greatest(installed_at, uninstalled_at) < ${at}::timestamptz`;
}

/**
 * The app was removed from the shop at `at`: tokens from before then are dead and go. Word of it may come late; a token
 * exchanged or an opening of the app afterwards proves a new installation, and then the shop stays installed.
 * @returns whether the shop is without the app
 */
export async function markUninstalled(tx: ShopTx, shopId: string, at: Date): Promise<boolean> {
  await tx.$executeRaw`
    DELETE FROM shopify_sessions
    WHERE shop_id = ${shopId}::uuid AND (updated_at <= ${at}::timestamptz OR access_token_encrypted IS NULL)`;
  await tx.$executeRaw`
    UPDATE shops SET uninstalled_at = ${at}::timestamptz
    WHERE id = ${shopId}::uuid AND uninstalled_at IS NULL AND installed_at <= ${at}::timestamptz AND NOT EXISTS (
      SELECT 1 FROM shopify_sessions s WHERE s.shop_id = shops.id)`;
  const [row] = await tx.$queryRaw<{ is_without: boolean }[]>`
    SELECT uninstalled_at IS NOT NULL AS is_without FROM shops WHERE id = ${shopId}::uuid`;
  return row!.is_without;
}

/** What the merchant has granted the app. */
export async function saveScopes(tx: ShopTx, shopId: string, scopes: readonly string[]): Promise<void> {
  await tx.$executeRaw`UPDATE shops SET scopes = ${scopes}::text[] WHERE id = ${shopId}::uuid`;
}
