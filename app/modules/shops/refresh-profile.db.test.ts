import { setUpValidSession } from "@shopify/shopify-api/test-helpers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { queuedJobs, runJobs } from "#e2e/support/run-jobs.ts";
import { type ShopifyStandIn, shopSettings, startShopifyStandIn } from "#e2e/support/shopify-stand-in.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import refreshProfileTask from "#jobs/tasks/shops.refresh_profile.ts";
import refreshProfilesTask from "#jobs/tasks/shops.refresh_profiles.ts";
import { queueStaleProfiles, refreshShopProfile } from "./refresh-profile.server.ts";
import { ShopSessionStorage } from "./session-storage.server.ts";
import type { Shop } from "./shop.ts";

const minute = 60_000;
const hour = 60 * minute;
const now = new Date();

let database: TestDatabase;
let shopify: ShopifyStandIn;
let shop: Shop;

beforeAll(async () => {
  database = await createTestDatabase();
  shopify = await startShopifyStandIn();
});
beforeEach(async () => {
  shopify.reset();
  await database.owner.query("DELETE FROM shops");
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
  shop = await makeShop(database.owner, { timeZone: "America/New_York", currency: "USD" });
  await new ShopSessionStorage().storeSession(
    setUpValidSession({ shop: shop.domain, expires: new Date(Date.now() + hour) }),
  );
});
afterAll(async () => {
  await shopify?.stop();
  await database?.drop();
});

const refresh = () => refreshShopProfile(shop.id, now);
const profile = async () => {
  const { rows } = await database.owner.query(
    "SELECT time_zone, currency, locale, profile_refreshed_at FROM shops WHERE id = $1",
    [shop.id],
  );
  return rows[0];
};
const kept = { time_zone: "America/New_York", currency: "USD", locale: "en", profile_refreshed_at: now };

describe("a shop's profile", () => {
  it("is read from Shopify and kept", async () => {
    expect(await refresh()).toBe("refreshed");
    expect(await profile()).toEqual({
      time_zone: "Europe/Berlin",
      currency: "EUR",
      locale: "en-DE",
      profile_refreshed_at: now,
    });
  });

  it("of a shop that named no country is written as English of no country", async () => {
    shopify.onAdminApi = () => ({ body: shopSettings({ countryCode: null }) });
    await refresh();
    expect(await profile()).toMatchObject({ locale: "en" });
  });

  it.each(["Mars/Olympus_Mons", "+05:00", "", "america/chicago"])(
    "keeps its zone when Shopify says %j, and takes the rest",
    async (ianaTimezone) => {
      shopify.onAdminApi = () => ({ body: shopSettings({ ianaTimezone }) });
      expect(await refresh()).toBe("refreshed");
      expect(await profile()).toMatchObject({
        time_zone: "America/New_York",
        currency: "EUR",
        locale: "en-DE",
      });
    },
  );

  it("keeps its currency when Shopify's is none we can write", async () => {
    shopify.onAdminApi = () => ({ body: shopSettings({ currencyCode: "USDC" }) });
    await refresh();
    expect(await profile()).toMatchObject({ time_zone: "Europe/Berlin", currency: "USD" });
  });

  it("moved to another zone has lost no rows by that: its days are cut elsewhere from then on", async () => {
    const { id } = await makeConnector(database.owner, shop.id, "klaviyo");
    const highest = async () =>
      (
        await database.owner.query(
          "SELECT highest_rows::int AS n FROM daily_profiles WHERE connector_id = $1",
          [id],
        )
      ).rows[0].n;
    await database.owner.query(
      `INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, highest_rows, profiled_at) VALUES ($1, $2, '2026-11-01', 5, 9, now())`,
      [shop.id, id],
    );
    shopify.onAdminApi = () => ({ body: shopSettings({ ianaTimezone: "America/New_York" }) });
    await refresh();
    expect(await highest()).toBe(9);
    shopify.onAdminApi = () => ({ body: shopSettings() });
    await refresh();
    expect(await highest()).toBe(0);
  });

  it("read again, unchanged, stays", async () => {
    await refresh();
    const before = await profile();
    await refresh();
    expect(await profile()).toEqual(before);
  });
});

describe("a job without a usable token is done, says why, and is not asked for again today", () => {
  it("when the shop is uninstalled", async () => {
    await database.owner.query("UPDATE shops SET uninstalled_at = now() WHERE id = $1", [shop.id]);
    expect(await refresh()).toBe("not_installed");
    expect(shopify.calls).toEqual([]);
  });

  it("when the shop is gone", async () => {
    expect(await refreshShopProfile("00000000-0000-4000-8000-000000000000", now)).toBe("not_installed");
  });

  it("when there is no session", async () => {
    await database.owner.query("DELETE FROM shopify_sessions");
    expect(await refresh()).toBe("no_session");
    expect(await profile()).toEqual(kept);
  });

  it("when the refresh is refused", async () => {
    await new ShopSessionStorage().storeSession(
      setUpValidSession({
        shop: shop.domain,
        expires: new Date(Date.now() - hour),
        refreshToken: "shprt_stored",
        refreshTokenExpires: new Date(Date.now() + hour),
      }),
    );
    shopify.onToken = () => ({ status: 400, body: { error: "invalid_grant" } });
    expect(await refresh()).toBe("refresh_refused");
    expect(await profile()).toEqual(kept);
  });

  it.each([
    [401, "token_dead"],
    [404, "gone"],
    [400, "rejected"],
  ])("when Shopify answers %i", async (status, reason) => {
    shopify.onAdminApi = () => ({ status, body: { errors: "no" } });
    expect(await refresh()).toBe(reason);
    expect(await profile()).toEqual(kept);
  });
});

describe("the task shops.refresh_profile", () => {
  const queue = (attempts = 6) =>
    database.owner.query(
      "SELECT graphile_worker.add_job('shops.refresh_profile', json_build_object('shopId', $1::text), max_attempts => $2)",
      [shop.id, attempts],
    );
  const work = () => runJobs(database.queueUrl, [refreshProfileTask]);

  it("reads the profile", async () => {
    await queue();
    await work();
    expect(await profile()).toMatchObject({ time_zone: "Europe/Berlin" });
    expect(await queuedJobs(database.owner)).toEqual([]);
  });

  it("waits and tries again after an outage, and leaves the shop to be asked", async () => {
    shopify.onAdminApi = () => ({ status: 503 });
    await queue();
    await work();
    expect(await queuedJobs(database.owner)).toMatchObject([{ task: "shops.refresh_profile", attempts: 1 }]);
    expect(await profile()).toMatchObject({ profile_refreshed_at: null });
  });

  it("gives up after its last attempt, until tomorrow", async () => {
    shopify.onAdminApi = () => ({ status: 503 });
    await queue(1);
    await work();
    expect((await profile()).profile_refreshed_at).not.toBeNull();
  });
});

describe("the hourly task", () => {
  const refreshedAgo = (ms: number) =>
    database.owner.query("UPDATE shops SET profile_refreshed_at = $1", [new Date(now.getTime() - ms)]);

  it.each([
    ["25 hours ago", 25 * hour, 1],
    ["23 hours ago", 23 * hour, 0],
  ])("asks for a shop that was last read %s: %3$s job", async (_, ms, jobs) => {
    await refreshedAgo(ms);
    expect(await queueStaleProfiles(now)).toEqual({ shops: jobs });
    expect(await queuedJobs(database.owner)).toHaveLength(jobs);
  });

  it("asks for a shop that was never read, and not for one that left", async () => {
    await makeShop(database.owner, { uninstalledAt: now });
    await runJobsOf("shops.refresh_profiles");
    expect(await queuedJobs(database.owner)).toMatchObject([
      {
        task: "shops.refresh_profile",
        payload: { shopId: shop.id },
        key: `shops.refresh_profile:${shop.id}`,
      },
    ]);
  });

  it("asks for 500 at most, those unread longest first, spread over the hour", async () => {
    await database.owner.query(
      `INSERT INTO shops (domain, profile_refreshed_at)
       SELECT 'many-' || n || '.myshopify.com', now() - interval '2 days' - n * interval '1 minute' FROM generate_series(1, 510) AS n`,
    );
    expect(await queueStaleProfiles(now)).toEqual({ shops: 500 });
    const jobs = await queuedJobs(database.owner);
    expect(jobs).toHaveLength(500);
    expect(jobs[0]!.payload.shopId).toBe(shop.id);
    expect(jobs[0]!.runAt.getTime()).toBe(now.getTime());
    const last = jobs.at(-1)!.runAt.getTime() - now.getTime();
    expect([last > 40 * minute, last < hour]).toEqual([true, true]);
    const { rows } = await database.owner.query("SELECT domain FROM shops WHERE id = $1", [
      jobs[1]!.payload.shopId,
    ]);
    expect(rows[0].domain).toBe("many-510.myshopify.com");
  });

  it("queues nothing twice, and does not put off what waits", async () => {
    await queueStaleProfiles(now);
    const [first] = await queuedJobs(database.owner);
    await queueStaleProfiles(new Date(now.getTime() + hour));
    expect(await queuedJobs(database.owner)).toMatchObject([{ runAt: first!.runAt }]);
  });

  async function runJobsOf(task: string) {
    await database.owner.query("SELECT graphile_worker.add_job($1, '{}'::json)", [task]);
    await runJobs(database.queueUrl, [refreshProfilesTask]);
  }
});
