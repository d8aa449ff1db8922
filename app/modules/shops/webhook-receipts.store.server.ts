import type { ShopTx } from "#app/platform/tenant.server.ts";

/** A webhook that arrived. Belongs to no tenant: its domain may be one we never knew. */
export interface WebhookReceipt {
  topic: string;
  domain: string;
  /** When it happened; when it arrived, if Shopify does not say. */
  happenedAt: Date;
  payload: unknown;
  handledAt: Date | null;
}

/** Notes that a webhook arrived. False: it had before, and what it asks for is done or under way. */
export async function recordWebhookReceipt(
  tx: ShopTx,
  receipt: { webhookId: string; topic: string; domain: string; triggeredAt: Date | null; payload: object },
): Promise<boolean> {
  const { webhookId, topic, domain, triggeredAt, payload } = receipt;
  const inserted = await tx.$executeRaw`
    INSERT INTO webhook_receipts (webhook_id, topic, domain, triggered_at, payload)
    VALUES (${webhookId}, ${topic}, ${domain}, ${triggeredAt}::timestamptz, ${JSON.stringify(payload)}::jsonb)
    ON CONFLICT (webhook_id) DO NOTHING`;
  return inserted > 0;
}

export async function findWebhookReceipt(tx: ShopTx, webhookId: string): Promise<WebhookReceipt | null> {
  const [row] = await tx.$queryRaw<WebhookReceipt[]>`
    SELECT topic, domain, coalesce(triggered_at, received_at) AS "happenedAt", payload, handled_at AS "handledAt"
    FROM webhook_receipts WHERE webhook_id = ${webhookId}`;
  return row ?? null;
}

/** False: somebody else has handled it. Until the transaction ends, nobody else can. */
export async function claimWebhookReceipt(tx: ShopTx, webhookId: string, now: Date): Promise<boolean> {
  const claimed = await tx.$executeRaw`
    UPDATE webhook_receipts SET handled_at = ${now}::timestamptz WHERE webhook_id = ${webhookId} AND handled_at IS NULL`;
  return claimed > 0;
}

/** The shop whose erasure a webhook has begun; null: it has begun none. */
export async function findErasingShop(tx: ShopTx, webhookId: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ shopId: string | null }[]>`
    SELECT payload ->> 'erasing' AS "shopId" FROM webhook_receipts WHERE webhook_id = ${webhookId} FOR UPDATE`;
  return row?.shopId ?? null;
}

/** Remembers which shop a webhook erases: it cannot be found by its domain any more. */
export async function noteErasingShop(tx: ShopTx, webhookId: string, shopId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE webhook_receipts SET payload = payload || jsonb_build_object('erasing', ${shopId}::text) WHERE webhook_id = ${webhookId}`;
}

/** Of a shop that is erased, only the receipt that asked for it stays, so that its second delivery is known. */
export async function dropReceiptsOfErasedShop(
  tx: ShopTx,
  { webhookId, domain, happenedAt }: WebhookReceipt & { webhookId: string },
): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM webhook_receipts WHERE domain = ${domain} AND webhook_id <> ${webhookId} AND handled_at IS NOT NULL
      AND coalesce(triggered_at, received_at) <= ${happenedAt}::timestamptz`;
  await tx.$executeRaw`UPDATE webhook_receipts SET payload = '{}' WHERE webhook_id = ${webhookId}`;
}

/** Webhooks that nobody has obeyed though they came before then, the oldest first. */
export async function listForgottenReceipts(tx: ShopTx, before: Date, wanted: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT webhook_id AS id FROM webhook_receipts WHERE handled_at IS NULL AND received_at < ${before}::timestamptz
    ORDER BY received_at LIMIT ${wanted}`;
  return rows.map(({ id }) => id);
}

/** Has a later webhook of the same kind, with something in it, arrived from the shop? */
export async function hasLaterReceipt(
  tx: ShopTx,
  { topic, domain, happenedAt }: WebhookReceipt,
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM webhook_receipts WHERE domain = ${domain} AND topic = ${topic}
      AND triggered_at > ${happenedAt}::timestamptz AND payload <> '{}') AS found`;
  return row!.found;
}
