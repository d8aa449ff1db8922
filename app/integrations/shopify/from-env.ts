import type { Env } from "../../platform/env.server.ts";
import { createShopifyAdmin, type ShopifyAdmin } from "./admin-api.ts";

let admin: ShopifyAdmin | undefined;

/** The process' one client for Shopify's Admin API. */
export function shopifyAdminFromEnv(
  env: Pick<Env, "SHOPIFY_API_KEY" | "SHOPIFY_API_SECRET" | "SHOPIFY_APP_URL">,
): ShopifyAdmin {
  admin ??= createShopifyAdmin({
    apiKey: env.SHOPIFY_API_KEY,
    apiSecret: env.SHOPIFY_API_SECRET,
    appUrl: env.SHOPIFY_APP_URL,
  });
  return admin;
}
