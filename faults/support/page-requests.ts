import { createHmac } from "node:crypto";
import fc from "fast-check";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { browser, hostOf } from "#e2e/support/shopify-requests.ts";
import type { FuzzShop } from "./fuzz-shops.ts";
import { hostileText, hostileValue } from "./hostile-values.ts";
import type { RawRequest } from "./send-raw.ts";

export interface PageRoute {
  id: string;
  /** With Remix' parameters: `/app/connectors/:id`. */
  path: string;
}

type PageCredential = "good" | "none" | "forged" | "expired";

/** A request to a page or a webhook, as plain data. */
export interface PagePlan {
  method: string;
  sender: number;
  credential: PageCredential;
  /** Shopify admin gives the token in the address, App Bridge in a header. */
  isInHeader: boolean;
  thing: number | string;
  query: [string, string][];
  topic: string;
  event: string;
  body: unknown;
  isForm: boolean;
}

const topics = [
  "app/uninstalled",
  "app/scopes_update",
  "shop/update",
  "customers/redact",
  "customers/data_request",
];

export const requestsToPage = (shops: number): fc.Arbitrary<PagePlan> =>
  fc.record({
    method: fc.oneof(
      { weight: 4, arbitrary: fc.constant("GET") },
      { weight: 3, arbitrary: fc.constant("POST") },
      { weight: 1, arbitrary: fc.constantFrom("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH") },
    ),
    sender: fc.nat(shops - 1),
    credential: fc.oneof(
      { weight: 4, arbitrary: fc.constant("good" as const) },
      { weight: 2, arbitrary: fc.constantFrom<PageCredential>("none", "forged", "expired") },
    ),
    isInHeader: fc.boolean(),
    thing: fc.oneof({ weight: 4, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: hostileText }),
    query: fc.array(
      fc.tuple(
        fc.constantFrom(
          "shop",
          "host",
          "embedded",
          "_data",
          "id_token",
          "locale",
          "days",
          "period",
          "cursor",
          "preset",
          "shopify-reload",
          "exitIframe",
          "session",
          "hmac",
          "timestamp",
        ),
        hostileText,
      ),
      { maxLength: 2 },
    ),
    topic: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...topics) },
      { weight: 1, arbitrary: hostileText },
    ),
    event: fc.constantFrom(
      "sync-succeeded",
      "sync-failed",
      "sync-disabled",
      "connection-update",
      "__proto__",
    ),
    body: hostileValue,
    isForm: fc.boolean(),
  });

const asHeader = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, "").slice(0, 200);
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

export async function buildPageRequest(
  route: PageRoute,
  plan: PagePlan,
  shops: readonly FuzzShop[],
  staffCookie: string,
): Promise<RawRequest & { isSignedIn: boolean }> {
  const shop = shops[plan.sender]!;
  const body = Buffer.from(plan.isForm ? formOf(plan.body) : (JSON.stringify(plan.body) ?? ""));
  const isWebhook = route.path.startsWith("/webhooks/");
  const hasBody = plan.method !== "GET" && plan.method !== "HEAD";
  const isStaffs = route.path.startsWith("/staff");
  const token = isWebhook || isStaffs ? null : await tokenOf(plan.credential, shop);
  const query = new URLSearchParams(plan.query.map(([name, value]) => [name, value.slice(0, 2_000)]));
  if (!isWebhook && !isStaffs && plan.credential === "good" && !plan.isInHeader && !query.has("shop")) {
    query.set("shop", shop.domain);
    query.set("host", hostOf(shop.domain));
    query.set("embedded", "1");
  }
  if (token && !plan.isInHeader) query.set("id_token", token);
  return {
    method: plan.method,
    path: `${pathOf(route, plan, shop)}${query.size > 0 ? `?${query}` : ""}`,
    headers: {
      "user-agent": browser,
      ...(hasBody
        ? {
            "content-type": plan.isForm ? "application/x-www-form-urlencoded" : "application/json",
            "content-length": String(body.byteLength),
          }
        : {}),
      ...(token && plan.isInHeader ? { authorization: `Bearer ${token}` } : {}),
      ...(isWebhook ? webhookHeaders(plan, shop, body) : {}),
      ...(isStaffs && plan.credential === "good"
        ? { cookie: staffCookie, origin: "http://localhost:3000" }
        : {}),
    },
    body: hasBody ? body : undefined,
    isSignedIn: plan.credential === "good",
  };
}

function pathOf({ path }: PageRoute, plan: PagePlan, shop: FuzzShop): string {
  const things = path.includes("incident") ? shop.incidentIds : shop.connectorIds;
  const thing =
    typeof plan.thing === "number" ? things[plan.thing % things.length]! : plan.thing.toWellFormed();
  return path
    .replace(":token", plan.credential === "good" ? shop.airbyteToken : "nobody")
    .replace(":event", plan.event)
    .replace(":key", typeof plan.thing === "number" ? "revenue" : encodeURIComponent(thing).slice(0, 2_000))
    .replace(":shop", shop.domain)
    .replace(/:\w+|\*/, encodeURIComponent(thing).slice(0, 2_000));
}

async function tokenOf(credential: PageCredential, shop: FuzzShop): Promise<string | null> {
  if (credential === "none") return null;
  if (credential === "forged") return mintSessionToken(shop.domain, { secret: "another-secret" });
  if (credential === "expired") return mintSessionToken(shop.domain, { claims: { exp: seconds(-120) } });
  return mintSessionToken(shop.domain);
}

/** Signed, so that what is in the body is really looked at. */
const webhookHeaders = (
  { credential, topic }: PagePlan,
  shop: FuzzShop,
  body: Buffer,
): Record<string, string> => ({
  "x-shopify-hmac-sha256": createHmac("sha256", credential === "good" ? "test-api-secret" : "another")
    .update(body)
    .digest("base64"),
  "x-shopify-topic": asHeader(topic),
  "x-shopify-shop-domain": shop.domain,
  "x-shopify-api-version": "2026-07",
  "x-shopify-webhook-id": crypto.randomUUID(),
  "x-shopify-triggered-at": new Date().toISOString(),
});

const formOf = (value: unknown): string =>
  new URLSearchParams(
    typeof value === "object" && value !== null
      ? Object.entries(value).map(([name, inner]): [string, string] => [name, JSON.stringify(inner) ?? ""])
      : { value: String(value) },
  ).toString();
