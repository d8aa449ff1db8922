import { generateKeyPairSync } from "node:crypto";
import { importJWK, SignJWT } from "jose";
import { Webhook } from "standardwebhooks";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import type { RunningStaffProvider } from "#e2e/support/staff-provider.ts";
import type { FuzzShop } from "./fuzz-shops.ts";

/** How a request says who sends it. Only `good` may open anything. */
export const credentialKinds = ["good", "none", "nonsense", "forged", "expired", "of_another_kind"] as const;
export type CredentialKind = (typeof credentialKinds)[number];

export interface CredentialWish {
  shop: FuzzShop;
  kind: CredentialKind;
  body: Buffer;
}

type Headers = Record<string, string>;
type Provider = (wish: CredentialWish) => Promise<Headers>;

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

const sessionToken: Provider = async ({ shop, kind }) => {
  if (kind === "good") return bearer(await mintSessionToken(shop.domain));
  if (kind === "nonsense") return bearer("eyJhbGciOiJub25lIn0.e30.");
  if (kind === "forged") return bearer(await mintSessionToken(shop.domain, { secret: "another-secret" }));
  if (kind === "expired")
    return bearer(await mintSessionToken(shop.domain, { claims: { exp: seconds(-60) } }));
  return bearer(shop.key.bearerKey);
};

const ingestKey: Provider = async ({ shop, kind }) => {
  if (kind === "good") return bearer(shop.key.bearerKey);
  if (kind === "nonsense") return bearer("shk_");
  if (kind === "forged") return bearer(`${shop.key.bearerKey.slice(0, -4)}AAAA`);
  if (kind === "expired") return bearer(shop.expiredKey.bearerKey);
  return bearer(await mintSessionToken(shop.domain));
};

const signedPush: Provider = async ({ shop, kind, body }) => {
  const id = "msg_fuzz";
  const sentAt = new Date(kind === "expired" ? Date.now() - 10 * 60_000 : Date.now());
  const signed = (secret: string) => ({
    "x-sync-health-shop": shop.domain,
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, sentAt, body),
  });
  if (kind === "nonsense") return { "x-sync-health-shop": shop.domain, "webhook-signature": "v1,AAAA v1a,=" };
  if (kind === "forged") return signed(`whsec_${Buffer.alloc(32, 1).toString("base64")}`);
  if (kind === "of_another_kind") return bearer(shop.key.bearerKey);
  return signed(shop.key.signingSecret);
};

const { privateKey: nobodysKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
let staffProvider: RunningStaffProvider | undefined;

/** Whose access tokens staff have. */
export function useStaffProvider(provider: RunningStaffProvider): void {
  staffProvider = provider;
}

/** An admin for each shop, so that nobody runs into a limit of their own; each may look at all shops. */
const staffToken: Provider = async ({ shop, kind }) => {
  if (!staffProvider) throw new Error("The fuzz has no provider of staff's tokens.");
  if (kind === "nonsense") return bearer("eyJhbGciOiJub25lIn0.e30.");
  if (kind === "of_another_kind") return bearer(await mintSessionToken(shop.domain));
  const { signingKey } = staffProvider.keys;
  const token = await new SignJWT({
    iss: staffProvider.issuer,
    aud: "http://localhost:3000/api/staff",
    sub: `staff of ${shop.id}`,
    name: "Fuzz Admin",
    roles: ["admin"],
    iat: seconds(-120),
    exp: seconds(kind === "expired" ? -60 : 600),
  })
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: signingKey.kid! })
    .sign(kind === "forged" ? nobodysKey : await importJWK(signingKey, "RS256"));
  return bearer(token);
};

/** Per security scheme of the document. A scheme that is not here fails the fuzz: its routes would not be opened. */
export const providers: Record<string, Provider> = { sessionToken, ingestKey, signedPush, staffToken };

/** The headers by which a request to an operation of this scheme says who sends it. */
export async function credentialsFor(scheme: string | null, wish: CredentialWish): Promise<Headers> {
  if (wish.kind === "none") return {};
  // An open address gets a token all the same: it must not care.
  const provider = providers[scheme ?? "sessionToken"];
  if (!provider) throw new Error(`The fuzz has no credentials for the scheme "${scheme}".`);
  return provider(wish);
}
