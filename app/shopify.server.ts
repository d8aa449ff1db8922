import "@shopify/shopify-app-remix/adapters/node";
import { AppDistribution, shopifyApp } from "@shopify/shopify-app-remix/server";
import { apiVersion } from "./integrations/shopify/admin-api.ts";
import { libraryLogger } from "./integrations/shopify/library-log.ts";
import { verifySessionToken } from "./integrations/shopify/session-token.server.ts";
import { recordInstallation } from "./modules/shops/record-installation.server.ts";
import { ShopSessionStorage } from "./modules/shops/session-storage.server.ts";
import type { ShopifyWebhook } from "./modules/shops/shopify-webhook.ts";
import { env } from "./platform/env.server.ts";
import { AppError } from "./platform/errors.ts";
import { readBody } from "./platform/http/request-body.server.ts";

function configure({ expiringOfflineAccessTokens }: { expiringOfflineAccessTokens: boolean }) {
  const { SHOPIFY_API_KEY, SHOPIFY_API_SECRET, SHOPIFY_APP_URL, SCOPES } = env();
  return shopifyApp({
    apiKey: SHOPIFY_API_KEY,
    apiSecretKey: SHOPIFY_API_SECRET,
    appUrl: SHOPIFY_APP_URL,
    scopes: SCOPES.split(",").map((scope) => scope.trim()),
    apiVersion,
    distribution: AppDistribution.AppStore,
    isEmbeddedApp: true,
    sessionStorage: new ShopSessionStorage(),
    logger: libraryLogger,
    future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens },
    hooks: { afterAuth: ({ session }) => recordInstallation(session.shop, session.scope, new Date()) },
  });
}

let app: ReturnType<typeof configure> | undefined;
let webhooks: ReturnType<typeof configure> | undefined;

/** Made at first use, so that a module that only mentions it needs no environment. */
function shopify() {
  app ??= configure({ expiringOfflineAccessTokens: true });
  return app;
}

export const authenticate = {
  /** Who asks for a page of the app, by Shopify's session token. Throws Responses that make the admin sign in again. */
  admin: async (request: Request) => {
    try {
      return await shopify().authenticate.admin(await withoutBadToken(request));
    } catch (thrown) {
      if (thrown instanceof Response) allowAdminStandIn(thrown.headers);
      throw thrown;
    }
  },
};

/**
 * The library takes session tokens that never expire, or whose issuer is another shop. By our rules they are none: in a
 * header they are refused, in an address they are dropped, and the library asks for a new one.
 */
async function withoutBadToken(request: Request): Promise<Request> {
  const { SHOPIFY_API_KEY: apiKey, SHOPIFY_API_SECRET: apiSecret } = env();
  const isGood = async (token: string) =>
    (await verifySessionToken(token, { apiKey, apiSecret }, new Date())).accepted;
  const bearer = request.headers.get("authorization")?.replace(/^Bearer /i, "");
  if (bearer !== undefined) {
    if (await isGood(bearer)) return request;
    throw new Response(undefined, {
      status: 401,
      headers: { "X-Shopify-Retry-Invalid-Session-Request": "1" },
    });
  }
  const url = new URL(request.url);
  const given = url.searchParams.get("id_token");
  if (given === null || (await isGood(given))) return request;
  url.searchParams.delete("id_token");
  return new Request(url, request);
}

/** The library's own pages may be framed by Shopify admin; a local stand-in for it has to be added. */
function allowAdminStandIn(headers: Headers): void {
  const policy = headers.get("Content-Security-Policy");
  const { ADMIN_ORIGIN } = env();
  if (!policy || !ADMIN_ORIGIN) return;
  headers.set("Content-Security-Policy", policy.replace(/;?\s*$/, ` ${new URL(ADMIN_ORIGIN).origin};`));
}

/**
 * A webhook of Shopify, once its signature is verified; throws the Response to refuse it with.
 * It has an instance of its own without expiring tokens: with them, the library first refreshes the token of the shop,
 * which fails for a shop that has just uninstalled (https://github.com/Shopify/shopify-app-js/issues/3360).
 */
export async function authenticateWebhook(request: Request): Promise<ShopifyWebhook> {
  // Shopify's library calls a webhook without a signature malformed.
  if (!request.headers.has("x-shopify-hmac-sha256")) throw new Response(undefined, { status: 401 });
  webhooks ??= configure({ expiringOfflineAccessTokens: false });
  const body = await readBody(request);
  const { url, method, headers } = request;
  const hasBody = method !== "GET" && method !== "HEAD";
  const webhook = await webhooks.authenticate
    .webhook(new Request(url, { method, headers, ...(hasBody ? { body: new Uint8Array(body) } : {}) }))
    .catch((error: unknown) => {
      if (error instanceof SyntaxError) throw new AppError("malformed", "The body is not JSON.");
      throw error;
    });
  const triggeredAt = new Date(webhook.triggeredAt ?? Number.NaN);
  return {
    webhookId: webhook.webhookId,
    topic: webhook.topic,
    domain: webhook.shop,
    triggeredAt: Number.isNaN(triggeredAt.getTime()) ? null : triggeredAt,
    payload: webhook.payload,
  };
}
