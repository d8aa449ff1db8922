import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** Shopify's library allows the clocks to differ by as much. */
const CLOCK_TOLERANCE_SECONDS = 10;
const MAX_TOKEN_LENGTH = 4_096;
const compactToken = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const shopAddress = /^https:\/\/([a-z0-9][a-z0-9-]*\.myshopify\.com)$/;

export type SessionTokenRefusal =
  | "malformed"
  | "algorithm"
  | "signature"
  | "audience"
  | "expired"
  | "not_yet_valid"
  | "destination";

export type SessionToken =
  | { accepted: true; shopDomain: string; userId: string | null }
  | { accepted: false; reason: SessionTokenRefusal };

const Header = z.object({ alg: z.string(), crit: z.undefined().optional() });
const Claims = z.object({
  aud: z.string(),
  dest: z.string(),
  iss: z.string(),
  exp: z.number(),
  nbf: z.number().optional(),
  sub: z.string().optional(),
});

/**
 * Verifies a session token of App Bridge (https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens):
 * HS256 only, signed with the app's secret, for this app, from a shop's own admin, and not expired. A refusal names its
 * reason for the log and never holds the token.
 */
export function verifySessionToken(
  token: string,
  app: { apiKey: string; apiSecret: string },
  now: Date,
): SessionToken {
  const parts = token.length <= MAX_TOKEN_LENGTH ? compactToken.exec(token) : null;
  if (!parts) return refuse("malformed");
  const [, header, claims, signature] = parts as unknown as [string, string, string, string];

  const parsedHeader = Header.safeParse(decodeJson(header));
  if (!parsedHeader.success) return refuse("malformed");
  if (parsedHeader.data.alg !== "HS256") return refuse("algorithm");

  const expected = createHmac("sha256", app.apiSecret).update(`${header}.${claims}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return refuse("signature");

  const parsedClaims = Claims.safeParse(decodeJson(claims));
  if (!parsedClaims.success) return refuse("malformed");
  const { aud, dest, iss, exp, nbf, sub } = parsedClaims.data;
  const seconds = now.getTime() / 1000;
  if (aud !== app.apiKey) return refuse("audience");
  if (seconds >= exp + CLOCK_TOLERANCE_SECONDS) return refuse("expired");
  if (nbf !== undefined && nbf > seconds + CLOCK_TOLERANCE_SECONDS) return refuse("not_yet_valid");
  const shopDomain = shopAddress.exec(dest)?.[1];
  if (!shopDomain || !isOf(iss, shopDomain)) return refuse("destination");
  return { accepted: true, shopDomain, userId: sub ?? null };
}

const refuse = (reason: SessionTokenRefusal): SessionToken => ({ accepted: false, reason });

/** The issuer is the shop's admin: `https://{shop}/admin`. */
function isOf(issuer: string, domain: string): boolean {
  const url = URL.parse(issuer);
  return url?.protocol === "https:" && url.host === domain;
}

function decodeJson(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
