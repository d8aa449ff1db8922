import { shopifyAdminFromEnv } from "#app/integrations/shopify/from-env.ts";
import { db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { type JobSpec, job } from "#jobs/catalog.ts";
import { forgetHighestRows } from "../profiles/profiles.store.server.ts";
import { callAsShop } from "./offline-access.server.ts";
import { readShopProfile } from "./shop-profile.ts";
import {
  findInstalledShop,
  listStaleProfiles,
  noteProfileAsked,
  saveShopProfile,
} from "./shops.store.server.ts";

const DAY_MS = 24 * 3_600_000;
const MOST_AT_ONCE = 500;
/** All of an hour's share are asked before the next hour begins. */
const SPREAD_MS = 6_000;

/** Asks Shopify soon for the shop's profile. One that already waits is asked then, and once. */
export const profileRefresh = (shopId: string): JobSpec =>
  job("shops.refresh_profile", { shopId }, { jobKey: `shops.refresh_profile:${shopId}` });

/** Queues a refresh for shops whose profile was not asked for in a day, spread over the hour. */
export async function queueStaleProfiles(now: Date): Promise<{ shops: number }> {
  const shopIds = await listStaleProfiles(new Date(now.getTime() - DAY_MS), MOST_AT_ONCE);
  await db().$transaction((tx) =>
    enqueue(
      tx,
      shopIds.map((shopId, index) => ({
        ...profileRefresh(shopId),
        jobKeyMode: "preserve_run_at" as const,
        runAt: new Date(now.getTime() + index * SPREAD_MS).toISOString(),
      })),
    ),
  );
  return { shops: shopIds.length };
}

/**
 * Reads a shop's time zone, currency and country from Shopify and keeps them. A shop that we may not ask is done: a new
 * token comes with the next opening of the app, and asks again.
 * @throws ShopifyCallError that is worth retrying
 */
export async function refreshShopProfile(shopId: string, now: Date): Promise<string> {
  const shop = await withShop(shopId, (tx) => findInstalledShop(tx, shopId));
  if (!shop) return "not_installed";
  const admin = shopifyAdminFromEnv(env());
  const outcome = await callAsShop(shop, admin, now, (token) => admin.readShop(shop.domain, token));
  if (!outcome.answered) {
    log.info({ shop: shop.domain, reason: outcome.reason }, "a shop's profile could not be read");
    await giveUpShopProfile(shopId, now);
    return outcome.reason;
  }
  const profile = readShopProfile(outcome.answer);
  const stored = await withShop(shopId, async (tx) => {
    const zone = await saveShopProfile(tx, shopId, profile, now);
    // Its days are cut elsewhere from now on: none of them has lost rows because of that.
    if (zone !== shop.timeZone) await forgetHighestRows(tx, shopId);
    return zone;
  });
  const { ianaTimezone, currencyCode } = outcome.answer;
  if (stored !== ianaTimezone)
    log.warn({ shop: shop.domain, given: ianaTimezone, kept: stored }, "a shop's time zone is unknown");
  if (profile.currency === null)
    log.warn({ shop: shop.domain, given: currencyCode }, "a shop's currency is unknown");
  return "refreshed";
}

/** No answer this time: the profile stays as it is until tomorrow. */
export function giveUpShopProfile(shopId: string, now: Date): Promise<void> {
  return withShop(shopId, (tx) => noteProfileAsked(tx, shopId, now));
}
