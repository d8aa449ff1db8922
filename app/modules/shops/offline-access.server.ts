import type { ShopifyAdmin } from "#app/integrations/shopify/admin-api.ts";
import { ShopifyCallError, type ShopifyCallErrorKind } from "#app/integrations/shopify/errors.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import {
  forgetAccessToken,
  forgetRefreshToken,
  readSessions,
  replaceTokens,
  type StoredSession,
} from "./sessions.store.server.ts";
import type { Shop } from "./shop.ts";

/** A token that lasts no longer than this is replaced before it is used; Shopify's library does the same on pages. */
const REFRESH_BEFORE_EXPIRY_MS = 5 * 60_000;

/** Why a job cannot speak for a shop. In all of these the merchant's next opening of the app gets a new token. */
export type NoTokenReason = "no_session" | "no_refresh_token" | "refresh_token_expired" | "refresh_refused";

type AskedShop = Pick<Shop, "id" | "domain">;

export type OfflineSession =
  | { usable: true; sessionId: string; accessToken: string; accessSeal: string }
  | { usable: false; reason: NoTokenReason };

/** What came of a call in the shop's name: its answer, or why there is none and no sense in asking again. */
export type CallOutcome<Answer> =
  | { answered: true; answer: Answer }
  | { answered: false; reason: NoTokenReason | Exclude<ShopifyCallErrorKind, "throttled" | "unreachable"> };

/**
 * The shop's own session, its token good for the next minutes: refreshed over HTTP, outside of any transaction, when it
 * is about to expire. Of several that refresh at once the first to write wins, and the others use what it wrote.
 * @throws ShopifyCallError that is worth retrying
 */
export async function findOfflineSession(
  shop: AskedShop,
  admin: ShopifyAdmin,
  now: Date,
): Promise<OfflineSession> {
  const before = await loadOfflineSession(shop);
  if (!before) return { usable: false, reason: "no_session" };
  const current = asUsable(before, now);
  if (current) return current;

  const { refreshToken, refreshTokenExpires } = before.session;
  if (!refreshToken || !before.refreshSeal) return { usable: false, reason: "no_refresh_token" };
  if (refreshTokenExpires && refreshTokenExpires <= now)
    return { usable: false, reason: "refresh_token_expired" };
  await refresh(shop, admin, before.session.id, refreshToken, before.refreshSeal);

  const after = await loadOfflineSession(shop);
  if (!after) return { usable: false, reason: "no_session" };
  return asUsable(after, now) ?? { usable: false, reason: "refresh_refused" };
}

/**
 * Asks Shopify something in the shop's name.
 * @throws ShopifyCallError that is worth retrying
 */
export async function callAsShop<Answer>(
  shop: AskedShop,
  admin: ShopifyAdmin,
  now: Date,
  call: (accessToken: string) => Promise<Answer>,
): Promise<CallOutcome<Answer>> {
  const found = await findOfflineSession(shop, admin, now);
  if (!found.usable) return { answered: false, reason: found.reason };
  try {
    return { answered: true, answer: await call(found.accessToken) };
  } catch (error) {
    if (!(error instanceof ShopifyCallError)) throw error;
    const { kind } = error;
    if (kind === "throttled" || kind === "unreachable") throw error;
    if (kind === "token_dead")
      await withShop(shop.id, (tx) => forgetAccessToken(tx, shop.id, found.sessionId, found.accessSeal));
    return { answered: false, reason: kind };
  }
}

async function loadOfflineSession(shop: AskedShop): Promise<StoredSession | undefined> {
  const [stored] = await withShop(shop.id, (tx) => readSessions(tx, shop, `offline_${shop.domain}`));
  return stored;
}

/** A session that names no end is believed: Shopify says with its next answer when it is over. */
function asUsable({ session, accessSeal }: StoredSession, now: Date): OfflineSession | null {
  const { id: sessionId, accessToken, expires } = session;
  const isEnding = expires !== undefined && expires.getTime() - now.getTime() < REFRESH_BEFORE_EXPIRY_MS;
  return accessToken && accessSeal && !isEnding ? { usable: true, sessionId, accessToken, accessSeal } : null;
}

/** Stores the new pair, or forgets the token that Shopify refuses; in both cases only if it is still the stored one. */
async function refresh(
  shop: AskedShop,
  admin: ShopifyAdmin,
  sessionId: string,
  refreshToken: string,
  refreshSeal: string,
): Promise<void> {
  try {
    const pair = await admin.refreshToken(shop.domain, refreshToken);
    await withShop(shop.id, (tx) => replaceTokens(tx, shop.id, pair, refreshSeal));
  } catch (error) {
    if (!(error instanceof ShopifyCallError) || error.isWorthRetrying) throw error;
    if (error.kind === "token_dead")
      await withShop(shop.id, (tx) => forgetRefreshToken(tx, shop.id, sessionId, refreshSeal));
  }
}
