import { db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { listShopIds } from "../shops/shops.store.server.ts";
import { judgeConnectors } from "./judge-connectors.server.ts";

/** Starts a tick once: cuts the shops into batches and queues one job for each. A tick that exists is left alone. */
export async function startTick(tickAt: Date): Promise<{ batches: number }> {
  const shopIds = await listShopIds();
  const size = env().DQ_BATCH_SIZE;
  const batches = Array.from({ length: Math.ceil(shopIds.length / size) }, (_, index) =>
    shopIds.slice(index * size, (index + 1) * size),
  );
  return db().$transaction(async (tx) => {
    const claimed = await tx.$executeRaw`
      INSERT INTO runner_ticks (tick_at, batches, finished_at)
      VALUES (${tickAt}::timestamptz, ${batches.length}, CASE WHEN ${batches.length} = 0 THEN now() END) ON CONFLICT DO NOTHING`;
    if (claimed === 0) return { batches: 0 };
    const rows = batches.map((ids, batch) => ({ batch, shop_ids: ids }));
    await tx.$executeRaw`
      INSERT INTO runner_batches (tick_at, batch, shop_ids)
      SELECT ${tickAt}::timestamptz, batch, shop_ids
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS b (batch integer, shop_ids uuid[])`;
    await enqueue(
      tx,
      batches.map((_, batch) => job("dq.run_batch", { tickAt: tickAt.toISOString(), batch })),
    );
    return { batches: batches.length };
  });
}

/**
 * Judges one batch of a tick. A batch that is finished, or whose tick a newer one has superseded, ends as done: a job
 * that a killed worker held for hours delays nobody and writes nothing twice.
 */
export async function runBatch(
  tickAt: Date,
  batch: number,
  now: Date,
): Promise<"judged" | "superseded" | "finished_before"> {
  const [row] = await db().$queryRaw<{ shopIds: string[]; finishedAt: Date | null; superseded: boolean }[]>`
    SELECT shop_ids AS "shopIds", finished_at AS "finishedAt",
      EXISTS (SELECT 1 FROM runner_ticks newer WHERE newer.tick_at > b.tick_at) AS superseded
    FROM runner_batches b WHERE tick_at = ${tickAt}::timestamptz AND batch = ${batch}`;
  if (!row || row.superseded) return "superseded";
  if (row.finishedAt) return "finished_before";
  await withShops(row.shopIds, async (tx) => {
    await judgeConnectors(tx, { shopIds: row.shopIds, now: tickAt > now ? tickAt : now, isFullPass: true });
    await tx.$executeRaw`UPDATE runner_batches SET finished_at = now() WHERE tick_at = ${tickAt}::timestamptz AND batch = ${batch}`;
    // The last two batches may end together: without the lock each would see the other unfinished, and nobody would
    // finish the tick.
    await tx.$queryRaw`SELECT 1 FROM runner_ticks WHERE tick_at = ${tickAt}::timestamptz FOR UPDATE`;
    await tx.$executeRaw`
      UPDATE runner_ticks t SET finished_at = now() WHERE tick_at = ${tickAt}::timestamptz AND finished_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM runner_batches b WHERE b.tick_at = t.tick_at AND b.finished_at IS NULL)`;
  });
  return "judged";
}

/** One pass over all shops, or the given ones, here and now. For `npm run jobs:dq`. */
export async function runOnePass(
  now: Date,
  shopIds?: readonly string[],
): Promise<{ shops: number; results: number; changes: number }> {
  const ids = shopIds ?? (await listShopIds());
  const size = env().DQ_BATCH_SIZE;
  let results = 0;
  let changes = 0;
  for (let at = 0; at < ids.length; at += size) {
    const batch = ids.slice(at, at + size);
    const done = await withShops(batch, (tx) =>
      judgeConnectors(tx, { shopIds: batch, now, isFullPass: true }),
    );
    results += done.results;
    changes += done.changes;
  }
  return { shops: ids.length, results, changes };
}
