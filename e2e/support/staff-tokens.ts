import { createPublicKey, generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { importJWK, type JWTPayload, SignJWT } from "jose";
import { mintSessionToken } from "./session-token.ts";
import type { RunningStaffProvider } from "./staff-provider.ts";

const secretOf = (text: string) => new TextEncoder().encode(text);
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

export interface ForgedToken {
  token: string;
  /** As what it is refused, and stands in the audit. */
  reason: string;
  status: 401 | 403;
}

/** Access tokens that must not open the staff API, by what is wrong with them. */
export async function forgeStaffTokens(
  provider: RunningStaffProvider,
  other: RunningStaffProvider,
  shop: string,
): Promise<Record<string, ForgedToken>> {
  const claims: JWTPayload = {
    iss: provider.issuer,
    aud: "http://localhost:3000/api/staff",
    sub: "ada",
    name: "Ada Admin",
    email: "ada@example.com",
    roles: ["admin"],
    iat: seconds(0),
    exp: seconds(600),
  };
  const sign = async (changed: JWTPayload, from = provider, kid = from.keys.signingKey.kid!) =>
    new SignJWT({ ...claims, ...changed })
      .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid })
      .sign(await importJWK(from.keys.signingKey, "RS256"));
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const publicPem = createPublicKey({ key: provider.keys.signingKey as JsonWebKey, format: "jwk" })
    .export({ type: "spki", format: "pem" })
    .toString();
  const hs256 = (secret: string, payload: JWTPayload = claims) =>
    new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ: "at+jwt" }).sign(secretOf(secret));
  const tampered = (await sign({ roles: ["support"] })).split(".");
  tampered[1] = part(claims);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { exp: _, ...withoutExpiry } = claims;
  const { sub: __, ...withoutSubject } = claims;

  const wrong: [what: string, reason: string, token: string, status?: 403][] = [
    ["is no token", "malformed", "abc"],
    ["is empty parts", "malformed", ".."],
    ["is very long", "malformed", "a".repeat(10_000)],
    [
      "has alg none and no signature",
      "algorithm",
      `${part({ alg: "none", typ: "at+jwt" })}.${part(claims)}.`,
    ],
    ["has alg none and a signature", "algorithm", `${part({ alg: "none" })}.${part(claims)}.c2ln`],
    ["is a merchant's session token", "algorithm", await mintSessionToken(shop)],
    ["is a merchant's session token with a role", "algorithm", await mintSessionToken(shop, { claims })],
    ["is HS256 with Shopify's secret", "algorithm", await hs256("test-api-secret")],
    ["is HS256 with the client secret", "algorithm", await hs256(provider.keys.clientSecret)],
    ["is HS256 with the provider's public key", "algorithm", await hs256(publicPem)],
    ["has a changed payload", "signature", tampered.join(".")],
    [
      "is signed with a key of nobody's",
      "signature",
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(privateKey),
    ],
    ["is signed by another issuer in its name", "signature", await sign({}, other)],
    [
      "is signed by another issuer under its key's id",
      "signature",
      await sign({}, other, provider.keys.signingKey.kid),
    ],
    ["is of another issuer", "signature", await other.accessTokenOf("ada")],
    ["names another issuer", "issuer", await sign({ iss: "https://evil.example/oidc" })],
    ["is for another API", "audience", await sign({ aud: "https://other.example/api" })],
    ["is an ID token", "audience", await sign({ aud: "sync-health-staff" })],
    ["is for no API", "audience", await sign({ aud: [] })],
    ["is expired", "expired", await sign({ exp: seconds(-60) })],
    ["is not valid yet", "not_yet_valid", await sign({ nbf: seconds(60) })],
    [
      "does not expire",
      "malformed",
      await new SignJWT(withoutExpiry)
        .setProtectedHeader({ alg: "RS256", kid: provider.keys.signingKey.kid! })
        .sign(await importJWK(provider.keys.signingKey, "RS256")),
    ],
    [
      "is nobody's",
      "malformed",
      await new SignJWT(withoutSubject)
        .setProtectedHeader({ alg: "RS256", kid: provider.keys.signingKey.kid! })
        .sign(await importJWK(provider.keys.signingKey, "RS256")),
    ],
    ["gives no role", "no_role", await provider.accessTokenOf("noel"), 403],
    ["gives a role that we do not know", "no_role", await sign({ roles: ["superadmin"] }), 403],
    ["gives its role in another claim", "no_role", await sign({ roles: undefined, role: "admin" }), 403],
  ];
  return Object.fromEntries(
    wrong.map(([what, reason, token, status]): [string, ForgedToken] => [
      what,
      { token, reason, status: status ?? 401 },
    ]),
  );
}
