import { db } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Shop } from "./shop.ts";
import type { ShopProfile } from "./shop-profile.ts";

interface ShopRow {
  id: string;
  domain: string;
  time_zone: string;
  currency: string;
  locale: string;
  uninstalled_at: Date | null;
}

/** The shop of a domain, installed or not; null when we never knew it. */
export async function findShopByDomain(
  domain: string,
): Promise<(Shop & { uninstalledAt: Date | null }) | null> {
  const [row] = await db().$queryRaw<ShopRow[]>`SELECT * FROM find_shop_by_domain(${domain})`;
  if (!row) return null;
  return {
    id: row.id,
    domain: row.domain,
    timeZone: row.time_zone,
    currency: row.currency,
    locale: row.locale,
    uninstalledAt: row.uninstalled_at,
  };
}

/** Makes the shop's rows if they are missing, and answers its id. */
export async function ensureShop(domain: string): Promise<string> {
  const [row] = await db().$queryRaw<{ id: string }[]>`SELECT ensure_shop(${domain}) AS id`;
  return row!.id;
}

/** Every installed shop, in a stable order. */
export async function listShopIds(): Promise<string[]> {
  const rows = await db().$queryRaw<{ id: string }[]>`SELECT list_shop_ids AS id FROM list_shop_ids()`;
  return rows.map((row) => row.id);
}

/** Where an installed shop is reached; null for one that removed the app, or that we never knew. */
export async function findInstalledShop(
  tx: ShopTx,
  shopId: string,
): Promise<{ id: string; domain: string; timeZone: string } | null> {
  const [row] = await tx.$queryRaw<{ id: string; domain: string; timeZone: string }[]>`
    SELECT id, domain, time_zone AS "timeZone" FROM shops WHERE id = ${shopId}::uuid AND uninstalled_at IS NULL`;
  return row ?? null;
}

/** Installed shops whose profile was last asked for before then, the longest unasked first. */
export async function listStaleProfiles(askedBefore: Date, wanted: number): Promise<string[]> {
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT list_stale_shop_profiles AS id FROM list_stale_shop_profiles(${askedBefore}::timestamptz, ${wanted}::integer)`;
  return rows.map((row) => row.id);
}

/**
 * Writes what of the profile is known. A zone has to be known to PostgreSQL too, which cuts days by it.
 * @returns the zone that is stored now
 */
export async function saveShopProfile(
  tx: ShopTx,
  shopId: string,
  { timeZone, currency, locale }: ShopProfile,
  now: Date,
): Promise<string> {
  const [row] = await tx.$queryRaw<{ time_zone: string }[]>`
    UPDATE shops SET
      time_zone = CASE WHEN time_zone <> ${timeZone}::text AND EXISTS (SELECT 1 FROM pg_timezone_names WHERE name = ${timeZone}::text)
        THEN ${timeZone}::text ELSE time_zone END,
      currency = coalesce(${currency}::text, currency), locale = ${locale}, profile_refreshed_at = ${now}::timestamptz
    WHERE id = ${shopId}::uuid RETURNING time_zone`;
  return row!.time_zone;
}

/** Shopify was asked in vain: next time tomorrow, or a shop that cannot be asked would keep the others waiting. */
export async function noteProfileAsked(tx: ShopTx, shopId: string, now: Date): Promise<void> {
  await tx.$executeRaw`UPDATE shops SET profile_refreshed_at = ${now}::timestamptz WHERE id = ${shopId}::uuid`;
}
