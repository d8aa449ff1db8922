import { setUpValidSession } from "@shopify/shopify-api/test-helpers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createShopifyAdmin } from "#app/integrations/shopify/admin-api.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type ShopifyStandIn, startShopifyStandIn, tokenPair } from "#e2e/support/shopify-stand-in.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { markUninstalled } from "./installations.store.server.ts";
import { callAsShop, findOfflineSession } from "./offline-access.server.ts";
import { ShopSessionStorage } from "./session-storage.server.ts";
import type { Shop } from "./shop.ts";

const minute = 60_000;
const storage = new ShopSessionStorage();
const admin = createShopifyAdmin({
  apiKey: "test-api-key",
  apiSecret: "test-api-secret",
  appUrl: "http://localhost:3000",
  timeoutMs: 1_000,
});

let database: TestDatabase;
let shopify: ShopifyStandIn;
let shop: Shop;

beforeAll(async () => {
  database = await createTestDatabase();
  shopify = await startShopifyStandIn();
});
beforeEach(async () => {
  shopify.reset();
  shop = await makeShop(database.owner);
});
afterAll(async () => {
  await shopify?.stop();
  await database?.drop();
});

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minute);
const store = (session: Parameters<typeof setUpValidSession>[0] | object) =>
  storage.storeSession(
    setUpValidSession({
      shop: shop.domain,
      accessToken: "shpat_stored",
      expires: inMinutes(-1),
      refreshToken: "shprt_stored",
      refreshTokenExpires: inMinutes(60_000),
      ...session,
    }),
  );
const stored = () => storage.loadSession(`offline_${shop.domain}`);
const find = () => findOfflineSession(shop, admin, new Date());
const refreshes = () => shopify.calls.filter(({ kind }) => kind === "token");

describe("a token that lasts", () => {
  it.each([
    ["an hour", 60],
    ["5 minutes and a bit", 5.1],
  ])("another %s is used as it is", async (_, minutes) => {
    await store({ expires: inMinutes(minutes) });
    expect(await find()).toMatchObject({ usable: true, accessToken: "shpat_stored" });
    expect(shopify.calls).toEqual([]);
  });

  it.each([
    ["a little less than 5 minutes", 4.9],
    ["no longer", -60],
  ])("%s is refreshed, and both tokens are stored", async (_, minutes) => {
    await store({ expires: inMinutes(minutes) });
    const found = await find();
    const now = await stored();
    expect(found).toMatchObject({ usable: true, accessToken: now!.accessToken });
    expect(now!.accessToken).toMatch(/^shpat_\d+$/);
    expect(now!.refreshToken).toBe(now!.accessToken!.replace("shpat", "shprt"));
    expect(now!.expires!.getTime()).toBeGreaterThan(inMinutes(55).getTime());
    expect(refreshes()).toMatchObject([
      { domain: shop.domain, body: { grant_type: "refresh_token", refresh_token: "shprt_stored" } },
    ]);
    await find();
    expect(refreshes()).toHaveLength(1);
    const { rows } = await database.owner.query("SELECT * FROM shopify_sessions WHERE shop_id = $1", [
      shop.id,
    ]);
    expect(JSON.stringify(rows)).not.toContain(now!.accessToken);
  });

  it("for ever, as it says, is used as it is", async () => {
    await storage.storeSession(
      setUpValidSession({ shop: shop.domain, accessToken: "shpat_stored" } as never),
    );
    expect(await find()).toMatchObject({ usable: true, accessToken: "shpat_stored" });
    expect(shopify.calls).toEqual([]);
  });
});

describe("several jobs that refresh at once", () => {
  it("end with one stored pair, which all of them use", async () => {
    await store({});
    const found = await Promise.all(Array.from({ length: 8 }, find));
    const now = await stored();
    const used = new Set(found.map((one) => (one.usable ? one.accessToken : one.reason)));
    expect([...used]).toEqual([now!.accessToken]);
    expect(now!.refreshToken).toBe(now!.accessToken!.replace("shpat", "shprt"));
  });

  it("use the winner's pair when Shopify refuses the slower ones", async () => {
    await store({});
    let asked = 0;
    shopify.onToken = async (_, count) => {
      asked += 1;
      if (asked === 1) return { body: tokenPair(count) };
      await new Promise((later) => setTimeout(later, 200));
      return { status: 400, body: { error: "invalid_grant" } };
    };
    const found = await Promise.all([find(), find(), find()]);
    const now = await stored();
    expect(found).toMatchObject(found.map(() => ({ usable: true, accessToken: now!.accessToken })));
    expect(now!.refreshToken).toMatch(/^shprt_\d+$/);
  });

  it("leave alone what a page has exchanged meanwhile", async () => {
    await store({});
    shopify.onToken = async (_, count) => {
      await store({ accessToken: "shpat_page", refreshToken: "shprt_page", expires: inMinutes(60) });
      return { body: tokenPair(count) };
    };
    expect(await find()).toMatchObject({ usable: true, accessToken: "shpat_page" });
    expect(await stored()).toMatchObject({ accessToken: "shpat_page", refreshToken: "shprt_page" });
  });

  it("store nothing for a shop that uninstalls meanwhile", async () => {
    await store({});
    shopify.onToken = async (_, count) => {
      await withShop(shop.id, (tx) => markUninstalled(tx, shop.id, inMinutes(1)));
      return { body: tokenPair(count) };
    };
    expect(await find()).toEqual({ usable: false, reason: "no_session" });
    expect(await stored()).toBeUndefined();
  });
});

describe("a refresh that fails", () => {
  it.each(["invalid_grant", "invalid_subject_token"])("as %s is not tried again", async (error) => {
    await store({});
    shopify.onToken = () => ({ status: 400, body: { error } });
    expect(await find()).toEqual({ usable: false, reason: "refresh_refused" });
    expect((await stored())?.refreshToken).toBeUndefined();
    expect(await find()).toEqual({ usable: false, reason: "no_refresh_token" });
    expect(refreshes()).toHaveLength(1);
  });

  it("because our own credentials are wrong keeps the refresh token", async () => {
    await store({});
    shopify.onToken = () => ({ status: 401, body: { error: "invalid_client" } });
    expect(await find()).toEqual({ usable: false, reason: "refresh_refused" });
    expect(await stored()).toMatchObject({ refreshToken: "shprt_stored" });
  });

  it.each([
    ["an outage", { status: 503 }],
    ["throttling", { status: 429, headers: { "retry-after": "2" } }],
    ["half a pair", { body: { ...tokenPair(1), refresh_token: undefined } }],
    ["a page of HTML", { status: 502, body: "<html>" }],
  ])("by %s is thrown as an Error, to be tried again with the same token", async (_, answer) => {
    await store({});
    shopify.onToken = () => answer;
    const thrown = await find().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).toMatchObject({ name: "ShopifyCallError", isWorthRetrying: true });
    expect(await stored()).toMatchObject({ accessToken: "shpat_stored", refreshToken: "shprt_stored" });
    shopify.reset();
    expect(await find()).toMatchObject({ usable: true });
  });
});

describe("without a token there is a reason, and no call", () => {
  it.each([
    ["no_refresh_token", { refreshToken: undefined }],
    ["refresh_token_expired", { refreshTokenExpires: inMinutes(-1) }],
  ])("%s", async (reason, session) => {
    await store(session);
    expect(await find()).toEqual({ usable: false, reason });
    expect(shopify.calls).toEqual([]);
  });

  it("no_session", async () => {
    expect(await find()).toEqual({ usable: false, reason: "no_session" });
    expect(shopify.calls).toEqual([]);
  });
});

describe("a call in the shop's name", () => {
  const call = () => callAsShop(shop, admin, new Date(), (token) => admin.readShop(shop.domain, token));

  it("is made with the token", async () => {
    await store({ expires: inMinutes(60) });
    expect(await call()).toMatchObject({ answered: true, answer: { currencyCode: "EUR" } });
    expect(shopify.calls).toMatchObject([{ kind: "admin_api", accessToken: "shpat_stored" }]);
  });

  it.each([401, 403])("that is answered %i blanks the token, which the next call renews", async (status) => {
    await store({ expires: inMinutes(60) });
    shopify.onAdminApi = () => ({ status, body: { errors: "no" } });
    expect(await call()).toEqual({ answered: false, reason: "token_dead" });
    expect((await stored())?.accessToken).toBeUndefined();
    shopify.reset();
    expect(await call()).toMatchObject({ answered: true });
    expect(shopify.calls.map(({ kind }) => kind)).toEqual(["token", "admin_api"]);
  });

  it("that is answered 401 leaves a token alone that came meanwhile", async () => {
    await store({ expires: inMinutes(60) });
    shopify.onAdminApi = async () => {
      await store({ accessToken: "shpat_page", expires: inMinutes(60) });
      return { status: 401, body: { errors: "no" } };
    };
    expect(await call()).toEqual({ answered: false, reason: "token_dead" });
    expect(await stored()).toMatchObject({ accessToken: "shpat_page" });
  });

  it.each([
    [404, "gone"],
    [402, "gone"],
    [422, "rejected"],
  ])("that is answered %i is %s, and keeps the token", async (status, reason) => {
    await store({ expires: inMinutes(60) });
    shopify.onAdminApi = () => ({ status, body: { errors: "no" } });
    expect(await call()).toEqual({ answered: false, reason });
    expect(await stored()).toMatchObject({ accessToken: "shpat_stored" });
  });

  it("that meets an outage is thrown, to be tried again", async () => {
    await store({ expires: inMinutes(60) });
    shopify.onAdminApi = () => ({ status: 500, body: { errors: "no" } });
    await expect(call()).rejects.toMatchObject({ isWorthRetrying: true });
  });
});
