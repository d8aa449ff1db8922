import type { Actor, Shop } from "./modules/shops/shop.ts";
import { ensureShop, findShopByDomain } from "./modules/shops/shops.store.server.ts";
import { requestIdFrom } from "./platform/http/request-id.server.ts";
import { authenticate } from "./shopify.server.ts";

export interface Merchant {
  shop: Shop;
  actor: Actor;
  requestId: string;
}

/**
 * Who asks for a merchant page: verified by Shopify's session token, never by a parameter.
 * @throws Response of Shopify's library, when somebody has to sign in (again)
 */
export async function merchantOf(request: Request): Promise<Merchant> {
  const { session, sessionToken } = await authenticate.admin(request);
  let shop = await findShopByDomain(session.shop);
  if (!shop) {
    await ensureShop(session.shop);
    shop = await findShopByDomain(session.shop);
  }
  if (!shop) throw new Error("A shop that was just added could not be read.");
  return {
    shop,
    actor: { role: "merchant", name: sessionToken?.sub ?? session.shop },
    requestId: requestIdFrom(request.headers.get("x-request-id")),
  };
}
