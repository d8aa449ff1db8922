import { db } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { FailureReason } from "../connectors/connector.ts";

/** Whose workspace an address of ours belongs to, by the hash of its token; null for a token that is none. */
export async function findAirbyteWebhook(tokenHash: string): Promise<{ shopId: string } | null> {
  const [row] = await db().$queryRaw<
    { shopId: string }[]
  >`SELECT shop_id AS "shopId" FROM find_airbyte_webhook(${tokenHash})`;
  return row ?? null;
}

/** Keeps what a notification said of a job. False: it was said before. */
export async function saveHint(
  tx: ShopTx,
  shopId: string,
  hint: { jobId: string; event: string; failureReason: FailureReason | null; errorMessage: string | null },
  now: Date,
): Promise<boolean> {
  const saved = await tx.$executeRaw`
    INSERT INTO airbyte_hints (shop_id, job_id, event, failure_reason, error_message, received_at)
    VALUES (${shopId}::uuid, ${hint.jobId}, ${hint.event}, ${hint.failureReason}, ${hint.errorMessage}, ${now}::timestamptz)
    ON CONFLICT DO NOTHING`;
  return saved > 0;
}

/** Why a job failed, as its notifications say; nulls when none came. Marks them as confirmed. */
export async function confirmHints(
  tx: ShopTx,
  shopId: string,
  jobId: string,
  now: Date,
): Promise<{ failureReason: FailureReason | null; errorMessage: string | null }> {
  const rows = await tx.$queryRaw<{ failureReason: string | null; errorMessage: string | null }[]>`
    UPDATE airbyte_hints SET confirmed_at = coalesce(confirmed_at, ${now}::timestamptz)
    WHERE shop_id = ${shopId}::uuid AND job_id = ${jobId}
    RETURNING failure_reason AS "failureReason", error_message AS "errorMessage"`;
  return {
    failureReason: FailureReason.safeParse(rows.find((row) => row.failureReason)?.failureReason).data ?? null,
    errorMessage: rows.find((row) => row.errorMessage)?.errorMessage ?? null,
  };
}
