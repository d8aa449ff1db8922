import { AppError } from "#app/platform/errors.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, Shop } from "../shops/shop.ts";
import { findShopByDomain, findShopById } from "../shops/shops.store.server.ts";

/** A shop that a member of staff looks at or works on. */
export type OpenedShop = Shop & { uninstalledAt: Date | null };

/** Who opens it, when, and in which request. */
interface By {
  actor: Actor;
  now: Date;
  requestId: string;
}

const OPENED_AGAIN_AFTER_MINUTES = 15;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The shop that an address names, by its domain or its id, and a row of the audit that this person opened it: one for
 * each quarter of an hour. Work on it then goes on within `withShop`.
 * @throws AppError not_found
 */
export async function openShop(named: string, { actor, now, requestId }: By): Promise<OpenedShop> {
  const shop = uuid.test(named) ? await findShopById(named) : await findShopByDomain(named.toLowerCase());
  if (!shop) throw new AppError("not_found", "There is no such shop.");
  await withShop(shop.id, async (tx) => {
    const since = new Date(now.getTime() - OPENED_AGAIN_AFTER_MINUTES * 60_000);
    if (await wasOpened(tx, shop.id, actor, since)) return;
    await recordAudit(tx, {
      shopId: shop.id,
      actor,
      action: "staff.open_shop",
      target: shop.domain,
      requestId,
      at: now,
    });
  });
  return shop;
}

async function wasOpened(tx: ShopTx, shopId: string, { name, role }: Actor, since: Date): Promise<boolean> {
  const rows = await tx.$queryRaw<object[]>`
    SELECT 1 FROM audit_log WHERE shop_id = ${shopId}::uuid AND at > ${since}::timestamptz AND action = 'staff.open_shop'
      AND actor = ${name} AND actor_role = ${role} LIMIT 1`;
  return rows.length > 0;
}
