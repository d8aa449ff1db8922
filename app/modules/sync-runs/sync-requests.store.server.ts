import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { SyncFacts, SyncProblem } from "./sync-request.ts";

interface LockedConnector extends SyncFacts {
  shopId: string;
  source: string;
  connectionId: string | null;
  /** The engine's own id of the connection. */
  externalId: string | null;
}

/** A connector as far as starting a sync is concerned, locked until the transaction ends. @throws AppError not_found */
export async function lockConnectorForSync(tx: ShopTx, connectorId: string): Promise<LockedConnector> {
  const [row] = await tx.$queryRaw<(Omit<LockedConnector, "isPaused"> & { pausedAt: Date | null })[]>`
    SELECT c.shop_id AS "shopId", c.source, c.engine, c.paused_at AS "pausedAt", c.connection_id AS "connectionId",
      n.external_id AS "externalId", n.status AS "connectionStatus", c.running_since AS "runningSince",
      c.sync_requested_at AS "requestedAt"
    FROM connectors c LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id
    WHERE c.id = ${connectorId}::uuid FOR UPDATE OF c`;
  if (!row) throw notFound("connector");
  const { pausedAt, ...facts } = row;
  return { ...facts, isPaused: pausedAt !== null };
}

/** Notes a request on every connector that the connection feeds: one sync serves them all. */
export async function markSyncRequested(tx: ShopTx, connectionId: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE connectors SET sync_requested_at = ${now}::timestamptz, sync_request_problem = NULL
    WHERE connection_id = ${connectionId}::uuid`;
}

/** The request came to an end: its sync runs (null), or could not be started. */
export async function endSyncRequest(
  tx: ShopTx,
  connectionId: string,
  problem: SyncProblem | null,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE connectors SET sync_requested_at = NULL, sync_request_problem = ${problem}
    WHERE connection_id = ${connectionId}::uuid`;
}
