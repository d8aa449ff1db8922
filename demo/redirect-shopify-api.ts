/**
 * Loaded by `node --import` before the app: what is meant for a shop at Shopify goes to the stand-in instead. Shopify's
 * library keeps the `fetch` that it finds when it is loaded, so this comes first.
 */
const standIn = process.env.SHOPIFY_API_STAND_IN;
const realFetch = globalThis.fetch;

if (standIn) {
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    if (!url.hostname.endsWith(".myshopify.com")) return realFetch(input, init);
    return realFetch(`${standIn}/${url.hostname}${url.pathname}`, init);
  };
}
