import { enqueue } from "#app/platform/queue.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { markInstalled, noteOpened, saveScopes } from "./installations.store.server.ts";
import { profileRefresh } from "./refresh-profile.server.ts";
import { ensureShop } from "./shops.store.server.ts";

/**
 * A token was exchanged for the shop: it has the app, with these scopes. Happens at the first opening, and about hourly
 * while a merchant is there, which keeps the profile fresh too.
 * @param scope separated by commas
 */
export async function recordInstallation(
  domain: string,
  scope: string | undefined,
  now: Date,
): Promise<void> {
  const shopId = await ensureShop(domain);
  await withShop(shopId, async (tx) => {
    await markInstalled(tx, shopId, now);
    if (scope) await saveScopes(tx, shopId, scope.split(","));
    await enqueue(tx, [profileRefresh(shopId)]);
  });
}

/** Shopify admin opened the app for a merchant of the shop, with a session token made at `at`. */
export function recordOpening(shopId: string, at: Date): Promise<void> {
  return withShop(shopId, (tx) => noteOpened(tx, shopId, at));
}
