import { AppError, notFound } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { isSource, sources } from "../connectors/sources.ts";
import { dqMetrics } from "../dq-metrics.server.ts";
import type { By } from "../incidents/act-on-incident.server.ts";
import { addNotices } from "../notices/notices.store.server.ts";
import { type Backfill, BackfillReason, type BackfillStatus, isEnded } from "./backfill.ts";
import { queueStep } from "./backfill-steps.store.server.ts";
import { findBackfills } from "./backfills.store.server.ts";
import { moveBackfill } from "./machine.ts";
import { describeReason } from "./reason-words.ts";

/**
 * Staff close a backfill that waits for them: they have loaded its days by hand, or will not. Loaded, its days are
 * compared with before where that is known, as after any other.
 * @throws AppError not_found; conflict when it does not wait for a person
 */
export async function finishBackfill(
  tx: ShopTx,
  backfillId: string,
  { outcome, reason }: { outcome: "loaded" | "failed"; reason: string },
  { actor, now, requestId }: By,
): Promise<Backfill> {
  const [row] = await tx.$queryRaw<
    {
      shopId: string;
      connectorId: string;
      source: string;
      status: BackfillStatus;
      reason: string | null;
      canCompare: boolean;
    }[]
  >`
    SELECT shop_id AS "shopId", connector_id AS "connectorId", source, status, reason, before IS NOT NULL AS "canCompare"
    FROM backfill_jobs WHERE id = ${backfillId}::uuid FOR UPDATE`;
  if (!row) throw notFound("backfill");
  const place = { status: row.status, reason: BackfillReason.safeParse(row.reason).data ?? null };
  const moved = moveBackfill(
    place,
    outcome === "loaded"
      ? { kind: "loaded_by_hand", canCompare: row.canCompare }
      : { kind: "given_up_by_hand" },
  );
  if (!moved)
    throw new AppError("conflict", "This backfill does not wait for a person; there is nothing to close.");
  const hasEnded = isEnded(moved.status);
  await tx.$executeRaw`
    UPDATE backfill_jobs SET status = ${moved.status}, reason = ${moved.reason}, eta_seconds = NULL,
      percent = CASE WHEN ${moved.status} = 'completed' THEN 100 ELSE percent END,
      started_at = coalesce(started_at, ${now}::timestamptz), ended_at = CASE WHEN ${hasEnded} THEN ${now}::timestamptz END,
      due_at = CASE WHEN ${hasEnded} THEN NULL ELSE ${now}::timestamptz END
    WHERE id = ${backfillId}::uuid`;
  if (!hasEnded) await queueStep(tx, row.shopId, backfillId, now);
  await recordAudit(tx, {
    shopId: row.shopId,
    actor,
    action: "backfill.finish",
    target: backfillId,
    before: { status: row.status },
    after: { status: moved.status, outcome },
    reason,
    requestId,
    at: now,
  });
  if (hasEnded) await tell(tx, { ...row, id: backfillId }, moved.status, now);
  return (await findBackfills(tx, { id: backfillId, limit: 1 }))[0]!;
}

/** What the end of any backfill tells: Home, the shop's own workflows, the metrics. */
async function tell(
  tx: ShopTx,
  {
    shopId,
    id,
    connectorId,
    source,
    reason,
  }: { shopId: string; id: string; connectorId: string; source: string; reason: string | null },
  status: BackfillStatus,
  now: Date,
): Promise<void> {
  const label = isSource(source) ? sources[source].label : source;
  const isDone = status === "completed";
  const why = BackfillReason.safeParse(reason).data;
  await addNotices(
    tx,
    [
      {
        shopId,
        kind: "backfill_finished",
        connectorId,
        path: "/app/backfills",
        title: isDone ? `${label} was refilled` : `${label} could not be refilled`,
        body: isDone
          ? "Our support loaded the days again."
          : why === "no_way_to_backfill" || why === "unsafe_destination" || !why
            ? "Our support could not load the days again. Contact support for what else can be done."
            : describeReason(why, label),
      },
    ],
    now,
  );
  if (isDone) await enqueue(tx, [job("backfills.tell", { shopId, backfillId: id })]);
  dqMetrics.backfillsCompleted.add(1, { outcome: isDone ? "completed" : "failed" });
}
