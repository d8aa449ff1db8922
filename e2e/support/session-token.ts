import { type JWTPayload, SignJWT } from "jose";

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const key = (secret: string) => new TextEncoder().encode(secret);

/** The claims of a session token as Shopify admin makes them for `createTestDatabase`'s app. */
export const sessionClaims = (shop: string): JWTPayload => ({
  iss: `https://${shop}/admin`,
  dest: `https://${shop}`,
  aud: "test-api-key",
  sub: "42",
  exp: seconds(60),
  nbf: seconds(-5),
  iat: seconds(-5),
  jti: crypto.randomUUID(),
  sid: "session",
});

/** A session token of the shop; claims and secret can be replaced to forge one. */
export function mintSessionToken(
  shop: string,
  { claims = {}, secret = "test-api-secret" }: { claims?: Record<string, unknown>; secret?: string } = {},
): Promise<string> {
  return new SignJWT({ ...sessionClaims(shop), ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(key(secret));
}
