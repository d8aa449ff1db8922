import { committed } from "./after-commit.server.ts";
import { type DbTransaction, db } from "./db.server.ts";

declare const bound: unique symbol;

/**
 * A transaction bound to certain shops: row-level security shows and accepts only their rows. Stores take this type,
 * so a bare client, on which every query would come back empty, does not compile.
 */
export type ShopTx = DbTransaction & { readonly [bound]: true };

export interface TransactionLimits {
  timeoutMs?: number;
}

/** Runs `work` in one transaction that sees and writes exactly this shop. */
export function withShop<T>(
  shopId: string,
  work: (tx: ShopTx) => Promise<T>,
  limits?: TransactionLimits,
): Promise<T> {
  return withShops([shopId], work, limits);
}

/** Runs `work` in one transaction that sees and writes exactly these shops. For the runner's batches. */
export async function withShops<T>(
  shopIds: readonly string[],
  work: (tx: ShopTx) => Promise<T>,
  { timeoutMs = 30_000 }: TransactionLimits = {},
): Promise<T> {
  const [tx, done] = await db().$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.shop_ids', ${`{${shopIds.join(",")}}`}, true)`;
      return [tx, await work(tx as ShopTx)] as const;
    },
    { timeout: timeoutMs },
  );
  committed(tx);
  return done;
}
