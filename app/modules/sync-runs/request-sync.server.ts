import { enqueue } from "#app/platform/queue.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor } from "../shops/shop.ts";
import { decideSyncRequest, type SyncRequest } from "./sync-request.ts";
import { lockConnectorForSync, markSyncRequested } from "./sync-requests.store.server.ts";

/**
 * Somebody wants a connector synced now. The engine is asked by a job; asked again meanwhile, the answer is the same
 * and nothing is started twice.
 * @throws AppError not_found; conflict when no sync can be started
 */
export async function requestSync(
  tx: ShopTx,
  connectorId: string,
  actor: Actor,
  now: Date,
  requestId: string,
  reason?: string,
): Promise<SyncRequest> {
  const connector = await lockConnectorForSync(tx, connectorId);
  const decision = decideSyncRequest(connector, now);
  if (!decision.start)
    return { connectorId, state: decision.state, requestedAt: decision.since.toISOString() };
  const { shopId, connectionId } = connector;
  if (connectionId) await markSyncRequested(tx, connectionId, now);
  await enqueue(tx, [
    job("connectors.sync", { shopId, connectorId }, { jobKey: `connectors.sync:${connectionId}` }),
  ]);
  await recordAudit(tx, {
    shopId,
    actor,
    action: "connector.sync",
    target: connectorId,
    ...(reason ? { reason } : {}),
    requestId,
    at: now,
  });
  return { connectorId, state: "requested", requestedAt: now.toISOString() };
}
