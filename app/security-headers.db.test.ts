import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { browser, hostOf, webhookRequest } from "#e2e/support/shopify-requests.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";

const domain = "framed.myshopify.com";
let database: TestDatabase;
let server: WebServer;

beforeAll(async () => {
  database = await createTestDatabase();
  await makeShop(database.owner, { domain });
  server = await startWebServer({ SHOPIFY_APP_URL: "https://app.example.com" });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, {
    redirect: "manual",
    ...init,
    headers: { "user-agent": browser, ...(init.headers as Record<string, string>) },
  });
const bearer = async () => ({ authorization: `Bearer ${await mintSessionToken(domain)}` });
const page = async (path: string) => {
  const token = await mintSessionToken(domain);
  return ask(`${path}?shop=${domain}&host=${hostOf(domain)}&embedded=1&id_token=${token}`);
};
const webhook = async (secret: string) => {
  const sent = webhookRequest({ topic: "shop/redact", domain, secret });
  return ask("/webhooks/compliance", {
    method: "POST",
    body: await sent.text(),
    headers: Object.fromEntries(sent.headers),
  });
};

/** One answer of every kind there is, with its status. */
const kinds: [kind: string, status: number, ask: () => Promise<Response>][] = [
  ["the API", 200, async () => ask("/api/sync-health/summary", { headers: await bearer() })],
  ["a problem", 401, () => ask("/api/sync-health/summary")],
  ["an unknown address of the API", 404, () => ask("/api/nothing")],
  ["a refused method", 405, () => ask("/api/sync-health/summary", { method: "DELETE" })],
  ["an answer to OPTIONS", 204, () => ask("/api/sync-health/summary", { method: "OPTIONS" })],
  ["an address that cannot be read", 400, () => ask("/%")],
  [
    "a body that is too large",
    413,
    () => ask("/api/nothing", { method: "POST", body: "x".repeat(2_000_000) }),
  ],
  ["the document", 200, () => ask("/api/openapi.json")],
  ["a probe", 200, () => ask("/healthz")],
  ["readiness", 200, () => ask("/readyz")],
  ["a webhook that is taken", 200, () => webhook("test-api-secret")],
  ["a webhook that is refused", 401, () => webhook("another")],
  [
    "Airbyte's unknown address",
    404,
    () =>
      ask("/webhooks/airbyte/x/sync-failed", {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json" },
      }),
  ],
  ["a page for nobody", 200, () => ask("/auth/login")],
  ["a page that is not there", 404, () => ask("/nowhere")],
  ["a page of a shop that has to sign in", 410, () => ask("/app", { headers: { "user-agent": "node" } })],
  ["a redirect", 302, () => ask(`/app?shop=${domain}`)],
  ["a missing asset", 404, () => ask("/assets/missing.js")],
];

describe.each(kinds)("%s (%i)", (_, status, send) => {
  it("says what it is, is sent by https only, names no referrer and is framed by whom it is for", async () => {
    const { status: answered, headers } = await send();
    expect(answered).toBe(status);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
    expect(headers.get("referrer-policy")).toMatch(/^(no-referrer|strict-origin)$/);
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("access-control-allow-origin")).toBeNull();
    const policy = headers.get("content-security-policy") ?? "";
    const isDocument = headers.get("content-type")?.startsWith("text/html");
    expect(policy).toContain(isDocument ? "frame-ancestors" : "default-src 'none'; frame-ancestors 'none'");
    if (isDocument && status !== 410) {
      expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' https:\/\/cdn\.shopify\.com;/);
      expect(policy).toContain("object-src 'none'");
      expect(policy).toContain("base-uri 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    }
  });
});

it("lets a merchant's page be framed by its shop and by Shopify, and by no other", async () => {
  const of = async (answer: Promise<Response>) =>
    /frame-ancestors ([^;]*)/.exec((await answer).headers.get("content-security-policy") ?? "")?.[1];
  expect(await of(page("/app/nowhere"))).toBe(`https://${domain} https://admin.shopify.com`);
  expect(await of(ask("/nowhere"))).toBe("'none'");
  expect(await of(ask("/auth/login?shop=evil.example.com"))).toBe("https://admin.shopify.com");
  expect(await of(ask(`/auth/login?shop=${encodeURIComponent(`${domain}; script-src *`)}`))).toBe(
    "https://admin.shopify.com",
  );
});

it("gives no two documents the same nonce", async () => {
  const nonces = await Promise.all(
    Array.from(
      { length: 5 },
      async () =>
        /'nonce-([^']+)'/.exec((await ask("/auth/login")).headers.get("content-security-policy")!)![1],
    ),
  );
  expect(new Set(nonces).size).toBe(5);
});
