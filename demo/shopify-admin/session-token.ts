import { createHash, randomUUID } from "node:crypto";
import { SignJWT } from "jose";

/** How long Shopify's session tokens live. */
const LIFETIME_SECONDS = 60;

export interface SessionTokenRequest {
  /** `example.myshopify.com` */
  shop: string;
  apiKey: string;
  apiSecret: string;
  /** The Shopify user who is signed in; the demo's owner when not given. */
  userId?: string;
}

/** A session token as Shopify admin gives to an embedded app: HS256 with the app's secret, for one minute. */
export function mintSessionToken({
  shop,
  apiKey,
  apiSecret,
  userId = "1",
}: SessionTokenRequest): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const sid = createHash("sha256").update(`${shop}:${userId}`).digest("hex");
  return new SignJWT({ dest: `https://${shop}`, sid })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(`https://${shop}/admin`)
    .setAudience(apiKey)
    .setSubject(userId)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + LIFETIME_SECONDS)
    .setJti(randomUUID())
    .sign(new TextEncoder().encode(apiSecret));
}
