import { db } from "#app/platform/db.server.ts";
import type { Shop } from "./shop.ts";

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
