import { env } from "../env.server.ts";

const shopDomain = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;
const shopifyCdn = "https://cdn.shopify.com";

/** The part of the environment that decides who may frame a document and what it may load. */
export interface DocumentOrigins {
  APP_BRIDGE_URL?: string | undefined;
  ADMIN_ORIGIN?: string | undefined;
  NODE_ENV: "development" | "test" | "production";
}

/** Who may frame this document: the shop it is for and Shopify admin; nobody, when it is no page of the merchant's app. */
function frameAncestors(url: URL, adminOrigin: string | undefined): string[] {
  if (!/^\/(app|auth)(\/|$)/.test(url.pathname)) return ["'none'"];
  const shop = url.searchParams.get("shop") ?? "";
  return [
    ...(shopDomain.test(shop) ? [`https://${shop}`] : []),
    "https://admin.shopify.com",
    ...(adminOrigin ? [new URL(adminOrigin).origin] : []),
  ];
}

/**
 * Headers of every HTML document. The nonce lets Remix' own inline scripts run and no others.
 * @param origins the environment; given by tests
 */
export function documentSecurityHeaders(
  { request, nonce }: { request: Request; nonce: string },
  origins: DocumentOrigins = env(),
): Record<string, string> {
  const { APP_BRIDGE_URL, ADMIN_ORIGIN, NODE_ENV } = origins;
  const appBridge = APP_BRIDGE_URL ? new URL(APP_BRIDGE_URL).origin : shopifyCdn;
  const standIns = [APP_BRIDGE_URL, ADMIN_ORIGIN].flatMap((url) => (url ? [new URL(url).origin] : []));
  const hotReload = NODE_ENV === "development" ? ["ws:"] : [];
  const policy: Record<string, string[]> = {
    "default-src": ["'self'"],
    "script-src": ["'self'", `'nonce-${nonce}'`, appBridge],
    // Polaris writes style attributes.
    "style-src": ["'self'", "'unsafe-inline'"],
    "font-src": ["'self'", shopifyCdn],
    "img-src": ["'self'", "data:", shopifyCdn],
    "connect-src": [
      "'self'",
      "https://*.shopify.com",
      "https://*.shopifysvc.com",
      ...new Set(standIns),
      ...hotReload,
    ],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": frameAncestors(new URL(request.url), ADMIN_ORIGIN),
  };
  return {
    "Content-Security-Policy": Object.entries(policy)
      .map(([directive, values]) => `${directive} ${values.join(" ")}`)
      .join("; "),
    // The address of a document holds a session token: no other site, and no log of ours, gets it as a referrer.
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  };
}
