import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { queuedJobs } from "#e2e/support/run-jobs.ts";
import { fetchRequest, pageRequest, shopifyToken } from "#e2e/support/shopify-requests.ts";
import { type ShopifyStandIn, startShopifyStandIn } from "#e2e/support/shopify-stand-in.ts";
import { merchantOf } from "./merchant.server.ts";
import { authenticate } from "./shopify.server.ts";

let database: TestDatabase;
let shopify: ShopifyStandIn;

beforeAll(async () => {
  database = await createTestDatabase();
  shopify = await startShopifyStandIn();
});
beforeEach(() => shopify.reset());
afterAll(async () => {
  await shopify?.stop();
  await database?.drop();
});

const shopRow = async (domain: string) =>
  (await database.owner.query("SELECT * FROM shops WHERE domain = $1", [domain])).rows[0];
const sessionsOf = async (domain: string) =>
  (
    await database.owner.query(
      "SELECT s.* FROM shopify_sessions s JOIN shops ON shops.id = s.shop_id WHERE domain = $1",
      [domain],
    )
  ).rows;
const openApp = async (domain: string) => authenticate.admin(await pageRequest(domain));

describe("a shop that opens the app for the first time", () => {
  it("is installed, its expiring tokens kept encrypted, and asked for once", async () => {
    const domain = "first.myshopify.com";
    shopify.onToken = () => ({
      body: {
        access_token: "shpat_first",
        scope: "read_orders,read_all_orders",
        expires_in: 3600,
        refresh_token: "shprt_first",
        refresh_token_expires_in: 7_776_000,
      },
    });
    const { session } = await openApp(domain);
    expect(session).toMatchObject({
      id: `offline_${domain}`,
      accessToken: "shpat_first",
      refreshToken: "shprt_first",
    });
    await openApp(domain);
    expect(shopify.calls).toMatchObject([{ domain, path: "/admin/oauth/access_token" }]);
    expect(await shopRow(domain)).toMatchObject({
      uninstalled_at: null,
      scopes: ["read_orders", "read_all_orders"],
    });
    const rows = await sessionsOf(domain);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(/shp[ar]t_first/);
  });

  it("has its profile read by a job, and by no page", async () => {
    const domain = "profile.myshopify.com";
    await merchantOf(await pageRequest(domain));
    const { id } = await shopRow(domain);
    expect(await queuedJobs(database.owner)).toContainEqual(
      expect.objectContaining({
        task: "shops.refresh_profile",
        payload: { shopId: id },
        key: `shops.refresh_profile:${id}`,
      }),
    );
    expect(shopify.calls.map(({ kind }) => kind)).toEqual(["token"]);
  });
});

describe("merchantOf", () => {
  it("names shop and user by the session token", async () => {
    const domain = "merchant.myshopify.com";
    await openApp(domain);
    const request = await fetchRequest(domain, await shopifyToken(domain, { sub: "77" }));
    const { shop, actor } = await merchantOf(request);
    expect([shop.domain, actor]).toEqual([domain, { role: "merchant", name: "77" }]);
    expect(shop.id).toBe((await shopRow(domain)).id);
  });

  it("notes an opening, and no polling of the same address", async () => {
    const domain = "opens.myshopify.com";
    await openApp(domain);
    const installedAt = async () => (await shopRow(domain)).installed_at.getTime();
    await database.owner.query("UPDATE shops SET installed_at = now() - interval '1 day' WHERE domain = $1", [
      domain,
    ]);
    const before = await installedAt();
    const iat = Math.floor(Date.now() / 1000);
    const token = await shopifyToken(domain, { iat });
    const parameters = { id_token: token };
    await merchantOf(
      await pageRequest(domain, { parameters, headers: { authorization: `Bearer ${token}` } }),
    );
    expect(await installedAt()).toBe(before);
    await merchantOf(await pageRequest(domain, { parameters }));
    expect(await installedAt()).toBe(iat * 1000);
  });
});
