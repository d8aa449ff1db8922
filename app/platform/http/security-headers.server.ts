import { env } from "../env.server.ts";

const shopDomain = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;
const shopifyCdn = "https://cdn.shopify.com";

/** The part of the environment that decides who may frame a document and what it may load. */
export interface DocumentOrigins {
  APP_BRIDGE_URL?: string | undefined;
  ADMIN_ORIGIN?: string | undefined;
  STAFF_OIDC_ISSUER?: string | undefined;
  NODE_ENV: "development" | "test" | "production";
}

const isStaffPage = ({ pathname }: URL): boolean => /^\/staff(\/|$)/.test(pathname);

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
  const url = new URL(request.url);
  const policy = isStaffPage(url) ? staffPolicy(nonce, origins) : merchantPolicy(url, nonce, origins);
  return {
    "Content-Security-Policy": Object.entries(policy)
      .map(([directive, values]) => `${directive} ${values.join(" ")}`)
      .join("; "),
    // The address of a document may hold a token or name a shop: no other site, and no log of ours, gets it as a referrer.
    "Referrer-Policy": isStaffPage(url) ? "same-origin" : "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    ...(isStaffPage(url) ? { "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin" } : {}),
  };
}

type Policy = Record<string, string[]>;

const hotReload = ({ NODE_ENV }: DocumentOrigins) => (NODE_ENV === "development" ? ["ws:"] : []);

function merchantPolicy(url: URL, nonce: string, origins: DocumentOrigins): Policy {
  const { APP_BRIDGE_URL, ADMIN_ORIGIN } = origins;
  const appBridge = APP_BRIDGE_URL ? new URL(APP_BRIDGE_URL).origin : shopifyCdn;
  const standIns = [APP_BRIDGE_URL, ADMIN_ORIGIN].flatMap((one) => (one ? [new URL(one).origin] : []));
  return {
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
      ...hotReload(origins),
    ],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": frameAncestors(url, ADMIN_ORIGIN),
  };
}

/** Nothing of Shopify's, no frame, and no other site but the provider's, to which a sign-out goes on. */
function staffPolicy(nonce: string, origins: DocumentOrigins): Policy {
  const issuer = origins.STAFF_OIDC_ISSUER ? [new URL(origins.STAFF_OIDC_ISSUER).origin] : [];
  return {
    "default-src": ["'none'"],
    "script-src": ["'self'", `'nonce-${nonce}'`],
    "style-src": ["'self'", "'unsafe-inline'"],
    "font-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'", ...hotReload(origins)],
    "base-uri": ["'none'"],
    "form-action": ["'self'", ...issuer],
    "frame-ancestors": ["'none'"],
  };
}
