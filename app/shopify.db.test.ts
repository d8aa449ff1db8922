import { createHmac } from "node:crypto";
import { setAbstractFetchFunc } from "@shopify/shopify-api/runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { receiveShopifyWebhook } from "./modules/shops/receive-shopify-webhook.server.ts";
import { ShopSessionStorage } from "./modules/shops/session-storage.server.ts";
import { authenticate, authenticateWebhook } from "./shopify.server.ts";

const browser =
  "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
const host = Buffer.from("admin.shopify.com/store/a").toString("base64url");
const minute = 60_000;

let database: TestDatabase;
let exchanges: { url: string; body: string }[];

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  exchanges = [];
  setAbstractFetchFunc(async (input, init) => {
    exchanges.push({ url: String(input), body: String(init?.body) });
    return Response.json({
      access_token: `shpat_${exchanges.length}`,
      scope: "read_orders",
      expires_in: 3600,
      refresh_token: "shprt_1",
      refresh_token_expires_in: 7_776_000,
    });
  });
});
afterAll(() => database?.drop());

const shopRow = async (domain: string) =>
  (await database.owner.query("SELECT * FROM shops WHERE domain = $1", [domain])).rows[0];
const sessionsOf = async (domain: string) =>
  (
    await database.owner.query(
      "SELECT s.* FROM shopify_sessions s JOIN shops ON shops.id = s.shop_id WHERE domain = $1",
      [domain],
    )
  ).rows;

async function openPage(domain: string) {
  const token = await mintSessionToken(domain);
  const url = `http://localhost:3000/app?shop=${domain}&host=${host}&embedded=1&id_token=${token}`;
  return authenticate.admin(new Request(url, { headers: { "user-agent": browser } }));
}

function webhook(domain: string, topic: string, payload: object, { id = "", triggeredAt = new Date() } = {}) {
  const body = JSON.stringify(payload);
  return new Request("http://localhost:3000/webhooks", {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-shopify-hmac-sha256": createHmac("sha256", "test-api-secret").update(body).digest("base64"),
      "x-shopify-topic": topic,
      "x-shopify-shop-domain": domain,
      "x-shopify-api-version": "2026-07",
      "x-shopify-webhook-id": id || crypto.randomUUID(),
      "x-shopify-triggered-at": triggeredAt.toISOString(),
    },
  });
}

const receive = async (request: Request) =>
  receiveShopifyWebhook(await authenticateWebhook(request), new Date());

describe("a shop that opens the app for the first time", () => {
  it("is installed, its expiring tokens kept encrypted, and asked for once", async () => {
    const { session } = await openPage("first.myshopify.com");
    expect(session).toMatchObject({
      id: "offline_first.myshopify.com",
      accessToken: "shpat_1",
      refreshToken: "shprt_1",
    });
    await openPage("first.myshopify.com");
    expect(exchanges.map(({ url }) => url)).toEqual(["https://first.myshopify.com/admin/oauth/access_token"]);
    expect(exchanges[0]!.body).toContain("expiring");
    expect(await shopRow("first.myshopify.com")).toMatchObject({ uninstalled_at: null });
    const rows = await sessionsOf("first.myshopify.com");
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(/shpat_1|shprt_1/);
  });
});

describe("app/uninstalled", () => {
  it("marks the shop and drops its tokens; opening the app again installs it again", async () => {
    const domain = "leaves.myshopify.com";
    await openPage(domain);
    const triggeredAt = new Date(Date.now() + minute);
    await receive(webhook(domain, "app/uninstalled", {}, { triggeredAt }));
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: triggeredAt });
    expect(await sessionsOf(domain)).toEqual([]);
    await openPage(domain);
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: null });
    expect(await sessionsOf(domain)).toHaveLength(1);
  });

  it("that comes after the shop installed again changes nothing", async () => {
    const domain = "returns.myshopify.com";
    await openPage(domain);
    await receive(webhook(domain, "app/uninstalled", {}, { triggeredAt: new Date(Date.now() - minute) }));
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: null });
    expect(await sessionsOf(domain)).toHaveLength(1);
  });

  it("counts a blanked token as no proof of a new installation", async () => {
    const domain = "blanked.myshopify.com";
    await makeShop(database.owner, { domain, installedAt: new Date(Date.now() - 60 * minute) });
    const storage = new ShopSessionStorage();
    const { session } = await openPage(domain);
    Object.assign(session, { accessToken: "" });
    await storage.storeSession(session);
    const triggeredAt = new Date(Date.now() - minute);
    await receive(webhook(domain, "app/uninstalled", {}, { triggeredAt }));
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: triggeredAt });
  });

  it("delivered twice is obeyed once", async () => {
    const domain = "twice.myshopify.com";
    await makeShop(database.owner, { domain, installedAt: new Date(Date.now() - 60 * minute) });
    const triggeredAt = new Date(Date.now() - 30 * minute);
    const deliver = () => receive(webhook(domain, "app/uninstalled", {}, { id: "same", triggeredAt }));
    await deliver();
    await database.owner.query("UPDATE shops SET uninstalled_at = NULL WHERE domain = $1", [domain]);
    await deliver();
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: null });
  });

  it("reaches us when the stored token has expired, and for a shop that is gone or unknown, without a call to Shopify", async () => {
    const domain = "expired.myshopify.com";
    await openPage(domain);
    await database.owner.query(
      "UPDATE shopify_sessions SET expires_at = now() - interval '1 day', updated_at = now() - interval '1 day'",
    );
    exchanges = [];
    for (const shop of [domain, domain, "never-seen.myshopify.com"])
      await receive(webhook(shop, "app/uninstalled", {}));
    expect(exchanges).toEqual([]);
    expect((await shopRow(domain)).uninstalled_at).not.toBeNull();
    expect(await shopRow("never-seen.myshopify.com")).toBeUndefined();
  });
});

it("app/scopes_update saves what was granted", async () => {
  await makeShop(database.owner, { domain: "grants.myshopify.com" });
  await receive(
    webhook("grants.myshopify.com", "app/scopes_update", { current: ["read_orders", "read_all_orders"] }),
  );
  expect((await shopRow("grants.myshopify.com")).scopes).toEqual(["read_orders", "read_all_orders"]);
});

it.each(["customers/data_request", "customers/redact", "shop/redact"])(
  "%s is noted, and touches nothing",
  async (topic) => {
    await makeShop(database.owner, { domain: "kept.myshopify.com" }).catch(() => undefined);
    const before = await shopRow("kept.myshopify.com");
    await receive(webhook("kept.myshopify.com", topic, { shop_id: 1 }, { id: topic }));
    const { rows } = await database.owner.query("SELECT domain FROM webhook_receipts WHERE webhook_id = $1", [
      topic,
    ]);
    expect(rows).toEqual([{ domain: "kept.myshopify.com" }]);
    expect(await shopRow("kept.myshopify.com")).toEqual(before);
  },
);
