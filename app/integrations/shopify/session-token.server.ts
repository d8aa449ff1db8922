import { errors, jwtVerify } from "jose";
import { z } from "zod";

/** Shopify's library allows the clocks to differ by as much. */
const CLOCK_TOLERANCE_SECONDS = 10;
const MAX_TOKEN_LENGTH = 4_096;
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

/** What we ask of a token beyond its signature and times: one audience, and the names of shop and user. */
const Claims = z.object({
  aud: z.string(),
  dest: z.string(),
  iss: z.string(),
  sub: z.string().optional(),
});

/**
 * Verifies a session token of App Bridge (https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens):
 * HS256 only, signed with the app's secret, for this app, from a shop's own admin, and not expired. A refusal names its
 * reason for the log and never holds the token.
 */
export async function verifySessionToken(
  token: string,
  app: { apiKey: string; apiSecret: string },
  now: Date,
): Promise<SessionToken> {
  if (token.length > MAX_TOKEN_LENGTH) return refuse("malformed");
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(app.apiSecret), {
      algorithms: ["HS256"],
      audience: app.apiKey,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ["exp"],
      currentDate: now,
    });
    const claims = Claims.safeParse(payload);
    if (!claims.success) return refuse("malformed");
    const { dest, iss, sub } = claims.data;
    const shopDomain = shopAddress.exec(dest)?.[1];
    if (!shopDomain || !isOf(iss, shopDomain)) return refuse("destination");
    return { accepted: true, shopDomain, userId: sub ?? null };
  } catch (error) {
    if (error instanceof errors.JOSEError) return refuse(reasonOf(error));
    throw error;
  }
}

const refuse = (reason: SessionTokenRefusal): SessionToken => ({ accepted: false, reason });

function reasonOf(error: errors.JOSEError): SessionTokenRefusal {
  if (error instanceof errors.JOSEAlgNotAllowed) return "algorithm";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "signature";
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed && error.reason === "check_failed") {
    if (error.claim === "aud") return "audience";
    if (error.claim === "nbf") return "not_yet_valid";
  }
  return "malformed";
}

/** The issuer is the shop's admin: `https://{shop}/admin`. */
function isOf(issuer: string, domain: string): boolean {
  const url = URL.parse(issuer);
  return url?.protocol === "https:" && url.host === domain;
}
