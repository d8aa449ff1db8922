import { Webhook } from "standardwebhooks";
import { mintSessionToken } from "#e2e/support/session-token.ts";
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

/** Per security scheme of the document. A scheme that is not here fails the fuzz: its routes would not be opened. */
export const providers: Record<string, Provider> = { sessionToken, ingestKey, signedPush };

/** The headers by which a request to an operation of this scheme says who sends it. */
export async function credentialsFor(scheme: string | null, wish: CredentialWish): Promise<Headers> {
  if (wish.kind === "none") return {};
  // An open address gets a token all the same: it must not care.
  const provider = providers[scheme ?? "sessionToken"];
  if (!provider) throw new Error(`The fuzz has no credentials for the scheme "${scheme}".`);
  return provider(wish);
}
