// The adapter of shopify-app-remix too: the one for Node would make that read its requests as Node's own.
import "@shopify/shopify-api/adapters/web-api";
import { ApiVersion, Session, shopifyApi } from "@shopify/shopify-api";
import { z } from "zod";
import { judgeFailure, ShopifyCallError } from "./errors.ts";
import { libraryLogger } from "./library-log.ts";

/** The version of every call and webhook; `shopify.app.toml` names the same. */
export const apiVersion = ApiVersion.July26;

export interface ShopifyAdminOptions {
  apiKey: string;
  apiSecret: string;
  appUrl: string;
  timeoutMs?: number;
}

/** Where a shop is, as Shopify says it. */
export interface ShopSettings {
  ianaTimezone: string;
  currencyCode: string;
  /** ISO 3166; null when the shop has not said. */
  countryCode: string | null;
}

/** An access token and the refresh token that replaces it: one is worth nothing without the other. */
export type TokenPair = Session &
  Required<Pick<Session, "accessToken" | "expires" | "refreshToken" | "refreshTokenExpires">>;

/** What it takes to speak in a shop's name. */
export interface ShopAccess {
  /** `example.myshopify.com` */
  domain: string;
  accessToken: string;
}

/** What the product asks of Shopify's Admin API in jobs. Every method throws ShopifyCallError and nothing else. */
export interface ShopifyAdmin {
  /** Sends one query or mutation; an answer that does not fit the schema counts as none. */
  ask<Answer extends z.ZodType>(
    access: ShopAccess,
    operation: string,
    variables: Record<string, unknown>,
    answer: Answer,
  ): Promise<z.output<Answer>>;
  readShop(domain: string, accessToken: string): Promise<ShopSettings>;
  /** Trades a refresh token for a new pair. The old one lasts until the new one is first used. */
  refreshToken(domain: string, refreshToken: string): Promise<TokenPair>;
}

const query = "query ShopSettings { shop { ianaTimezone currencyCode shopAddress { countryCodeV2 } } }";

const ShopAnswer = z.object({
  shop: z.object({
    ianaTimezone: z.string(),
    currencyCode: z.string(),
    shopAddress: z.object({ countryCodeV2: z.string().nullable() }),
  }),
});

/** Speaks to Shopify through its library. Keeps nothing. */
export function createShopifyAdmin(options: ShopifyAdminOptions): ShopifyAdmin {
  const { apiKey, apiSecret, appUrl, timeoutMs = 10_000 } = options;
  const api = shopifyApi({
    apiKey,
    apiSecretKey: apiSecret,
    apiVersion,
    hostName: new URL(appUrl).host,
    isEmbeddedApp: true,
    logger: libraryLogger,
  });

  const ask: ShopifyAdmin["ask"] = async ({ domain, accessToken }, operation, variables, answer) => {
    const session = new Session({ id: domain, shop: domain, state: "", isOnline: false, accessToken });
    try {
      const { data } = await new api.clients.Graphql({ session }).request(operation, {
        variables,
        signal: AbortSignal.timeout(timeoutMs),
      });
      return read(answer, data);
    } catch (error) {
      throw judgeFailure(error, "admin_api");
    }
  };

  return {
    ask,

    async readShop(domain, accessToken) {
      const { shop } = await ask({ domain, accessToken }, query, {}, ShopAnswer);
      const { ianaTimezone, currencyCode, shopAddress } = shop;
      return { ianaTimezone, currencyCode, countryCode: shopAddress.countryCodeV2 };
    },

    async refreshToken(domain, refreshToken) {
      try {
        const { session } = await within(timeoutMs, api.auth.refreshToken({ shop: domain, refreshToken }));
        if (!isPair(session)) throw unreadable();
        return session;
      } catch (error) {
        throw judgeFailure(error, "refresh_token");
      }
    },
  };
}

/** Half a pair would be the shop's last: without a time it is never refreshed, without a refresh token it cannot be. */
const isPair = (session: Session): session is TokenPair =>
  Boolean(session.accessToken && session.expires && session.refreshToken && session.refreshTokenExpires);

const unreadable = () => new ShopifyCallError("unreachable", 200, "Shopify's answer could not be read.");

function read<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unreadable();
  return parsed.data;
}

/** The library's token calls take no signal. */
function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs);
  return Promise.race([
    work,
    new Promise<never>((_, fail) => signal.addEventListener("abort", () => fail(signal.reason))),
  ]);
}
