import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { ErasedTable } from "./retention-rules.ts";

/** The domain of a shop that is being erased. No shop of Shopify's has it, so a new installation meets a new shop. */
export const erasedDomain = (shopId: string): string => `erased-${shopId}.myshopify.com`;

/**
 * What speaks for or against erasing a shop. Locks the shop until the transaction ends; null: there is none of that
 * domain any more.
 */
export async function lockInstallation(
  tx: ShopTx,
  shopId: string,
  domain: string,
): Promise<{ installedAt: Date; uninstalledAt: Date | null; lastHeardUninstalledAt: Date | null } | null> {
  const [row] = await tx.$queryRaw<
    { installedAt: Date; uninstalledAt: Date | null; lastHeardUninstalledAt: Date | null }[]
  >`
    SELECT installed_at AS "installedAt", uninstalled_at AS "uninstalledAt",
      (SELECT max(coalesce(r.triggered_at, r.received_at)) FROM webhook_receipts r
        WHERE r.domain = ${domain} AND (r.topic = 'APP_UNINSTALLED' OR (r.topic = 'SHOP_REDACT' AND r.handled_at IS NOT NULL))) AS "lastHeardUninstalledAt"
    FROM shops WHERE id = ${shopId}::uuid AND domain = ${domain} FOR UPDATE`;
  return row ?? null;
}

/** Takes the shop's domain away: nothing finds the shop by it any more, and nothing is started for it. */
export async function beginErasure(tx: ShopTx, shopId: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE shops SET domain = ${erasedDomain(shopId)}, uninstalled_at = coalesce(uninstalled_at, ${now}::timestamptz)
    WHERE id = ${shopId}::uuid`;
}

/** Deletes a batch of a shop's rows, about `wanted` of them. Answers how many went; 0: none are left. */
export function eraseRows(tx: ShopTx, table: ErasedTable, shopId: string, wanted: number): Promise<number> {
  if (table === "dq_results") return eraseResults(tx, shopId, wanted);
  // A table's name cannot be a parameter; the type allows no other names than those in the list.
  return tx.$executeRawUnsafe(
    `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE shop_id = $1::uuid LIMIT $2::integer))`,
    shopId,
    wanted,
  );
}

/** Results lie in many partitions, where a row's place says nothing: tick by tick, as their key has them. */
async function eraseResults(tx: ShopTx, shopId: string, wanted: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM dq_results WHERE shop_id = ${shopId}::uuid AND evaluated_at <= coalesce(
      (SELECT evaluated_at FROM dq_results WHERE shop_id = ${shopId}::uuid ORDER BY evaluated_at OFFSET ${wanted - 1} LIMIT 1), 'infinity')`;
}

/** Deletes a batch of the audit of a shop that is being erased. Answers how many rows went. */
export async function eraseAudit(tx: ShopTx, shopId: string, wanted: number): Promise<number> {
  const [row] = await tx.$queryRaw<{ erased: number }[]>`
    SELECT erase_shop_audit(${shopId}::uuid, ${wanted}::integer) AS erased`;
  return row!.erased;
}

/** Deletes the shop itself, if it is being erased. */
export async function eraseShopRow(tx: ShopTx, shopId: string): Promise<void> {
  await tx.$queryRaw`SELECT erase_shop(${shopId}::uuid)`;
}
