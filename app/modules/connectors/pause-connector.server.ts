import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import { saveShopHealth } from "../health/shop-health.store.server.ts";
import type { By } from "../incidents/act-on-incident.server.ts";

export interface PauseState {
  connectorId: string;
  pausedAt: string | null;
}

/**
 * Staff pause a source, or take it up again. Paused, it is judged by nothing, counts in no score and cannot be synced
 * from here; what the engine does by its own schedule goes on. Its problems with syncing close; taken up again, it is
 * judged at once.
 * @throws AppError not_found; conflict when it is so already, or a backfill of it is active
 */
export async function pauseConnector(
  tx: ShopTx,
  connectorId: string,
  { isPaused, reason }: { isPaused: boolean; reason: string },
  { actor, now, requestId }: By,
): Promise<PauseState> {
  const [row] = await tx.$queryRaw<{ shopId: string; pausedAt: Date | null; isRefilling: boolean }[]>`
    SELECT c.shop_id AS "shopId", c.paused_at AS "pausedAt", EXISTS (SELECT FROM backfill_jobs b WHERE b.shop_id = c.shop_id
      AND b.connector_id = c.id AND b.status NOT IN ('completed', 'failed', 'cancelled')) AS "isRefilling"
    FROM connectors c WHERE c.id = ${connectorId}::uuid FOR UPDATE OF c`;
  if (!row) throw notFound("connector");
  if ((row.pausedAt !== null) === isPaused)
    throw new AppError(
      "conflict",
      isPaused ? "This source is paused already." : "This source is not paused.",
    );
  if (isPaused && row.isRefilling)
    throw new AppError(
      "conflict",
      "A backfill of this source is active. Cancel it or let it end, then pause it.",
    );
  const pausedAt = isPaused ? now : null;
  await tx.$executeRaw`UPDATE connectors SET paused_at = ${pausedAt}::timestamptz WHERE id = ${connectorId}::uuid`;
  await recordAudit(tx, {
    shopId: row.shopId,
    actor,
    action: isPaused ? "connector.pause" : "connector.resume",
    target: connectorId,
    before: { pausedAt: row.pausedAt?.toISOString() ?? null },
    after: { pausedAt: pausedAt?.toISOString() ?? null },
    reason,
    requestId,
    at: now,
  });
  await judgeConnectors(tx, { shopIds: [row.shopId], connectorIds: [connectorId], now });
  await saveShopHealth(tx, [row.shopId], now);
  return { connectorId, pausedAt: pausedAt?.toISOString() ?? null };
}
