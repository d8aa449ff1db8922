import type { AppLoadContext } from "@remix-run/node";
import type { z } from "zod";
import { verifySessionToken } from "#app/integrations/shopify/session-token.server.ts";
import { env } from "#app/platform/env.server.ts";
import { AppError, notFound } from "#app/platform/errors.ts";
import { answerProblems } from "#app/platform/http/answer-problems.server.ts";
import type { Method } from "#app/platform/http/methods.server.ts";
import { parseInput, parseJsonBody } from "#app/platform/http/parse-input.server.ts";
import { RateLimit } from "#app/platform/http/rate-limit.server.ts";
import { log } from "#app/platform/log.server.ts";
import type { Actor, Shop } from "./shop.ts";
import { findShopByDomain } from "./shops.store.server.ts";

/** What the route is called with; Remix' own arguments fit. */
interface RouteCall {
  request: Request;
  params: Record<string, string | undefined>;
  context: AppLoadContext;
}

type Schema = z.ZodType | undefined;
type Parsed<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined;

/** A merchant's request, verified and parsed. */
export interface MerchantCall<Params extends Schema, Query extends Schema, Body extends Schema> {
  shop: Shop;
  actor: Actor;
  params: Parsed<Params>;
  query: Parsed<Query>;
  body: Parsed<Body>;
  headers: Headers;
  now: Date;
  requestId: string;
}

export interface MerchantApi<Params extends Schema, Query extends Schema, Body extends Schema> {
  method: Method;
  /** 200 where nothing is said; 202 for what is only begun. */
  status?: 200 | 202;
  /** What `params` name, for the answer when they name nothing: `incident`. */
  resource?: string;
  params?: Params;
  query?: Query;
  body?: Body;
}

const reads = new RateLimit(1_200);
const writes = new RateLimit(60);

/** App Bridge's fetch takes it as a request to try once more with a new token. */
const signInAgain = { "X-Shopify-Retry-Invalid-Session-Request": "1", "WWW-Authenticate": "Bearer" };

/**
 * A JSON resource of the merchant API, as a Remix loader (`GET`) or action (`POST`): verifies the session token, finds
 * its shop, counts it against the shop's limits, parses, works, answers. What it cannot do is a problem+json answer.
 * Parameters that are malformed name nothing: 404, before the body is looked at.
 */
export function merchantApi<
  Params extends Schema = undefined,
  Query extends Schema = undefined,
  Body extends Schema = undefined,
>(
  api: MerchantApi<Params, Query, Body>,
  work: (call: MerchantCall<Params, Query, Body>) => Promise<unknown>,
): (call: RouteCall) => Promise<Response> {
  return ({ request, params, context }) =>
    answerProblems(
      request,
      api.method,
      async (requestId) => {
        const now = new Date();
        const { shop, actor } = await authenticateMerchant(request, now, requestId);
        context.shop = shop.domain;
        await (api.method === "GET" ? reads : writes).spend(shop.id);
        const query = Object.fromEntries(new URL(request.url).searchParams);
        const call = {
          shop,
          actor,
          params: parseParams(api, params),
          query: api.query ? parseInput(api.query, query, "query") : undefined,
          body: api.body ? await parseJsonBody(api.body, request) : undefined,
          headers: request.headers,
          now,
          requestId,
        } as MerchantCall<Params, Query, Body>;
        return Response.json(await work(call), {
          status: api.status ?? 200,
          headers: { "Cache-Control": "no-store" },
        });
      },
      signInAgain,
    );
}

/** @throws AppError unauthenticated, the same whether the token is bad or its shop has not installed the app */
async function authenticateMerchant(
  request: Request,
  now: Date,
  requestId: string,
): Promise<{ shop: Shop; actor: Actor }> {
  const refused = new AppError(
    "unauthenticated",
    "Send a valid Shopify session token as Authorization: Bearer.",
  );
  const [, bearer] = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (!bearer) throw refused;
  const { SHOPIFY_API_KEY, SHOPIFY_API_SECRET } = env();
  const app = { apiKey: SHOPIFY_API_KEY, apiSecret: SHOPIFY_API_SECRET };
  const token = await verifySessionToken(bearer, app, now);
  if (!token.accepted) {
    log.info({ requestId, reason: token.reason }, "a session token was refused");
    throw refused;
  }
  const found = await findShopByDomain(token.shopDomain);
  if (!found || found.uninstalledAt) {
    log.info({ requestId, shop: token.shopDomain }, "a session token of no installed shop was refused");
    throw refused;
  }
  const { uninstalledAt: _, ...shop } = found;
  return { shop, actor: { role: "merchant", name: token.userId ?? shop.domain } };
}

function parseParams(
  { params: schema, resource = "resource" }: { params?: Schema; resource?: string },
  params: RouteCall["params"],
): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(params);
  if (!parsed.success) throw notFound(resource);
  return parsed.data;
}
