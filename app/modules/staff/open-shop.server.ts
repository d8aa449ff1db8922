import { AppError } from "#app/platform/errors.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Shop } from "../shops/shop.ts";
import { findShopByDomain } from "../shops/shops.store.server.ts";

/** A shop as staff open it: also one that has removed the app. */
export interface OpenedShop extends Shop {
  uninstalledAt: Date | null;
}

/** Looking around in a shop is one reading of it for so long. */
const ONE_READING_MS = 15 * 60_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The shop that a path names, by its domain or its id; that a person opened it is in the audit, once in a quarter of an
 * hour.
 * @throws AppError not_found
 */
export async function openShop(named: string, by: By): Promise<OpenedShop> {
  const shop = uuid.test(named) ? await findShopById(named) : await findShopByDomain(named.toLowerCase());
  if (!shop) throw new AppError("not_found", "There is no such shop.");
  await withShop(shop.id, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('staff.open_shop ' || ${by.actor.name} || ${shop.id}, 0))`;
    const known = await tx.auditLog.findFirst({
      where: {
        shopId: shop.id,
        actor: by.actor.name,
        action: "staff.open_shop",
        at: { gt: new Date(by.now.getTime() - ONE_READING_MS) },
      },
      select: { id: true },
    });
    if (known) return;
    await recordAudit(tx, {
      shopId: shop.id,
      actor: by.actor,
      action: "staff.open_shop",
      target: shop.domain,
      requestId: by.requestId,
      at: by.now,
    });
  });
  return shop;
}

/** Bound to an id, a transaction sees the shop that has it, and no other. */
const findShopById = (id: string): Promise<OpenedShop | null> =>
  withShop(id, (tx) =>
    tx.shop.findFirst({
      where: { id },
      select: { id: true, domain: true, timeZone: true, currency: true, locale: true, uninstalledAt: true },
    }),
  );
