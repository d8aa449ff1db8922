import { Session } from "@shopify/shopify-api";
import { log } from "#app/platform/log.server.ts";
import { secretBox } from "#app/platform/secrets.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { ensureShop, findShopByDomain } from "./shops.store.server.ts";

interface SessionRow {
  id: string;
  state: string;
  isOnline: boolean;
  scope: string | null;
  expiresAt: Date | null;
  accessTokenEncrypted: string | null;
  refreshTokenEncrypted: string | null;
  refreshTokenExpiresAt: Date | null;
}

const sessionId = /^(?:offline_)?([a-z0-9][a-z0-9-]*\.myshopify\.com)(?:_\d+)?$/;

/** Shopify's names for sessions hold the shop: `offline_{shop}`, `{shop}_{user}`. */
const domainOf = (id: string): string | undefined => sessionId.exec(id)?.[1];

const contextOf = (id: string, token: "access" | "refresh") => `shopify_session:${id}:${token}`;

/**
 * Where Shopify's library keeps its sessions: a shop's own rows, tokens encrypted. Tokens that no key of ours opens
 * count as no session at all: the library then exchanges the next session token for new ones.
 */
export class ShopSessionStorage {
  async storeSession(session: Session): Promise<boolean> {
    const { id, shop, accessToken, refreshToken, onlineAccessInfo } = session;
    if (domainOf(id) !== shop) throw new Error("A Shopify session's id does not name its shop.");
    const accessSealed = accessToken ? secretBox().encrypt(accessToken, contextOf(id, "access")) : null;
    const refreshSealed = refreshToken ? secretBox().encrypt(refreshToken, contextOf(id, "refresh")) : null;
    const userId = onlineAccessInfo ? String(onlineAccessInfo.associated_user.id) : null;
    const shopId = await ensureShop(shop);
    await withShop(
      shopId,
      (tx) => tx.$executeRaw`
      INSERT INTO shopify_sessions (shop_id, id, state, is_online, scope, expires_at, access_token_encrypted,
        refresh_token_encrypted, refresh_token_expires_at, user_id)
      VALUES (${shopId}::uuid, ${id}, ${session.state}, ${session.isOnline}, ${session.scope ?? null}, ${session.expires ?? null},
        ${accessSealed}, ${refreshSealed}, ${session.refreshTokenExpires ?? null}, ${userId})
      ON CONFLICT (shop_id, id) DO UPDATE SET state = excluded.state, is_online = excluded.is_online, scope = excluded.scope,
        expires_at = excluded.expires_at, access_token_encrypted = excluded.access_token_encrypted,
        refresh_token_encrypted = excluded.refresh_token_encrypted,
        refresh_token_expires_at = excluded.refresh_token_expires_at, user_id = excluded.user_id, updated_at = now()`,
    );
    return true;
  }

  async loadSession(id: string): Promise<Session | undefined> {
    return this.#inShop(domainOf(id), undefined, async (tx, shop) => {
      const [row] = await readSessions(tx, shop.id, id);
      return row && openSession(row, shop.domain);
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
      const rows = await readSessions(tx, shop.id, null);
      return rows.flatMap((row) => openSession(row, shop.domain) ?? []);
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

function readSessions(tx: ShopTx, shopId: string, id: string | null): Promise<SessionRow[]> {
  return tx.$queryRaw<SessionRow[]>`
    SELECT id, state, is_online AS "isOnline", scope, expires_at AS "expiresAt",
      access_token_encrypted AS "accessTokenEncrypted", refresh_token_encrypted AS "refreshTokenEncrypted",
      refresh_token_expires_at AS "refreshTokenExpiresAt"
    FROM shopify_sessions WHERE shop_id = ${shopId}::uuid AND (${id}::text IS NULL OR id = ${id}) ORDER BY id`;
}

function openSession(row: SessionRow, shop: string): Session | undefined {
  const { id, state, isOnline, scope, expiresAt, refreshTokenExpiresAt } = row;
  try {
    const accessToken =
      row.accessTokenEncrypted && secretBox().decrypt(row.accessTokenEncrypted, contextOf(id, "access"));
    const refreshToken =
      row.refreshTokenEncrypted && secretBox().decrypt(row.refreshTokenEncrypted, contextOf(id, "refresh"));
    return new Session({
      id,
      shop,
      state,
      isOnline,
      ...(scope === null ? {} : { scope }),
      ...(expiresAt ? { expires: expiresAt } : {}),
      ...(accessToken ? { accessToken } : {}),
      ...(refreshToken ? { refreshToken } : {}),
      ...(refreshTokenExpiresAt ? { refreshTokenExpires: refreshTokenExpiresAt } : {}),
    });
  } catch (error) {
    log.warn({ err: error, shop }, "a stored Shopify session cannot be opened; a new one will be asked for");
    return undefined;
  }
}
