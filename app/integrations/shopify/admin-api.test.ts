import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type ShopifyStandIn,
  shopSettings,
  startShopifyStandIn,
  tokenPair,
} from "#e2e/support/shopify-stand-in.ts";
import { createShopifyAdmin } from "./admin-api.ts";
import type { ShopifyCallError, ShopifyCallErrorKind } from "./errors.ts";

const domain = "a-shop.myshopify.com";
const admin = createShopifyAdmin({
  apiKey: "test-api-key",
  apiSecret: "test-api-secret",
  appUrl: "https://app.example.com",
  timeoutMs: 300,
});

let shopify: ShopifyStandIn;
beforeAll(async () => {
  shopify = await startShopifyStandIn();
});
beforeEach(() => shopify.reset());
afterAll(() => shopify?.stop());

const calls = {
  "reading a shop": () => admin.readShop(domain, "shpat_secret"),
  "refreshing a token": () => admin.refreshToken(domain, "shprt_secret"),
};
type Call = keyof typeof calls;

async function failureOf(
  call: Call,
  answer: { status?: number; body?: unknown; headers?: Record<string, string> },
) {
  shopify.onToken = () => answer;
  shopify.onAdminApi = () => answer;
  return calls[call]().then(
    () => expect.unreachable("it should have failed"),
    (error: ShopifyCallError) => error,
  );
}

describe("what Shopify is asked", () => {
  it("reads zone, currency and country in one query, with the shop's token", async () => {
    expect(await admin.readShop(domain, "shpat_secret")).toEqual({
      ianaTimezone: "Europe/Berlin",
      currencyCode: "EUR",
      countryCode: "DE",
    });
    expect(shopify.calls).toMatchObject([
      { domain, path: "/admin/api/2026-07/graphql.json", accessToken: "shpat_secret" },
    ]);
    expect(shopify.calls[0]!.body.query).toContain("shopAddress { countryCodeV2 }");
  });

  it("reads a shop that has named no country", async () => {
    shopify.onAdminApi = () => ({ body: shopSettings({ countryCode: null }) });
    expect(await admin.readShop(domain, "shpat_secret")).toMatchObject({ countryCode: null });
  });

  it("trades a refresh token for a pair with both ends", async () => {
    const pair = await admin.refreshToken(domain, "shprt_secret");
    expect(pair).toMatchObject({
      id: `offline_${domain}`,
      shop: domain,
      isOnline: false,
      scope: "read_orders",
    });
    expect(pair.accessToken).toMatch(/^shpat_/);
    expect(pair.refreshToken).toMatch(/^shprt_/);
    expect(pair.expires.getTime() - Date.now()).toBeGreaterThan(3_590_000);
    expect(shopify.calls).toMatchObject([
      { domain, kind: "token", body: { grant_type: "refresh_token", refresh_token: "shprt_secret" } },
    ]);
  });
});

describe.each(Object.keys(calls) as Call[])("%s", (call) => {
  it.each([
    [408, "unreachable"],
    [429, "throttled"],
    [500, "unreachable"],
    [502, "unreachable"],
    [503, "unreachable"],
    [402, "gone"],
    [404, "gone"],
    [423, "gone"],
    [406, "rejected"],
    [422, "rejected"],
  ] as [number, ShopifyCallErrorKind][])("that is answered %i is %s", async (status, kind) => {
    const error = await failureOf(call, { status, body: { errors: "no" } });
    expect(error).toMatchObject({ name: "ShopifyCallError", kind, status });
    expect(error.isWorthRetrying).toBe(kind === "throttled" || kind === "unreachable");
  });

  it.each([
    ["HTML where JSON should be", { body: "<html>Bad gateway</html>" }],
    ["an error page in HTML", { status: 502, body: "<html>Bad gateway</html>" }],
    ["JSON of another shape", { body: { data: { shop: {} } } }],
    ["nothing", { body: {} }],
    ["null", { body: null }],
  ])("that is answered %s is unreachable", async (_, answer) => {
    const error = await failureOf(call, answer);
    expect(error).toMatchObject({ name: "ShopifyCallError", kind: "unreachable" });
  });

  it("that is not answered in time is unreachable", async () => {
    shopify.onToken = shopify.onAdminApi = () => new Promise(() => undefined);
    const startedAt = Date.now();
    await expect(calls[call]()).rejects.toMatchObject({ kind: "unreachable", status: null });
    expect(Date.now() - startedAt).toBeLessThan(2_000);
  });

  it("tells no secret in its errors", async () => {
    for (const answer of [
      { status: 401, body: { errors: "bad shpat_secret shprt_secret test-api-secret" } },
      { status: 400, body: { error: "shpat_secret", error_description: "shprt_secret" } },
      { status: 500, body: "shpat_secret shprt_secret test-api-secret" },
      { body: { errors: [{ message: "shpat_secret", extensions: { code: "shpat_secret" } }] } },
    ]) {
      const error = await failureOf(call, answer);
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(
        /shp[ar]t_secret|test-api-secret/,
      );
    }
  });
});

describe("a token is dead", () => {
  it.each([401, 403])("when the Admin API answers %i", async (status) => {
    expect(await failureOf("reading a shop", { status, body: { errors: "no" } })).toMatchObject({
      kind: "token_dead",
      isWorthRetrying: false,
    });
  });

  it.each(["invalid_grant", "invalid_subject_token", "invalid_token"])(
    "when a refresh is refused as %s",
    async (error) => {
      expect(await failureOf("refreshing a token", { status: 400, body: { error } })).toMatchObject({
        kind: "token_dead",
        message: `Shopify answered 400 (${error}).`,
      });
    },
  );

  it.each([
    [401, { error: "invalid_client" }],
    [400, { error: "invalid_request" }],
    [400, { error: 7 }],
    [403, { errors: "no" }],
  ])("but not when our own credentials may be wrong: %i %j", async (status, body) => {
    expect(await failureOf("refreshing a token", { status, body })).toMatchObject({ kind: "rejected" });
  });
});

describe("half a pair", () => {
  it.each(["access_token", "expires_in", "refresh_token", "refresh_token_expires_in"])(
    "without %s is no answer: the old refresh token still counts",
    async (field) => {
      const body = { ...tokenPair(1), [field]: undefined };
      expect(await failureOf("refreshing a token", { body })).toMatchObject({ kind: "unreachable" });
    },
  );
});

describe("a query that fails with status 200", () => {
  it.each([
    ["THROTTLED", "throttled"],
    ["INTERNAL_SERVER_ERROR", "unreachable"],
    ["TIMEOUT", "unreachable"],
    ["ACCESS_DENIED", "rejected"],
    [undefined, "rejected"],
  ])("as %s is %s", async (code, kind) => {
    const body = { errors: [{ message: "no", extensions: { code } }] };
    expect(await failureOf("reading a shop", { body })).toMatchObject({ kind, status: 200 });
  });
});
