import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { type IngestKeyView, MOST_LIVE_KEYS, type NewKey, ROTATION_DAYS } from "./ingest-key.ts";
import { createIngestKey, endIngestKey, listLiveIngestKeys } from "./ingest-keys.store.server.ts";

/** The shop's keys that work now, newest first. */
export async function listIngestKeys(tx: ShopTx, shopId: string, now: Date): Promise<IngestKeyView[]> {
  return (await listLiveIngestKeys(tx, shopId, now)).map((key) => ({
    id: key.id,
    prefix: key.prefix,
    createdAt: key.createdAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    expiresAt: key.expiresAt?.toISOString() ?? null,
  }));
}

/**
 * A new key beside the one that works, which goes on for a week so that the pipeline can move over to it.
 * @throws AppError conflict when two work already
 */
export async function rotateIngestKey(tx: ShopTx, shopId: string, reason: string, by: By): Promise<NewKey> {
  const live = await lockLiveKeys(tx, shopId, by.now);
  if (live.length >= MOST_LIVE_KEYS)
    throw new AppError(
      "conflict",
      "Two keys work already. Revoke the one that is no longer used, then make a new one.",
    );
  const [previous] = live;
  const until = new Date(by.now.getTime() + ROTATION_DAYS * 86_400_000);
  const ends = previous?.expiresAt && previous.expiresAt < until ? previous.expiresAt : until;
  if (previous) await endIngestKey(tx, shopId, previous.id, ends);
  const key = await createIngestKey(tx, shopId, by.now);
  const previousUntil = previous ? ends.toISOString() : null;
  await recordAudit(tx, {
    shopId,
    actor: by.actor,
    action: "ingest_key.create",
    target: key.id,
    ...(previous ? { before: { key: previous.id, expiresAt: previous.expiresAt } } : {}),
    after: { key: key.id, ...(previous ? { previousKeyWorksUntil: previousUntil } : {}) },
    reason,
    requestId: by.requestId,
    at: by.now,
  });
  return { ...key, previousUntil };
}

/** A key stops working now. @throws AppError not_found */
export async function revokeIngestKey(
  tx: ShopTx,
  shopId: string,
  keyId: string,
  reason: string,
  by: By,
): Promise<void> {
  const live = await lockLiveKeys(tx, shopId, by.now);
  const key = live.find(({ id }) => id === keyId);
  if (!key) throw notFound("key");
  await endIngestKey(tx, shopId, keyId, by.now);
  await recordAudit(tx, {
    shopId,
    actor: by.actor,
    action: "ingest_key.revoke",
    target: keyId,
    before: { key: `${key.prefix}…`, lastUsedAt: key.lastUsedAt },
    after: { keysLeft: live.length - 1 },
    reason,
    requestId: by.requestId,
    at: by.now,
  });
}

/** One change of a shop's keys at a time: two at once would each see room for one more. */
async function lockLiveKeys(tx: ShopTx, shopId: string, now: Date) {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('ingest_keys ' || ${shopId}, 0))`;
  return listLiveIngestKeys(tx, shopId, now);
}
