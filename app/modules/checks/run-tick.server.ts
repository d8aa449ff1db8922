import { db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { updateUpstreamEvents } from "../incidents/upstream-events.server.ts";
import { listShopIds } from "../shops/shops.store.server.ts";
import { checkData, type DataPass } from "./check-data.server.ts";
import { judgeConnectors } from "./judge-connectors.server.ts";

/** Clocks of machines differ a little; a tick further ahead is the work of one that is wrong. */
const AHEAD_AT_MOST_MS = 60_000;

/**
 * Starts a tick once: decides what is a problem of many shops, cuts the shops into batches and queues one job for each.
 * A tick that exists is left alone. One that lies ahead is none: it would supersede all that come before it.
 */
export async function startTick(tickAt: Date, now = tickAt): Promise<{ batches: number }> {
  if (tickAt.getTime() - now.getTime() > AHEAD_AT_MOST_MS) return { batches: 0 };
  const shopIds = await listShopIds();
  const size = env().DQ_BATCH_SIZE;
  const batches = Array.from({ length: Math.ceil(shopIds.length / size) }, (_, index) =>
    shopIds.slice(index * size, (index + 1) * size),
  );
  return withShops([], async (tx) => {
    const claimed = await tx.$executeRaw`
      INSERT INTO runner_ticks (tick_at, batches, finished_at)
      VALUES (${tickAt}::timestamptz, ${batches.length}, CASE WHEN ${batches.length} = 0 THEN now() END) ON CONFLICT DO NOTHING`;
    if (claimed === 0) return { batches: 0 };
    await updateUpstreamEvents(tx, tickAt);
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
    // A warehouse that is slow or away must not hold up freshness: the data is checked by a job of its own.
    await enqueue(tx, [
      job(
        "dq.check_data",
        { tickAt: tickAt.toISOString(), batch },
        { jobKey: `dq.check_data:${batch}`, priority: 5 },
      ),
    ]);
    // The last two batches may end together: without the lock each would see the other unfinished, and nobody would
    // finish the tick.
    await tx.$queryRaw`SELECT 1 FROM runner_ticks WHERE tick_at = ${tickAt}::timestamptz FOR UPDATE`;
    await tx.$executeRaw`
      UPDATE runner_ticks t SET finished_at = now() WHERE tick_at = ${tickAt}::timestamptz AND finished_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM runner_batches b WHERE b.tick_at = t.tick_at AND b.finished_at IS NULL)`;
  });
  return "judged";
}

/** Checks the data of one batch's shops: what was synced since they were last looked at. */
export async function checkDataOfBatch(
  tickAt: Date,
  batch: number,
  now: Date,
): Promise<DataPass | "superseded"> {
  const [row] = await db().$queryRaw<{ shopIds: string[] }[]>`
    SELECT shop_ids AS "shopIds" FROM runner_batches WHERE tick_at = ${tickAt}::timestamptz AND batch = ${batch}`;
  return row ? checkData(row.shopIds, now, "due") : "superseded";
}

/**
 * One pass over all shops, or the given ones, here and now. For `npm run jobs:dq`. A pass over all stands as a tick that
 * has ended: what is left of an older one it has done.
 * @param mode `full`: the last 90 days are profiled and judged anew, whatever was known of them
 */
export async function runOnePass(
  now: Date,
  shopIds?: readonly string[],
  mode: "due" | "full" = "due",
): Promise<{ shops: number; results: number; changes: number; profiled: number; unreadable: string[] }> {
  const ids = shopIds ?? (await listShopIds());
  const size = env().DQ_BATCH_SIZE;
  if (!shopIds) await withShops([], (tx) => updateUpstreamEvents(tx, now));
  let results = 0;
  let changes = 0;
  let profiled = 0;
  const unreadable = new Set<string>();
  for (let at = 0; at < ids.length; at += size) {
    const batch = ids.slice(at, at + size);
    const done = await withShops(batch, (tx) =>
      judgeConnectors(tx, { shopIds: batch, now, isFullPass: true }),
    );
    results += done.results;
    changes += done.changes;
    const data = await checkData(batch, now, mode);
    results += data.results;
    profiled += data.profiled;
    for (const { source, kind } of data.failures) unreadable.add(`${source ?? "warehouse"}: ${kind}`);
  }
  if (!shopIds)
    await db().$executeRaw`
      INSERT INTO runner_ticks (tick_at, started_at, finished_at) VALUES (${now}::timestamptz, ${now}::timestamptz, now())
      ON CONFLICT DO NOTHING`;
  return { shops: ids.length, results, changes, profiled, unreadable: [...unreadable] };
}
