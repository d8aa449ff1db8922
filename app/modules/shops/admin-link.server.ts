import { env } from "#app/platform/env.server.ts";

/**
 * Where a page of the app is found inside a shop's Shopify admin.
 * @param path `/app/incidents/…`
 */
export function adminLink(domain: string, path: string): string {
  const { ADMIN_ORIGIN, SHOPIFY_API_KEY } = env();
  const store = domain.replace(/\.myshopify\.com$/, "");
  // A stand-in for the admin has one app only.
  return ADMIN_ORIGIN
    ? `${ADMIN_ORIGIN}/store/${store}${path}`
    : `https://admin.shopify.com/store/${store}/apps/${SHOPIFY_API_KEY}${path}`;
}
