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
