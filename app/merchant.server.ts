import { recordOpening } from "./modules/shops/record-installation.server.ts";
import type { Actor, Shop } from "./modules/shops/shop.ts";
import { findShopByDomain } from "./modules/shops/shops.store.server.ts";
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
  // Whoever has a session has a shop: the session was stored in it.
  const shop = await findShopByDomain(session.shop);
  if (!shop) throw new Error("A shop with a session could not be read.");
  if (sessionToken?.iat && isOpening(request))
    await recordOpening(shop.id, new Date(sessionToken.iat * 1000));
  return {
    shop,
    actor: { role: "merchant", name: sessionToken?.sub ?? session.shop },
    requestId: requestIdFrom(request.headers.get("x-request-id")),
  };
}

/** Shopify admin loads the app into its frame. Polling repeats the address, but signs in by header. */
const isOpening = (request: Request) =>
  new URL(request.url).searchParams.has("id_token") && !request.headers.has("authorization");
