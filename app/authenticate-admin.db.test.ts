import { RequestType, setUpValidRequest, setUpValidSession } from "@shopify/shopify-api/test-helpers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { browser, fetchRequest, hostOf, pageRequest, shopifyToken } from "#e2e/support/shopify-requests.ts";
import { type ShopifyStandIn, startShopifyStandIn } from "#e2e/support/shopify-stand-in.ts";
import { ShopSessionStorage } from "./modules/shops/session-storage.server.ts";
import { loader as authLoader } from "./routes/auth.$.ts";
import { authenticate } from "./shopify.server.ts";

const shop = "rows.myshopify.com";
const minute = 60_000;
const retry = "X-Shopify-Retry-Invalid-Session-Request";
const storage = new ShopSessionStorage();
const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

let database: TestDatabase;
let shopify: ShopifyStandIn;

beforeAll(async () => {
  database = await createTestDatabase();
  shopify = await startShopifyStandIn();
});
beforeEach(async () => {
  shopify.reset();
  await database.owner.query("DELETE FROM shopify_sessions");
});
afterAll(async () => {
  await shopify?.stop();
  await database?.drop();
});

const admit = (request: Request) => authenticate.admin(request);

/** What the library throws to send somebody away. */
async function refusalOf(request: Request): Promise<Response> {
  const thrown = await admit(request).then(
    () => expect.unreachable("it should have been sent away"),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Response);
  return thrown as Response;
}

const addressOf = (answer: Response) => new URL(answer.headers.get("location")!, "http://localhost:3000");

function expectBounce(answer: Response): void {
  expect(answer.status).toBe(302);
  const { pathname, searchParams } = addressOf(answer);
  expect(pathname).toBe("/auth/session-token");
  expect(searchParams.get("shopify-reload")).toMatch(/^http:\/\/localhost:3000\/app\?/);
  expect(answer.headers.get("location")).not.toContain("id_token");
}

/** The shop's session as a page finds it, its token ending then. */
const storeSession = (expires: Date | undefined, scope = "read_orders") =>
  storage.storeSession(setUpValidSession({ shop, scope, ...(expires ? { expires } : {}) }));

describe("a request with no shop, or no or an invalid host, goes to /auth/login", () => {
  it.each([
    ["no shop", { shop: null }],
    ["a shop that is none", { shop: "rows.example.com" }],
    ["no host", { host: null }],
    ["a host that is none", { host: Buffer.from("evil.example.com/store/rows").toString("base64url") }],
    ["a host that is no base64", { host: "%%%" }],
  ])("%s", async (_, parameters) => {
    const answer = await refusalOf(await pageRequest(shop, { parameters }));
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/auth/login"]);
    expect(shopify.calls).toEqual([]);
  });
});

it("a request with shop and host, but not embedded, goes to the app in Shopify admin", async () => {
  const answer = await refusalOf(await pageRequest(shop, { parameters: { embedded: null } }));
  expect(answer.status).toBe(302);
  expect(addressOf(answer).href).toBe("https://admin.shopify.com/store/rows/apps/test-api-key");
});

describe("an embedded request with no or a bad id_token goes to the bounce page and comes back", () => {
  it("with none", async () => {
    expectBounce(await refusalOf(await pageRequest(shop, { parameters: { id_token: null } })));
  });

  it.each([
    ["one for another app", { aud: "another" }],
    ["one of another shop's admin", { iss: "https://other.myshopify.com/admin" }],
    ["one whose issuer is no address, as setUpValidRequest makes it", { iss: "rows.myshopify.com/admin" }],
    ["an expired one", { exp: secondsFromNow(-60) }],
  ])("with %s", async (_, claims) => {
    const request = await pageRequest(shop, { parameters: { id_token: await shopifyToken(shop, claims) } });
    expectBounce(await refusalOf(request));
    expect(shopify.calls).toEqual([]);
  });

  it("with setUpValidRequest's own, whose issuer Shopify would write with https", async () => {
    const options = { store: "rows", apiKey: "test-api-key", apiSecretKey: "test-api-secret" };
    const plain = new Request("http://localhost:3000/app", { headers: { "user-agent": browser } });
    const document = await setUpValidRequest({ type: RequestType.Admin, ...options }, plain as never);
    expectBounce(await refusalOf(document as never));
    const bearer = await setUpValidRequest({ type: RequestType.Bearer, ...options }, plain as never);
    expect((await refusalOf(bearer as never)).status).toBe(401);
  });
});

it("the bounce page is a bare App Bridge that only the shop and Shopify admin may frame", async () => {
  const answer = await refusalOf(await pageRequest(shop, { path: "/auth/session-token" }));
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(text).toMatch(
    /<script data-api-key="test-api-key" src="https:\/\/cdn\.shopify\.com\/[^"]*app-bridge\.js">/,
  );
  expect(answer.headers.get("content-security-policy")).toContain(`frame-ancestors https://${shop}`);
});

describe("the exit-iframe page", () => {
  const exit = (destination: string) =>
    pageRequest(shop, { path: "/auth/exit-iframe", parameters: { exitIframe: destination } });

  it.each(["https://rows.myshopify.com/admin/charges/1", "https://admin.shopify.com/store/rows/charges/1"])(
    "leads to %s",
    async (destination) => {
      const answer = await refusalOf(await exit(destination));
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("window.open(");
    },
  );

  it.each(["https://evil.example.com", "javascript:alert(1)", "https://rows.myshopify.com/", ""])(
    "answers 400 to %j",
    async (destination) => {
      const answer = await authLoader({ request: await exit(destination), params: {}, context: {} });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: "malformed" });
    },
  );
});

describe("an embedded request with an id_token and no usable session", () => {
  it("exchanges the token, stores the session and marks the shop installed", async () => {
    const { session } = await admit(await pageRequest(shop));
    expect(shopify.calls).toMatchObject([
      {
        domain: shop,
        path: "/admin/oauth/access_token",
        body: {
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          requested_token_type: "urn:shopify:params:oauth:token-type:offline-access-token",
          expiring: "1",
        },
      },
    ]);
    expect((await storage.loadSession(`offline_${shop}`))?.accessToken).toBe(session.accessToken);
    const { rows } = await database.owner.query(
      "SELECT uninstalled_at, scopes FROM shops WHERE domain = $1",
      [shop],
    );
    expect(rows).toEqual([{ uninstalled_at: null, scopes: ["read_orders"] }]);
  });

  it("records the installation once per session token, even if it is exchanged twice", async () => {
    const token = await shopifyToken(shop);
    const open = async () => admit(await pageRequest(shop, { parameters: { id_token: token } }));
    await open();
    await database.owner.query("DELETE FROM shopify_sessions");
    await database.owner.query("UPDATE shops SET scopes = '{}' WHERE domain = $1", [shop]);
    await open();
    const { rows } = await database.owner.query("SELECT scopes FROM shops WHERE domain = $1", [shop]);
    expect([rows[0].scopes, shopify.calls.length]).toEqual([[], 2]);
  });
});

it("a valid Authorization header with an active session asks Shopify nothing and answers the whole context", async () => {
  await storeSession(new Date(Date.now() + 60 * minute));
  const context = await admit(await fetchRequest(shop));
  expect(Object.keys(context).sort()).toEqual(
    ["admin", "billing", "cors", "redirect", "scopes", "session", "sessionToken"].sort(),
  );
  expect(context.session.shop).toBe(shop);
  expect(context.sessionToken).toMatchObject({ sub: "12345", dest: `https://${shop}` });
  expect(shopify.calls).toEqual([]);
});

describe("a bad Authorization header is answered 401 and a request to retry", () => {
  it.each([
    ["for another app", () => shopifyToken(shop, { aud: "another" })],
    ["expired", () => shopifyToken(shop, { exp: secondsFromNow(-60) })],
    ["without an end", () => shopifyToken(shop, { exp: undefined })],
    ["no token at all", async () => "nonsense"],
  ])("%s", async (_, token) => {
    const answer = await refusalOf(await fetchRequest(shop, await token()));
    expect([answer.status, answer.headers.get(retry)]).toEqual([401, "1"]);
  });
});

describe("a stored session that expires within 5 minutes is exchanged again", () => {
  it.each([
    ["document", pageRequest],
    ["fetch", fetchRequest],
  ])("by a %s", async (_, requestOf) => {
    await storeSession(new Date(Date.now() + 5 * minute - 2_000));
    await admit(await requestOf(shop));
    expect(shopify.calls).toMatchObject([{ kind: "token" }]);
  });

  it("and one that lasts longer is not", async () => {
    await storeSession(new Date(Date.now() + 5 * minute + 10_000));
    await admit(await pageRequest(shop));
    await admit(await fetchRequest(shop));
    expect(shopify.calls).toEqual([]);
  });

  it("nor is one that names no end", async () => {
    await storeSession(undefined);
    await admit(await pageRequest(shop));
    expect(shopify.calls).toEqual([]);
  });
});

describe("when the Admin API answers 401, the token is blanked", () => {
  it.each([
    ["fetch, which is answered 401", fetchRequest],
    ["document, which goes to the bounce page", pageRequest],
  ])("by a %s", async (_, requestOf) => {
    await storeSession(new Date(Date.now() + 60 * minute));
    shopify.onAdminApi = () => ({ status: 401, body: { errors: "Invalid API key or access token" } });
    const request = await requestOf(shop);
    const { admin } = await admit(request);
    const thrown = await admin.graphql("{ shop { name } }").catch((error: unknown) => error);
    if (requestOf === fetchRequest) expect((thrown as Response).status).toBe(401);
    else expectBounce(thrown as Response);
    expect((await storage.loadSession(`offline_${shop}`))?.accessToken).toBeUndefined();
    await admit(await pageRequest(shop));
    expect(shopify.calls.filter(({ kind }) => kind === "token")).toHaveLength(1);
  });
});

it.each([403, 404, 500])(
  "another refusal of the Admin API, %i, is thrown as a Response with its JSON",
  async (status) => {
    await storeSession(new Date(Date.now() + 60 * minute));
    shopify.onAdminApi = () => ({ status, body: { errors: "no" } });
    const { admin } = await admit(await fetchRequest(shop));
    const thrown = await admin.graphql("{ shop { name } }").catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Response);
    expect((thrown as Response).status).toBe(status);
    expect(await (thrown as Response).json()).toHaveProperty("errors");
  },
);

describe("a token exchange that fails", () => {
  it.each([400, 401, 403, 404, 429, 500])(
    "otherwise, as with %i, is thrown as a Response 500",
    async (status) => {
      shopify.onToken = () => ({ status, body: { error: "no" } });
      expect((await refusalOf(await pageRequest(shop))).status).toBe(500);
      expect((await refusalOf(await fetchRequest(shop))).status).toBe(500);
      expect(await storage.loadSession(`offline_${shop}`)).toBeUndefined();
    },
  );

  it("because the session token is no longer good goes round again", async () => {
    shopify.onToken = () => ({ status: 400, body: { error: "invalid_subject_token" } });
    expectBounce(await refusalOf(await pageRequest(shop)));
    const answer = await refusalOf(await fetchRequest(shop));
    expect([answer.status, answer.headers.get(retry)]).toEqual([401, "1"]);
  });
});

describe("bots are answered 410", () => {
  it.each([
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
    "node",
    "curl/8.5.0",
    "axios/1.7.9",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
  ])("%s", async (agent) => {
    const answer = await refusalOf(await pageRequest(shop, { headers: { "user-agent": agent } }));
    expect(answer.status).toBe(410);
    expect(shopify.calls).toEqual([]);
  });

  it.each([browser, "", "Shopify Mobile/iOS/9.0 (iPhone)", "Shopify POS/9.0"])(
    "but not %j",
    async (agent) => {
      await storeSession(undefined);
      const { session } = await admit(await pageRequest(shop, { headers: { "user-agent": agent } }));
      expect(session.shop).toBe(shop);
    },
  );
});

describe("OPTIONS is answered 204", () => {
  it("and any other origin may go on", async () => {
    const headers = { origin: "https://extensions.shopifycdn.com" };
    const answer = await refusalOf(await pageRequest(shop, { method: "OPTIONS", headers }));
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-headers")).toContain("Authorization");
  });

  it("without a word about origins to the app itself", async () => {
    const answer = await refusalOf(await pageRequest(shop, { method: "OPTIONS" }));
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([204, null]);
  });
});

it("scopes are not compared: a session with fewer than the app wants is used as it is", async () => {
  await storeSession(new Date(Date.now() + 60 * minute), "");
  await admit(await pageRequest(shop));
  await admit(await fetchRequest(shop));
  expect(shopify.calls).toEqual([]);
});

describe("clocks may differ by 10 seconds", () => {
  it.each([
    ["ended 8 seconds ago", () => ({ exp: secondsFromNow(-8) }), true],
    ["ended 12 seconds ago", () => ({ exp: secondsFromNow(-12) }), false],
    ["begins in 8 seconds", () => ({ nbf: secondsFromNow(8) }), true],
    ["begins in 12 seconds", () => ({ nbf: secondsFromNow(12) }), false],
  ])("a token that %s", async (_, claims, isGood) => {
    await storeSession(undefined);
    const request = await fetchRequest(shop, await shopifyToken(shop, claims()));
    if (isGood) expect((await admit(request)).session.shop).toBe(shop);
    else expect((await refusalOf(request)).status).toBe(401);
  });
});

it("the shop is the token's, whatever the address says", async () => {
  await storeSession(undefined);
  const token = await shopifyToken(shop);
  const other = "other.myshopify.com";
  const parameters = { shop: other, host: hostOf(other), id_token: token };
  expect((await admit(await pageRequest(shop, { parameters }))).session.shop).toBe(shop);
});
