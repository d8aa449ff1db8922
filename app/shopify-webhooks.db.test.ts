import { getHmac } from "@shopify/shopify-api/test-helpers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { queuedJobs, runJobs } from "#e2e/support/run-jobs.ts";
import {
  pageRequest,
  type SentWebhook,
  shopifyToken,
  webhookRequest,
} from "#e2e/support/shopify-requests.ts";
import { type ShopifyStandIn, startShopifyStandIn } from "#e2e/support/shopify-stand-in.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import shopifyWebhookTask from "#jobs/tasks/shopify.webhook.ts";
import { merchantOf } from "./merchant.server.ts";
import { ShopSessionStorage } from "./modules/shops/session-storage.server.ts";
import { action as scopesUpdate } from "./routes/webhooks.app.scopes_update.ts";
import { action as uninstalled } from "./routes/webhooks.app.uninstalled.ts";
import { action as compliance } from "./routes/webhooks.compliance.ts";
import { action as shopUpdate } from "./routes/webhooks.shop.update.ts";
import { authenticate } from "./shopify.server.ts";

const minute = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * minute);
const personal = { email: "john@example.com", phone: "555-625-1199", first_name: "John", name: "John's" };

const routes: Record<string, typeof uninstalled> = {
  "app/uninstalled": uninstalled,
  "app/scopes_update": scopesUpdate,
  "shop/update": shopUpdate,
  "customers/data_request": compliance,
  "customers/redact": compliance,
  "shop/redact": compliance,
};
const payloads: Record<string, object> = {
  "app/uninstalled": { id: 1, shop_owner: "John", ...personal },
  "app/scopes_update": { previous: [], current: ["read_orders", "read_all_orders"] },
  "shop/update": { id: 1, iana_timezone: "Asia/Tokyo", shop_owner: "John", ...personal },
  "customers/data_request": {
    shop_id: 1,
    customer: { id: 2, ...personal },
    orders_requested: [3],
    data_request: { id: 4 },
  },
  "customers/redact": { shop_id: 1, customer: { id: 2, ...personal }, orders_to_redact: [3] },
  "shop/redact": { shop_id: 1, shop_domain: "a.myshopify.com" },
};
const topics = Object.keys(routes);

let database: TestDatabase;
let shopify: ShopifyStandIn;
let counter = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  shopify = await startShopifyStandIn();
});
beforeEach(() => {
  shopify.reset();
  counter += 1;
});
afterAll(async () => {
  await shopify?.stop();
  await database?.drop();
});

const newDomain = () => `shop-${counter}.myshopify.com`;
const deliver = (webhook: SentWebhook) =>
  routes[webhook.topic]!({ request: webhookRequest({ payload: payloads[webhook.topic]!, ...webhook }) });
const work = () => runJobs(database.queueUrl, [shopifyWebhookTask]);
/** A session token that Shopify admin made that many seconds from now. */
const tokenOfNow = (domain: string, seconds = 0) =>
  shopifyToken(domain, { iat: Math.floor(Date.now() / 1000) + seconds });
const openApp = async (domain: string) => authenticate.admin(await pageRequest(domain));

/** Delivers a webhook and lets its job run. */
async function send(webhook: SentWebhook): Promise<void> {
  expect((await deliver(webhook)).status).toBe(200);
  await work();
}

const shopRow = async (domain: string) =>
  (await database.owner.query("SELECT * FROM shops WHERE domain = $1", [domain])).rows[0];
const sessionsOf = async (domain: string) =>
  (
    await database.owner.query(
      "SELECT s.* FROM shopify_sessions s JOIN shops ON shops.id = s.shop_id WHERE domain = $1",
      [domain],
    )
  ).rows;
const receiptsOf = async (domain: string) =>
  (
    await database.owner.query("SELECT * FROM webhook_receipts WHERE domain = $1 ORDER BY received_at", [
      domain,
    ])
  ).rows;
const refreshesOf = async (domain: string) => {
  const shop = await shopRow(domain);
  return (await queuedJobs(database.owner)).filter(
    ({ task, payload }) => task === "shops.refresh_profile" && payload.shopId === shop.id,
  );
};
/** The app's tokens and opening were as long ago as the minutes say. */
async function age(domain: string, minutes: number): Promise<void> {
  await database.owner.query("UPDATE shops SET installed_at = $2 WHERE domain = $1", [domain, ago(minutes)]);
  await database.owner.query(
    "UPDATE shopify_sessions SET updated_at = $2 WHERE shop_id = (SELECT id FROM shops WHERE domain = $1)",
    [domain, ago(minutes)],
  );
}

describe.each(topics)("%s", (topic) => {
  /** The shop as it is to be afterwards: gone, if that is what was asked. */
  const shopLike = (row: object) => (topic === "shop/redact" ? undefined : expect.objectContaining(row));

  it("valid: is noted, queued and answered 200, and nothing of a person is kept", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain });
    const triggeredAt = ago(1);
    const answer = await deliver({ topic, domain, id: `valid-${topic}`, triggeredAt });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    const [receipt] = await receiptsOf(domain);
    expect(receipt).toMatchObject({
      webhook_id: `valid-${topic}`,
      triggered_at: triggeredAt,
      handled_at: null,
    });
    expect(JSON.stringify(receipt)).not.toMatch(/john|555/i);
    expect(await queuedJobs(database.owner)).toContainEqual(
      expect.objectContaining({ task: "shopify.webhook", payload: { webhookId: `valid-${topic}` } }),
    );
    await work();
    const handled = (await receiptsOf(domain)).map(({ handled_at: at }) => at);
    expect(handled).toEqual([expect.any(Date)]);
  });

  it("bad HMAC: is answered 401, and leaves no trace", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain });
    const before = await queuedJobs(database.owner);
    expect((await deliver({ topic, domain, secret: "another" })).status).toBe(401);
    expect(await receiptsOf(domain)).toEqual([]);
    expect(await queuedJobs(database.owner)).toEqual(before);
  });

  it("duplicate: is noted and obeyed once, even when both come at once", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain, installedAt: ago(60) });
    const webhook = { topic, domain, id: `twice-${topic}` };
    const answers = await Promise.all([deliver(webhook), deliver(webhook), deliver(webhook)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await receiptsOf(domain)).toHaveLength(1);
    await work();
    await database.owner.query("UPDATE shops SET uninstalled_at = NULL, scopes = '{}' WHERE domain = $1", [
      domain,
    ]);
    await send(webhook);
    expect(await shopRow(domain)).toEqual(shopLike({ uninstalled_at: null, scopes: [] }));
    expect(await queuedJobs(database.owner)).not.toContainEqual(
      expect.objectContaining({ task: "shopify.webhook" }),
    );
  });

  it("run twice: its job does its work once", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain, installedAt: ago(60) });
    await send({ topic, domain, id: `again-${topic}` });
    await database.owner.query("UPDATE shops SET uninstalled_at = NULL, scopes = '{}' WHERE domain = $1", [
      domain,
    ]);
    await database.owner.query(
      "SELECT graphile_worker.add_job('shopify.webhook', json_build_object('webhookId', $1::text))",
      [`again-${topic}`],
    );
    await work();
    expect(await shopRow(domain)).toEqual(shopLike({ uninstalled_at: null, scopes: [] }));
    if (topic !== "shop/redact")
      expect((await refreshesOf(domain)).length).toBe(topic === "shop/update" ? 1 : 0);
  });

  it("expired stored token: reaches us without a call to Shopify", async () => {
    const domain = newDomain();
    await openApp(domain);
    await age(domain, 24 * 60);
    await database.owner.query("UPDATE shopify_sessions SET expires_at = $1", [ago(60)]);
    shopify.reset();
    await send({ topic, domain });
    expect(shopify.calls).toEqual([]);
    expect(await receiptsOf(domain)).toHaveLength(1);
  });

  it("uninstalled shop: is answered 200, and the shop stays uninstalled", async () => {
    const domain = newDomain();
    const uninstalledAt = ago(30);
    await makeShop(database.owner, { domain, installedAt: ago(60), uninstalledAt });
    await send({ topic, domain });
    expect(await shopRow(domain)).toEqual(shopLike({ uninstalled_at: uninstalledAt }));
    if (topic !== "shop/redact") expect(await refreshesOf(domain)).toEqual([]);
  });

  it("unknown shop: is answered 200 and makes none", async () => {
    const domain = newDomain();
    await send({ topic, domain });
    expect(await shopRow(domain)).toBeUndefined();
    const [receipt] = await receiptsOf(domain);
    expect(receipt.handled_at).toEqual(expect.any(Date));
  });

  it("is answered 405 to GET", async () => {
    const request = webhookRequest({ topic, domain: newDomain() });
    const answer = await routes[topic]!({ request: new Request(request.url) });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });
});

describe("app/uninstalled", () => {
  it("marks the shop as of when it happened, and drops its tokens", async () => {
    const domain = newDomain();
    await openApp(domain);
    await age(domain, 60);
    const triggeredAt = ago(2);
    await send({ topic: "app/uninstalled", domain, triggeredAt });
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: triggeredAt });
    expect(await sessionsOf(domain)).toEqual([]);
  });

  it("that does not say when it happened counts as of its arrival", async () => {
    const domain = newDomain();
    await openApp(domain);
    await age(domain, 60);
    await send({ topic: "app/uninstalled", domain, triggeredAt: null });
    expect((await shopRow(domain)).uninstalled_at.getTime()).toBeGreaterThan(ago(1).getTime());
  });

  it("out of order: an older one does not change when the shop left", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain, installedAt: ago(60) });
    const last = ago(5);
    await send({ topic: "app/uninstalled", domain, triggeredAt: last });
    await send({ topic: "app/uninstalled", domain, triggeredAt: ago(10) });
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: last });
  });

  it("opening the app afterwards installs it again, at once", async () => {
    const domain = newDomain();
    await openApp(domain);
    await age(domain, 60);
    await send({ topic: "app/uninstalled", domain });
    await openApp(domain);
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: null });
    expect(await sessionsOf(domain)).toHaveLength(1);
    expect(await refreshesOf(domain)).toHaveLength(1);
  });

  it("counts a blanked token as no proof of a new installation", async () => {
    const domain = newDomain();
    const { session } = await openApp(domain);
    await age(domain, 60);
    Object.assign(session, { accessToken: "" });
    await new ShopSessionStorage().storeSession(session);
    const triggeredAt = ago(1);
    await send({ topic: "app/uninstalled", domain, triggeredAt });
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: triggeredAt });
    expect(await sessionsOf(domain)).toEqual([]);
  });
});

describe("a shop that removes the app and takes it back within seconds", () => {
  const leftAt = () => new Date(Date.now() - 3_000);

  it("stays installed when the webhook arrives after a new token was exchanged", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain, installedAt: ago(60) });
    const triggeredAt = leftAt();
    await openApp(domain);
    await send({ topic: "app/uninstalled", domain, triggeredAt });
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: null });
    expect(await sessionsOf(domain)).toHaveLength(1);
  });

  it("stays installed when the webhook is noted before, and its job runs after", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain, installedAt: ago(60) });
    await deliver({ topic: "app/uninstalled", domain, triggeredAt: leftAt() });
    await openApp(domain);
    await work();
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: null });
    expect(await sessionsOf(domain)).toHaveLength(1);
  });

  it("stays installed when only an opening shows it: the old token is dropped, the next opening gets a new one", async () => {
    const domain = newDomain();
    await openApp(domain);
    await age(domain, 30);
    const triggeredAt = leftAt();
    shopify.reset();
    await merchantOf(await pageRequest(domain, { parameters: { id_token: await tokenOfNow(domain) } }));
    expect(shopify.calls).toEqual([]);
    await send({ topic: "app/uninstalled", domain, triggeredAt });
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: null });
    expect(await sessionsOf(domain)).toEqual([]);
    await merchantOf(await pageRequest(domain, { parameters: { id_token: await tokenOfNow(domain) } }));
    expect(await sessionsOf(domain)).toHaveLength(1);
  });

  it("is seen as installed again when its token was made after it left", async () => {
    const domain = newDomain();
    await openApp(domain);
    await database.owner.query("UPDATE shops SET installed_at = $2, uninstalled_at = $3 WHERE domain = $1", [
      domain,
      ago(60),
      ago(1),
    ]);
    const old = await tokenOfNow(domain, -90);
    await merchantOf(await pageRequest(domain, { parameters: { id_token: old } }));
    expect((await shopRow(domain)).uninstalled_at).not.toBeNull();
    await merchantOf(await pageRequest(domain, { parameters: { id_token: await tokenOfNow(domain) } }));
    expect(await shopRow(domain)).toMatchObject({ uninstalled_at: null });
  });
});

describe("app/scopes_update", () => {
  const scopesOf = async (domain: string) => (await shopRow(domain)).scopes;
  const update = (domain: string, current: unknown, triggeredAt: Date) =>
    deliver({ topic: "app/scopes_update", domain, triggeredAt, payload: { current } });

  it("saves what is granted now", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain });
    await update(domain, ["read_orders", "read_all_orders"], ago(1));
    await work();
    expect(await scopesOf(domain)).toEqual(["read_orders", "read_all_orders"]);
  });

  it("out of order: the one that happened last counts, whichever comes and runs first", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain });
    await update(domain, ["new"], ago(1));
    await work();
    await update(domain, ["old"], ago(2));
    await work();
    expect(await scopesOf(domain)).toEqual(["new"]);
    await update(domain, ["older still"], ago(4));
    await update(domain, ["newest"], ago(0));
    await work();
    expect(await scopesOf(domain)).toEqual(["newest"]);
  });

  it("of another shape changes nothing", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain });
    await update(domain, ["read_orders"], ago(2));
    await update(domain, "all", ago(1));
    await work();
    expect(await scopesOf(domain)).toEqual(["read_orders"]);
  });
});

describe("shop/update", () => {
  it("queues one reading of the profile, however many come, in any order", async () => {
    const domain = newDomain();
    await makeShop(database.owner, { domain });
    for (const minutes of [1, 3, 2]) await send({ topic: "shop/update", domain, triggeredAt: ago(minutes) });
    expect(await refreshesOf(domain)).toMatchObject([
      { key: `shops.refresh_profile:${(await shopRow(domain)).id}` },
    ]);
  });
});

it("a topic nobody subscribed to is noted and done", async () => {
  const domain = newDomain();
  await makeShop(database.owner, { domain });
  const request = webhookRequest({ topic: "products/create", domain, payload: { id: 1, title: "Hat" } });
  expect((await compliance({ request })).status).toBe(200);
  await work();
  const [receipt] = await receiptsOf(domain);
  expect([receipt.topic, receipt.payload, receipt.handled_at === null]).toEqual([
    "PRODUCTS_CREATE",
    {},
    false,
  ]);
});

it("a webhook without its headers is answered 400, a body without JSON 400, one of 2 MB 413", async () => {
  const request = webhookRequest({ topic: "shop/update", domain: newDomain() });
  request.headers.delete("x-shopify-webhook-id");
  expect((await shopUpdate({ request })).status).toBe(400);
  const broken = webhookRequest({ topic: "shop/update", domain: newDomain() });
  const headers = new Headers(broken.headers);
  headers.set("x-shopify-hmac-sha256", getHmac("{", "test-api-secret"));
  expect(
    (await shopUpdate({ request: new Request(broken.url, { method: "POST", headers, body: "{" }) })).status,
  ).toBe(400);
  const large = new Request(broken.url, { method: "POST", headers, body: "x".repeat(2_000_000) });
  expect((await shopUpdate({ request: large })).status).toBe(413);
});
