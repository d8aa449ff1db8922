import { Session } from "@shopify/shopify-api";
import { log } from "#app/platform/log.server.ts";
import { type RenewedSecrets, renewSecrets, secretBox, sumRenewed } from "#app/platform/secrets.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";

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

/** A session as it was read: whoever changes its tokens says with the seals that they are still these. */
export interface StoredSession {
  session: Session;
  accessSeal: string | null;
  refreshSeal: string | null;
}

const contextOf = (id: string, token: "access" | "refresh") => `shopify_session:${id}:${token}`;

const seal = (id: string, token: "access" | "refresh", text: string | undefined) =>
  text ? secretBox().encrypt(text, contextOf(id, token)) : null;

/**
 * The shop's sessions that can be opened, or the one of this id. Tokens that no key of ours opens count as no session at
 * all: the next opening of the app exchanges its session token for new ones.
 */
export async function readSessions(
  tx: ShopTx,
  shop: { id: string; domain: string },
  id: string | null = null,
): Promise<StoredSession[]> {
  const rows = await tx.$queryRaw<SessionRow[]>`
    SELECT id, state, is_online AS "isOnline", scope, expires_at AS "expiresAt",
      access_token_encrypted AS "accessTokenEncrypted", refresh_token_encrypted AS "refreshTokenEncrypted",
      refresh_token_expires_at AS "refreshTokenExpiresAt"
    FROM shopify_sessions WHERE shop_id = ${shop.id}::uuid AND (${id}::text IS NULL OR id = ${id}) ORDER BY id`;
  return rows.flatMap((row) => openSession(row, shop.domain) ?? []);
}

/** Writes a session, new or not. `updated_at` is since when the tokens are these. */
export async function saveSession(tx: ShopTx, shopId: string, session: Session): Promise<void> {
  const { id, accessToken, refreshToken, onlineAccessInfo } = session;
  const userId = onlineAccessInfo ? String(onlineAccessInfo.associated_user.id) : null;
  await tx.$executeRaw`
    INSERT INTO shopify_sessions (shop_id, id, state, is_online, scope, expires_at, access_token_encrypted,
      refresh_token_encrypted, refresh_token_expires_at, user_id)
    VALUES (${shopId}::uuid, ${id}, ${session.state}, ${session.isOnline}, ${session.scope ?? null}, ${session.expires ?? null},
      ${seal(id, "access", accessToken)}, ${seal(id, "refresh", refreshToken)}, ${session.refreshTokenExpires ?? null}, ${userId})
    ON CONFLICT (shop_id, id) DO UPDATE SET state = excluded.state, is_online = excluded.is_online, scope = excluded.scope,
      expires_at = excluded.expires_at, access_token_encrypted = excluded.access_token_encrypted,
      refresh_token_encrypted = excluded.refresh_token_encrypted,
      refresh_token_expires_at = excluded.refresh_token_expires_at, user_id = excluded.user_id, updated_at = now()`;
}

/** Puts a refreshed pair in the place of the one that was read; nothing, if somebody changed or removed that meanwhile. */
export async function replaceTokens(
  tx: ShopTx,
  shopId: string,
  refreshed: Session,
  refreshSeal: string,
): Promise<void> {
  const { id, accessToken, refreshToken } = refreshed;
  await tx.$executeRaw`
    UPDATE shopify_sessions SET scope = ${refreshed.scope ?? null}, expires_at = ${refreshed.expires ?? null},
      access_token_encrypted = ${seal(id, "access", accessToken)}, refresh_token_encrypted = ${seal(id, "refresh", refreshToken)},
      refresh_token_expires_at = ${refreshed.refreshTokenExpires ?? null}, updated_at = now()
    WHERE shop_id = ${shopId}::uuid AND id = ${id} AND refresh_token_encrypted = ${refreshSeal}`;
}

/** Shopify no longer takes this access token: the next opening of the app gets a new one. */
export async function forgetAccessToken(
  tx: ShopTx,
  shopId: string,
  id: string,
  accessSeal: string,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE shopify_sessions SET access_token_encrypted = NULL
    WHERE shop_id = ${shopId}::uuid AND id = ${id} AND access_token_encrypted = ${accessSeal}`;
}

/** Shopify no longer takes this refresh token: it is not offered again. */
export async function forgetRefreshToken(
  tx: ShopTx,
  shopId: string,
  id: string,
  refreshSeal: string,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE shopify_sessions SET refresh_token_encrypted = NULL, refresh_token_expires_at = NULL
    WHERE shop_id = ${shopId}::uuid AND id = ${id} AND refresh_token_encrypted = ${refreshSeal}`;
}

/** Writes the shop's tokens under the newest key, those that somebody changes meanwhile apart: they are under it already. */
export async function renewSessionSecrets(tx: ShopTx, shopId: string): Promise<RenewedSecrets> {
  const rows = await tx.$queryRaw<{ id: string; access: string | null; refresh: string | null }[]>`
    SELECT id, access_token_encrypted AS access, refresh_token_encrypted AS refresh
    FROM shopify_sessions WHERE shop_id = ${shopId}::uuid`;
  const all: RenewedSecrets[] = [];
  for (const { id, access, refresh } of rows) {
    const { sealed, changed, counts } = renewSecrets({ access, refresh }, (token) => contextOf(id, token));
    all.push(counts);
    if (changed)
      await tx.$executeRaw`
        UPDATE shopify_sessions SET access_token_encrypted = ${sealed.access}, refresh_token_encrypted = ${sealed.refresh}
        WHERE shop_id = ${shopId}::uuid AND id = ${id}
          AND access_token_encrypted IS NOT DISTINCT FROM ${access} AND refresh_token_encrypted IS NOT DISTINCT FROM ${refresh}`;
  }
  return sumRenewed(all);
}

function openSession(row: SessionRow, shop: string): StoredSession | undefined {
  const { id, state, isOnline, scope, expiresAt, refreshTokenExpiresAt } = row;
  const { accessTokenEncrypted: accessSeal, refreshTokenEncrypted: refreshSeal } = row;
  try {
    const accessToken = accessSeal && secretBox().decrypt(accessSeal, contextOf(id, "access"));
    const refreshToken = refreshSeal && secretBox().decrypt(refreshSeal, contextOf(id, "refresh"));
    const session = new Session({
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
    return { session, accessSeal, refreshSeal };
  } catch (error) {
    log.warn({ err: error, shop }, "a stored Shopify session cannot be opened; a new one will be asked for");
    return undefined;
  }
}
