import { getHmac, getJwt } from "@shopify/shopify-api/test-helpers";

/** Chrome as merchants have it; Shopify's library turns headless browsers and Node away. */
export const browser =
  "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";

const nameOf = (domain: string) => domain.replace(".myshopify.com", "");

/** What Shopify admin says it is, for a shop. */
export const hostOf = (domain: string) =>
  Buffer.from(`admin.shopify.com/store/${nameOf(domain)}`).toString("base64url");

/** A session token as Shopify's own helper makes it, with the issuer that Shopify writes and the helper does not. */
export async function shopifyToken(domain: string, claims: Record<string, unknown> = {}): Promise<string> {
  const issuer = { iss: `https://${domain}/admin` };
  const { token } = await getJwt(nameOf(domain), "test-api-key", "test-api-secret", { ...issuer, ...claims });
  return token;
}

/** Shopify admin loads a page into its frame. Null leaves a parameter out. */
export async function pageRequest(
  domain: string,
  {
    path = "/app",
    parameters = {},
    headers = {},
    method = "GET",
  }: {
    path?: string;
    parameters?: Record<string, string | null>;
    headers?: Record<string, string>;
    method?: string;
  } = {},
): Promise<Request> {
  const url = new URL(path, "http://localhost:3000");
  const usual = { shop: domain, host: hostOf(domain), embedded: "1", id_token: await shopifyToken(domain) };
  for (const [name, value] of Object.entries({ ...usual, ...parameters }))
    if (value !== null) url.searchParams.set(name, value);
  return new Request(url, { method, headers: { "user-agent": browser, ...headers } });
}

/** App Bridge's fetch calls a page's loader. */
export async function fetchRequest(domain: string, token?: string): Promise<Request> {
  return new Request("http://localhost:3000/app?_data=routes%2Fapp", {
    headers: { "user-agent": browser, authorization: `Bearer ${token ?? (await shopifyToken(domain))}` },
  });
}

export interface SentWebhook {
  topic: string;
  domain: string;
  payload?: unknown;
  id?: string;
  /** When it happened; null leaves it out. */
  triggeredAt?: Date | null;
  secret?: string;
}

/** A webhook as Shopify sends it. */
export function webhookRequest({
  topic,
  domain,
  payload = {},
  id = crypto.randomUUID(),
  triggeredAt = new Date(),
  secret = "test-api-secret",
}: SentWebhook): Request {
  const body = JSON.stringify(payload);
  return new Request("http://localhost:3000/webhooks", {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-shopify-hmac-sha256": getHmac(body, secret),
      "x-shopify-topic": topic,
      "x-shopify-shop-domain": domain,
      "x-shopify-api-version": "2026-07",
      "x-shopify-webhook-id": id,
      ...(triggeredAt ? { "x-shopify-triggered-at": triggeredAt.toISOString() } : {}),
    },
  });
}
