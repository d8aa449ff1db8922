import type { Session } from "@shopify/shopify-api";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { readSessions, saveSession } from "./sessions.store.server.ts";
import { ensureShop, findShopByDomain } from "./shops.store.server.ts";

const sessionId = /^(?:offline_)?([a-z0-9][a-z0-9-]*\.myshopify\.com)(?:_\d+)?$/;

/** Shopify's names for sessions hold the shop: `offline_{shop}`, `{shop}_{user}`. */
const domainOf = (id: string): string | undefined => sessionId.exec(id)?.[1];

/** Where Shopify's library keeps its sessions: a shop's own rows, tokens encrypted. */
export class ShopSessionStorage {
  async storeSession(session: Session): Promise<boolean> {
    if (domainOf(session.id) !== session.shop)
      throw new Error("A Shopify session's id does not name its shop.");
    const shopId = await ensureShop(session.shop);
    await withShop(shopId, (tx) => saveSession(tx, shopId, session));
    return true;
  }

  async loadSession(id: string): Promise<Session | undefined> {
    return this.#inShop(domainOf(id), undefined, async (tx, shop) => {
      const [stored] = await readSessions(tx, shop, id);
      return stored?.session;
    });
  }

  async deleteSession(id: string): Promise<boolean> {
    return this.deleteSessions([id]);
  }

  async deleteSessions(ids: string[]): Promise<boolean> {
    for (const domain of new Set(ids.map(domainOf))) {
      const ofShop = ids.filter((id) => domainOf(id) === domain);
      await this.#inShop(
        domain,
        0,
        (tx, shop) =>
          tx.$executeRaw`DELETE FROM shopify_sessions WHERE shop_id = ${shop.id}::uuid AND id = ANY (${ofShop}::text[])`,
      );
    }
    return true;
  }

  async findSessionsByShop(domain: string): Promise<Session[]> {
    return this.#inShop(domain, [], async (tx, shop) => {
      const stored = await readSessions(tx, shop);
      return stored.map(({ session }) => session);
    });
  }

  async #inShop<T>(
    domain: string | undefined,
    otherwise: T,
    work: (tx: ShopTx, shop: { id: string; domain: string }) => Promise<T>,
  ): Promise<T> {
    const shop = domain ? await findShopByDomain(domain) : null;
    return shop ? withShop(shop.id, (tx) => work(tx, shop)) : otherwise;
  }
}
