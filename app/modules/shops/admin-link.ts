/** Where Shopify admin is, unless a stand-in takes its place. */
const shopifyAdmin = "https://admin.shopify.com";

/** A page of the app as the merchant's browser opens it from outside: inside of Shopify admin. `path` begins with `/app`. */
export function adminLink(page: {
  /** `example.myshopify.com` */
  domain: string;
  /** The app's client id, by which admin knows it. */
  apiKey: string;
  path: string;
  /** `ADMIN_ORIGIN` */
  adminOrigin?: string | undefined;
}): string {
  const store = page.domain.replace(/\.myshopify\.com$/, "");
  return `${new URL(page.adminOrigin ?? shopifyAdmin).origin}/store/${store}/apps/${page.apiKey}${page.path}`;
}
