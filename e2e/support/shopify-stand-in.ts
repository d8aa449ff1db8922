import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setAbstractFetchFunc } from "@shopify/shopify-api/runtime";

/** A call that Shopify's library made, as it arrived. */
export interface ShopifyCallSeen {
  /** The shop that was called. */
  domain: string;
  kind: "token" | "admin_api" | "other";
  path: string;
  /** The access token it came with. */
  accessToken: string | undefined;
  body: Record<string, unknown>;
}

export interface ShopifyAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  body?: unknown;
}

export interface ShopifyStandIn {
  calls: ShopifyCallSeen[];
  /** What the next calls are answered. Set a function to make trouble; a promise that never settles hangs. */
  onToken: (call: ShopifyCallSeen, count: number) => ShopifyAnswer | Promise<ShopifyAnswer>;
  onAdminApi: (call: ShopifyCallSeen) => ShopifyAnswer | Promise<ShopifyAnswer>;
  /** Forgets the calls and answers as Shopify does. */
  reset(): void;
  stop(): Promise<void>;
}

/** A pair of tokens as Shopify gives it, told apart by its number. */
export const tokenPair = (count: number) => ({
  access_token: `shpat_${count}`,
  scope: "read_orders",
  expires_in: 3600,
  refresh_token: `shprt_${count}`,
  refresh_token_expires_in: 7_776_000,
});

export const shopSettings = (
  shop: { ianaTimezone?: string; currencyCode?: string; countryCode?: string | null } = {},
) => {
  const { ianaTimezone = "Europe/Berlin", currencyCode = "EUR", countryCode = "DE" } = shop;
  return { data: { shop: { ianaTimezone, currencyCode, shopAddress: { countryCodeV2: countryCode } } } };
};

/**
 * Every shop's Shopify on one loopback server, for this process: Shopify's library, which captured `fetch` when it was
 * loaded, is sent there, and nothing else is.
 */
export async function startShopifyStandIn(): Promise<ShopifyStandIn> {
  let tokens = 0;
  const standIn: ShopifyStandIn = {
    calls: [],
    onToken: () => ({}),
    onAdminApi: () => ({}),
    reset() {
      standIn.calls = [];
      standIn.onToken = (_, count) => ({ body: tokenPair(count) });
      standIn.onAdminApi = () => ({ body: shopSettings() });
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  standIn.reset();

  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const path = request.url!;
    const kind =
      path === "/admin/oauth/access_token" ? "token" : path.startsWith("/admin/api/") ? "admin_api" : "other";
    const call: ShopifyCallSeen = {
      domain: String(request.headers["x-called-shop"]),
      kind,
      path,
      accessToken: request.headers["x-shopify-access-token"]?.toString(),
      body: JSON.parse(Buffer.concat(parts).toString() || "{}"),
    };
    standIn.calls.push(call);
    if (kind === "token") tokens += 1;
    const answer = await (kind === "token"
      ? standIn.onToken(call, tokens)
      : kind === "admin_api"
        ? standIn.onAdminApi(call)
        : { status: 404 });
    const { status = 200, headers = {}, body = {} } = answer;
    const isText = typeof body === "string";
    response.writeHead(status, { "content-type": isText ? "text/html" : "application/json", ...headers });
    response.end(isText ? body : JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  setAbstractFetchFunc((input, init) => {
    const { host, pathname } = new URL(String(input));
    const headers = new Headers(init?.headers as HeadersInit);
    headers.set("x-called-shop", host);
    return fetch(origin + pathname, { ...init, headers } as RequestInit);
  });
  return standIn;
}
