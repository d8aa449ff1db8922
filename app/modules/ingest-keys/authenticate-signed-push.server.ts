import { Webhook } from "standardwebhooks";
import { AppError } from "#app/platform/errors.ts";
import { readBody } from "#app/platform/http/request-body.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { findShopByDomain } from "../shops/shops.store.server.ts";
import { findLiveSigningSecrets, type SigningSecret } from "./ingest-keys.store.server.ts";
import { perIngestKey } from "./key-limit.server.ts";

/** What arrived at the door, nothing of it believed yet. */
export interface Push {
  shopDomain: string;
  webhookId: string;
  webhookTimestamp: string;
  webhookSignature: string;
  body: Buffer;
}

/** A request as it came. */
export async function readPush(request: Request): Promise<Push> {
  const header = (name: string) => request.headers.get(name) ?? "";
  return {
    shopDomain: header("x-sync-health-shop"),
    webhookId: header("webhook-id"),
    webhookTimestamp: header("webhook-timestamp"),
    webhookSignature: header("webhook-signature"),
    body: await readBody(request),
  };
}

const refused = () =>
  new AppError(
    "unauthenticated",
    "Send x-sync-health-shop, webhook-id, webhook-timestamp and a webhook-signature made with a live key of that shop, within five minutes.",
  );

/**
 * Whose pipeline signed this.
 * @throws AppError unauthenticated, the same for an unknown shop and a wrong signature; rate_limited, per key
 */
export async function authenticateSignedPush(
  push: Push,
  now: Date,
): Promise<{ shop: { id: string; domain: string }; keyId: string }> {
  const shop = await findShopByDomain(push.shopDomain);
  if (!shop || shop.uninstalledAt) throw refused();
  const secrets = await withShop(shop.id, (tx) => findLiveSigningSecrets(tx, shop.id, now));
  const key = secrets.find((secret) => isSignedWith(secret, push));
  if (!key) throw refused();
  await perIngestKey.spend(key.keyId);
  return { shop, keyId: key.keyId };
}

/** Standard Webhooks: HMAC over id, timestamp and body, at most five minutes old. */
function isSignedWith({ secret }: SigningSecret, push: Push): boolean {
  try {
    new Webhook(secret).verify(
      push.body,
      {
        "webhook-id": push.webhookId,
        "webhook-timestamp": push.webhookTimestamp,
        "webhook-signature": push.webhookSignature,
      },
      { jsonParse: false },
    );
    return true;
  } catch {
    return false;
  }
}
