import { afterCommit } from "#app/platform/after-commit.server.ts";
import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { dqMetrics } from "../dq-metrics.server.ts";
import type { By } from "../incidents/act-on-incident.server.ts";
import { type Backfill, BackfillReason, type BackfillStatus, isEnded } from "./backfill.ts";
import { queueStep } from "./backfill-steps.store.server.ts";
import { findBackfilledConnector, findBackfills } from "./backfills.store.server.ts";
import { moveBackfill } from "./machine.ts";

/**
 * Somebody wants the active backfill of a connector stopped. What was done is undone by its job; asked again meanwhile,
 * the answer is the same.
 * @throws AppError not_found; conflict when none is active, or all is loaded already
 */
export async function cancelBackfill(
  tx: ShopTx,
  connectorId: string,
  { actor, now, requestId }: By,
  reason?: string,
): Promise<Backfill> {
  if (!(await findBackfilledConnector(tx, connectorId))) throw notFound("connector");
  const [row] = await tx.$queryRaw<
    { shopId: string; id: string; status: BackfillStatus; reason: string | null }[]
  >`
    SELECT shop_id AS "shopId", id, status, reason FROM backfill_jobs
    WHERE connector_id = ${connectorId}::uuid AND status NOT IN ('completed', 'failed', 'cancelled') FOR UPDATE`;
  if (!row)
    throw new AppError("conflict", "No backfill of this source is active; there is nothing to cancel.");
  const current = async () => (await findBackfills(tx, { id: row.id, limit: 1 }))[0]!;
  if (row.status === "cancelling") return current();
  const place = { status: row.status, reason: BackfillReason.safeParse(row.reason).data ?? null };
  const moved = moveBackfill(place, { kind: "cancel_asked" });
  if (!moved)
    throw new AppError(
      "conflict",
      "All days are loaded already and are being checked; there is nothing to cancel.",
    );
  const hasEnded = isEnded(moved.status);
  await tx.$executeRaw`
    UPDATE backfill_jobs SET status = ${moved.status}, reason = NULL, ended_at = CASE WHEN ${hasEnded} THEN ${now}::timestamptz END,
      eta_seconds = NULL, due_at = CASE WHEN ${hasEnded} THEN NULL ELSE ${now}::timestamptz END
    WHERE id = ${row.id}::uuid`;
  await recordAudit(tx, {
    shopId: row.shopId,
    actor,
    action: "backfill.cancel",
    target: row.id,
    before: { status: row.status },
    after: { status: moved.status },
    ...(reason ? { reason } : {}),
    requestId,
    at: now,
  });
  if (hasEnded) afterCommit(tx, () => dqMetrics.backfillsCompleted.add(1, { outcome: "cancelled" }));
  // Also where nothing is left to do: the job of a lost worker gives its place to one that ends.
  await queueStep(tx, row.shopId, row.id, now);
  return current();
}
