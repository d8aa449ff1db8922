import { randomBytes, randomUUID } from "node:crypto";
import { sha256 } from "#app/platform/crypto.server.ts";
import { db } from "#app/platform/db.server.ts";
import { log } from "#app/platform/log.server.ts";
import { secretBox } from "#app/platform/secrets.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";

/** A new key, told to its owner this once: we keep the bearer key's hash and the signing secret encrypted. */
export interface NewIngestKey {
  id: string;
  /** `shk_…`, for `Authorization: Bearer`. */
  bearerKey: string;
  /** `whsec_…`, for signing as Standard Webhooks does. */
  signingSecret: string;
}

export interface SigningSecret {
  keyId: string;
  secret: string;
}

/** Whose bearer key it is. */
export interface IngestKeyHolder {
  keyId: string;
  shopId: string;
  shopDomain: string;
}

const contextOf = (keyId: string) => `ingest_key:${keyId}:signing_secret`;

/** So many characters of a bearer key are kept as they are: 12 of its 46, with `shk_`. */
const PREFIX_LENGTH = 12;

/** A key of its own for the shop, beside those it has. */
export async function createIngestKey(tx: ShopTx, shopId: string, now: Date): Promise<NewIngestKey> {
  const id = randomUUID();
  const bearerKey = `shk_${randomBytes(32).toString("base64url")}`;
  const signingSecret = `whsec_${randomBytes(32).toString("base64")}`;
  await tx.$executeRaw`
    INSERT INTO ingest_keys (shop_id, id, bearer_hash, prefix, signing_secret_encrypted, created_at)
    VALUES (${shopId}::uuid, ${id}::uuid, ${sha256(bearerKey)}, ${bearerKey.slice(0, PREFIX_LENGTH)},
      ${secretBox().encrypt(signingSecret, contextOf(id))}, ${now}::timestamptz)`;
  return { id, bearerKey, signingSecret };
}

export interface LiveIngestKey {
  id: string;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
}

/** The keys that work now, newest first. */
export function listLiveIngestKeys(tx: ShopTx, shopId: string, now: Date): Promise<LiveIngestKey[]> {
  return tx.$queryRaw<LiveIngestKey[]>`
    SELECT id, prefix, created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt" FROM ingest_keys
    WHERE shop_id = ${shopId}::uuid AND (expires_at IS NULL OR expires_at > ${now}::timestamptz) ORDER BY created_at DESC, id`;
}

/** A key works until then, and no longer. */
export async function endIngestKey(tx: ShopTx, shopId: string, keyId: string, at: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE ingest_keys SET expires_at = ${at}::timestamptz WHERE shop_id = ${shopId}::uuid AND id = ${keyId}::uuid`;
}

/** The live key that a bearer is, of a shop that has the app installed; null for any other. */
export async function findIngestKey(bearerKey: string): Promise<IngestKeyHolder | null> {
  const [key] = await db().$queryRaw<{ shopId: string; keyId: string }[]>`
    SELECT shop_id AS "shopId", key_id AS "keyId" FROM find_ingest_key(${sha256(bearerKey)})`;
  if (!key) return null;
  const shop = await withShop(key.shopId, (tx) =>
    tx.shop.findFirst({ where: { id: key.shopId, uninstalledAt: null }, select: { domain: true } }),
  );
  return shop && { ...key, shopDomain: shop.domain };
}

/** The signing secrets that count now, newest first: more than one while a key is being replaced. */
export async function findLiveSigningSecrets(
  tx: ShopTx,
  shopId: string,
  now: Date,
): Promise<SigningSecret[]> {
  const rows = await tx.$queryRaw<{ id: string; sealed: string }[]>`
    SELECT id, signing_secret_encrypted AS sealed FROM ingest_keys
    WHERE shop_id = ${shopId}::uuid AND (expires_at IS NULL OR expires_at > ${now}::timestamptz)
    ORDER BY created_at DESC, id`;
  return rows.flatMap(({ id, sealed }) => {
    try {
      return [{ keyId: id, secret: secretBox().decrypt(sealed, contextOf(id)) }];
    } catch (error) {
      log.error({ err: error, keyId: id }, "an ingest key's signing secret cannot be opened");
      return [];
    }
  });
}

/** Notes that a key is in use, to the minute: staff sees which may be removed. */
export async function markIngestKeyUsed(tx: ShopTx, shopId: string, keyId: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE ingest_keys SET last_used_at = ${now}::timestamptz
    WHERE shop_id = ${shopId}::uuid AND id = ${keyId}::uuid
      AND (last_used_at IS NULL OR last_used_at < ${now}::timestamptz - interval '1 minute')`;
}
