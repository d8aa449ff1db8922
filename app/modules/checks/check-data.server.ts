import { sharedNow } from "#app/platform/clock.server.ts";
import { log } from "#app/platform/log.server.ts";
import { type ShopTx, withShops } from "#app/platform/tenant.server.ts";
import { countDetections } from "../dq-metrics.server.ts";
import { usableMapping } from "../profiles/load-mapping.server.ts";
import { type ProfiledShop, type ProfileSummary, profileBatch } from "../profiles/profile-shops.server.ts";
import { judgeDataOfShops } from "./judge-data.server.ts";

export interface DataPass {
  profiled: number;
  results: number;
  /** Sources that could not be read: what is known of them stays as it is. */
  failures: ProfileSummary["failures"];
}

/**
 * Profiles a batch of shops from the warehouse, then judges what is new. The warehouse is read outside any transaction;
 * where it does not answer, nothing is concluded.
 * @param mode `due`: what syncs have touched since; `full`: the last 90 days of everything, anew
 */
export async function checkData(
  shopIds: readonly string[],
  now: Date,
  mode: "due" | "full",
): Promise<DataPass> {
  const shops = await withShops(shopIds, (tx) => listShops(tx, shopIds));
  const { profiled, failures } = await profileBatch(shops, now, { mode });
  // No source can be read: there is nothing new to judge.
  if (failures.some(({ source }) => source === null)) return { profiled, results: 0, failures };
  const mapping = await usableMapping(now);
  const judgedAt = await sharedNow();
  const { results, detections } = await withShops(
    shopIds,
    (tx) => judgeDataOfShops(tx, { shopIds, mapping, now: judgedAt, isFullPass: mode === "full" }),
    { timeoutMs: JUDGE_WITHIN_MS },
  );
  countDetections(detections);
  if (detections.length > 0)
    log.info({ detections: detections.length, results }, "data checks found something");
  return { profiled, results, failures };
}

/**
 * Reads a range of one connector's days anew, whatever is known of them, and judges it on what was read: an evaluation
 * that counts. For a backfill that has just changed them.
 */
export async function checkConnectorAnew(
  shopId: string,
  connectorId: string,
  range: { startDay: string; endDay: string },
): Promise<void> {
  const now = await sharedNow();
  const shops = await withShops([shopId], (tx) => listShops(tx, [shopId]));
  await profileBatch(shops, now, {
    mode: "due",
    only: { connectorId, fromDay: range.startDay, toDay: range.endDay },
  });
  const mapping = await usableMapping(now);
  const judgedAt = await sharedNow();
  await withShops(
    [shopId],
    (tx) => judgeDataOfShops(tx, { shopIds: [shopId], mapping, now: judgedAt, isFullPass: false }),
    { timeoutMs: JUDGE_WITHIN_MS },
  );
}

const JUDGE_WITHIN_MS = 120_000;

const listShops = (tx: ShopTx, shopIds: readonly string[]) =>
  tx.$queryRaw<ProfiledShop[]>`
    SELECT id AS "shopId", domain, time_zone AS "timeZone" FROM shops WHERE id = ANY (${[...shopIds]}::uuid[])`;
