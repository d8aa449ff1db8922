import { createHash } from "node:crypto";
import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { forgetJobsOfShop } from "#app/platform/queue.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { eraseAudit, eraseRows, eraseShopRow } from "./erased.store.server.ts";
import { GivesWay } from "./give-way.server.ts";
import { erasedTables } from "./retention-rules.ts";

/** How a shop that is gone is named in the audit: whoever knows the domain can find it, nobody can read it back. */
export const fingerprintOf = (domain: string): string =>
  `sha256:${createHash("sha256").update(domain).digest("hex")}`;

/**
 * Erases everything of a shop whose erasure was begun (`beginErasure`): rows in batches, each in a transaction of its
 * own, then its jobs, its audit and the shop itself. What is left of it is one line of the audit, which names no shop.
 * Killed at any moment it can be called again, and goes on.
 * @param finish called in the last transaction; false: somebody else has finished, and this one is undone
 */
export async function eraseShop(
  shopId: string,
  {
    domain,
    webhookId,
    finish,
  }: { domain: string; webhookId: string; finish: (tx: ShopTx) => Promise<boolean> },
  now: Date,
): Promise<"erased" | "erased_before"> {
  const wanted = env().DQ_CLEANUP_BATCH_SIZE;
  const pace = new GivesWay();
  const rows: Record<string, number> = {};
  const emptied = async (table: string, batch: (tx: ShopTx) => Promise<number>) => {
    let gone: number;
    do {
      gone = await pace.run(() => withShop(shopId, batch));
      if (gone > 0) rows[table] = (rows[table] ?? 0) + gone;
    } while (gone > 0);
  };
  await withShop(shopId, (tx) => forgetJobsOfShop(tx, shopId));
  for (const table of erasedTables) await emptied(table, (tx) => eraseRows(tx, table, shopId, wanted));
  await emptied("audit_log", (tx) => eraseAudit(tx, shopId, wanted));
  const isFinished = await withShop(shopId, async (tx) => {
    if (!(await finish(tx))) return false;
    await eraseAudit(tx, shopId, wanted);
    await eraseShopRow(tx, shopId);
    await forgetJobsOfShop(tx, shopId);
    await recordAudit(tx, {
      shopId: null,
      actor: { role: "system", name: "system" },
      action: "shop.erased",
      target: fingerprintOf(domain),
      reason: "shop/redact",
      requestId: webhookId,
      at: now,
    });
    return true;
  });
  log.info({ shopId, rows, restedMs: Math.round(pace.restedMs) }, "a shop was erased");
  return isFinished ? "erased" : "erased_before";
}
