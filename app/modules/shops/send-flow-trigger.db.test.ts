import { setUpValidSession } from "@shopify/shopify-api/test-helpers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { answerFlowTrigger } from "#e2e/support/shopify-flow.ts";
import { type ShopifyStandIn, startShopifyStandIn } from "#e2e/support/shopify-stand-in.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { sendFlowTrigger } from "./send-flow-trigger.server.ts";
import { ShopSessionStorage } from "./session-storage.server.ts";
import type { Shop } from "./shop.ts";

const hour = 3_600_000;
const storage = new ShopSessionStorage();
const event = { handle: "sync-incident-opened", properties: { Title: "Meta Ads is late" } };

let database: TestDatabase;
let shopify: ShopifyStandIn;
let shop: Shop;
beforeAll(async () => {
  database = await createTestDatabase();
  shopify = await startShopifyStandIn();
});
beforeEach(async () => {
  shopify.reset();
  shopify.onAdminApi = answerFlowTrigger;
  shop = await makeShop(database.owner);
});
afterAll(async () => {
  await shopify?.stop();
  await database?.drop();
});

const install = (session: object = {}) =>
  storage.storeSession(
    setUpValidSession({
      shop: shop.domain,
      accessToken: "shpat_stored",
      expires: new Date(Date.now() + hour),
      refreshToken: "shprt_stored",
      refreshTokenExpires: new Date(Date.now() + 1_000 * hour),
      ...session,
    }),
  );
const send = () => sendFlowTrigger(shop, event, new Date());
const asked = (kind: string) => shopify.calls.filter((call) => call.kind === kind);

it("speaks to Flow with the shop's own token", async () => {
  await install();
  expect(await send()).toEqual({ outcome: "sent" });
  expect(shopify.calls).toMatchObject([
    { domain: shop.domain, accessToken: "shpat_stored", body: { variables: { handle: event.handle } } },
  ]);
});

it("speaks with a new one when that is about to end", async () => {
  await install({ expires: new Date(Date.now() - hour) });
  expect(await send()).toEqual({ outcome: "sent" });
  expect(asked("token")).toHaveLength(1);
  expect(asked("admin_api")[0]!.accessToken).not.toBe("shpat_stored");
});

it("tries again with a new token when Shopify takes the old one no more", async () => {
  await install();
  shopify.onAdminApi = (call) =>
    call.accessToken === "shpat_stored" ? { status: 401, body: { errors: "no" } } : answerFlowTrigger(call);
  expect(await send()).toMatchObject({ outcome: "failed", retry: "backoff", reason: "token_dead" });
  expect(await send()).toEqual({ outcome: "sent" });
});

describe("where nobody lets us speak, the event is skipped", () => {
  it.each([
    ["no_session", null],
    ["no_refresh_token", { expires: new Date(0), refreshToken: undefined }],
    ["refresh_token_expired", { expires: new Date(0), refreshTokenExpires: new Date(1) }],
  ])("as %s", async (reason, session) => {
    if (session) await install(session);
    expect(await send()).toEqual({ outcome: "skipped", reason });
    expect(shopify.calls).toEqual([]);
  });

  it("as gone, of a shop that is closed", async () => {
    await install();
    shopify.onAdminApi = () => ({ status: 402, body: { errors: "no" } });
    expect(await send()).toEqual({ outcome: "skipped", reason: "gone" });
  });
});

describe("what may pass is tried again", () => {
  it("when Shopify is down", async () => {
    await install();
    shopify.onAdminApi = () => ({ status: 503 });
    expect(await send()).toMatchObject({ outcome: "failed", retry: "backoff", reason: "unreachable" });
  });

  it("when it throttles the refresh of the token", async () => {
    await install({ expires: new Date(0) });
    shopify.onToken = () => ({ status: 429, headers: { "retry-after": "9" } });
    expect(await send()).toMatchObject({
      outcome: "failed",
      retry: { afterSeconds: 9 },
      reason: "throttled",
    });
    expect(asked("admin_api")).toEqual([]);
  });
});

it("gives up on what Shopify or Flow refuse", async () => {
  await install();
  shopify.onAdminApi = () => ({ status: 422, body: { errors: "no" } });
  expect(await send()).toMatchObject({ outcome: "failed", retry: "never", reason: "rejected" });
  shopify.onAdminApi = answerFlowTrigger;
  expect(await sendFlowTrigger(shop, { ...event, handle: "no-such" }, new Date())).toMatchObject({
    outcome: "failed",
    retry: "never",
    reason: "unknown_trigger",
  });
});
