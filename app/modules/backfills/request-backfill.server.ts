import { randomUUID } from "node:crypto";
import { afterCommit } from "#app/platform/after-commit.server.ts";
import { AppError, notFound } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { isSource, sources } from "../connectors/sources.ts";
import { dqMetrics } from "../dq-metrics.server.ts";
import type { By } from "../incidents/act-on-incident.server.ts";
import type { Shop } from "../shops/shop.ts";
import { dayOf } from "../shops/shop-days.ts";
import type { Backfill } from "./backfill.ts";
import { findBackfilledConnector, findBackfills } from "./backfills.store.server.ts";
import { estimateBackfill } from "./estimate.ts";
import { loadEstimateFacts } from "./estimate-backfill.server.ts";
import { limitsOf, readRange } from "./range.ts";

const LONGEST_KEY = 200;

/**
 * Somebody wants days loaded again. A job does it; the database lets one be active per connector and per connection,
 * however many ask at once. The same idempotency key again: the same backfill, as it stands.
 * @param asked `{startDate, endDate}` as they came
 * @throws AppError not_found; conflict when one is active, the source is paused, or the key was used for other days;
 *   invalid with a message for each date
 */
export async function requestBackfill(
  tx: ShopTx,
  shop: Shop,
  connectorId: string,
  { asked, idempotencyKey, reason }: { asked: unknown; idempotencyKey: string | null; reason?: string },
  { actor, now, requestId }: By,
): Promise<Backfill> {
  const connector = await findBackfilledConnector(tx, connectorId);
  if (!connector || !isSource(connector.source)) throw notFound("connector");
  const source = connector.source;
  if (idempotencyKey !== null && (idempotencyKey === "" || idempotencyKey.length > LONGEST_KEY))
    throw new AppError("malformed", `An Idempotency-Key has 1 to ${LONGEST_KEY} characters.`);
  const isStaff = actor.role !== "merchant";
  const limits = limitsOf(source, { today: dayOf(now, shop.timeZone), scopes: connector.scopes });
  const range = readRange(asked, limits, { isStaff });
  const again = idempotencyKey === null ? null : await findByKey(tx, connectorId, idempotencyKey);
  if (again) return sameOrConflict(again, range);
  if (connector.isPaused)
    throw new AppError("conflict", `${sources[source].label} is paused. Resume it, then refill its days.`);

  const expected = estimateBackfill(await loadEstimateFacts(tx, shop, connector, source, range, now));
  const id = randomUUID();
  const made = await tx.$executeRaw`
    INSERT INTO backfill_jobs (shop_id, id, connector_id, connection_id, source, start_day, end_day, idempotency_key, requested_by, requested_role,
      created_at, due_at, eta_seconds, expected_seconds, expected_rows)
    VALUES (${shop.id}::uuid, ${id}::uuid, ${connectorId}::uuid, ${connector.connectionId}::uuid, ${source}, ${range.startDay}::date, ${range.endDay}::date,
      ${idempotencyKey}, ${actor.name}, ${actor.role}, ${now}::timestamptz, ${now}::timestamptz, ${expected.estimatedDurationSeconds},
      ${expected.estimatedDurationSeconds}, ${expected.estimatedRows})
    ON CONFLICT DO NOTHING`;
  if (made === 0) {
    // Somebody else was faster: with the same key it is theirs, with another one it is in the way.
    const theirs = idempotencyKey === null ? null : await findByKey(tx, connectorId, idempotencyKey);
    if (theirs) return sameOrConflict(theirs, range);
    throw new AppError(
      "conflict",
      "A backfill of this source, or of one on the same connection, is active already. Wait for it, or cancel it.",
    );
  }
  await enqueue(tx, [
    job("backfills.advance", { shopId: shop.id, backfillId: id }, { jobKey: `backfills.advance:${id}` }),
  ]);
  await recordAudit(tx, {
    shopId: shop.id,
    actor,
    action: "backfill.request",
    target: id,
    after: { connectorId, source, startDate: range.startDay, endDate: range.endDay },
    ...(reason ? { reason } : {}),
    requestId,
    at: now,
  });
  afterCommit(tx, () => dqMetrics.backfillsRequested.add(1, { source }));
  return (await findBackfills(tx, { id, limit: 1 }))[0]!;
}

const findByKey = async (tx: ShopTx, connectorId: string, idempotencyKey: string): Promise<Backfill | null> =>
  (await findBackfills(tx, { connectorId, idempotencyKey, limit: 1 }))[0] ?? null;

function sameOrConflict(backfill: Backfill, range: { startDay: string; endDay: string }): Backfill {
  if (backfill.startDate === range.startDay && backfill.endDate === range.endDay) return backfill;
  throw new AppError(
    "conflict",
    `This Idempotency-Key was used for ${backfill.startDate} to ${backfill.endDate}. Send another one for other days.`,
  );
}
