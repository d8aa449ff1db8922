import type { ShopTx } from "../../platform/tenant.server.ts";

export interface AirbyteWorkspace {
  workspaceId: string;
  jobsCursorAt: Date | null;
  discoveredAt: Date | null;
  lastPolledAt: Date | null;
  unreachableSince: Date | null;
  unreachableReason: string | null;
}

export type ConnectionStatus = "active" | "inactive" | "deprecated" | "locked";

export interface StoredConnection {
  id: string;
  externalId: string;
  name: string;
  status: ConnectionStatus;
  sourceId: string | null;
  streams: string[];
  unmatchedReason: string | null;
  /** A person said what it feeds: discovery leaves it alone. */
  isMappedByStaff: boolean;
}

export interface SeenConnection {
  externalId: string;
  name: string;
  status: ConnectionStatus;
  sourceId: string | null;
  destinationId: string | null;
  streams: readonly string[];
}

/** The shop's Airbyte workspace and our sight of it; null when it has none. */
export async function findAirbyteWorkspace(tx: ShopTx, shopId: string): Promise<AirbyteWorkspace | null> {
  const [row] = await tx.$queryRaw<AirbyteWorkspace[]>`
    SELECT workspace_id AS "workspaceId", jobs_cursor_at AS "jobsCursorAt", discovered_at AS "discoveredAt",
      last_polled_at AS "lastPolledAt", unreachable_since AS "unreachableSince", unreachable_reason AS "unreachableReason"
    FROM airbyte_workspaces WHERE shop_id = ${shopId}::uuid`;
  return row ?? null;
}

export function listAirbyteConnections(tx: ShopTx, shopId: string): Promise<StoredConnection[]> {
  return tx.$queryRaw<StoredConnection[]>`
    SELECT id, external_id AS "externalId", name, status, source_id AS "sourceId", streams, unmatched_reason AS "unmatchedReason",
      mapped_by_staff AS "isMappedByStaff"
    FROM connections WHERE shop_id = ${shopId}::uuid AND engine = 'airbyte' ORDER BY name, id`;
}

/** Saves what Airbyte listed; a connection that it no longer lists becomes `deprecated`. Answers our id by Airbyte's. */
export async function saveAirbyteConnections(
  tx: ShopTx,
  shopId: string,
  seen: readonly SeenConnection[],
  now: Date,
): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ id: string; externalId: string }[]>`
    INSERT INTO connections (shop_id, engine, external_id, name, status, source_id, destination_id, streams, discovered_at, seen_at)
    SELECT ${shopId}::uuid, 'airbyte', s."externalId", s.name, s.status, s."sourceId", s."destinationId", s.streams, ${now}::timestamptz, ${now}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(seen)}::jsonb)
      AS s ("externalId" text, name text, status text, "sourceId" text, "destinationId" text, streams text[])
    ON CONFLICT (shop_id, engine, external_id) DO UPDATE SET name = excluded.name, status = excluded.status,
      source_id = excluded.source_id, destination_id = excluded.destination_id, streams = excluded.streams, seen_at = excluded.seen_at
    RETURNING id, external_id AS "externalId"`;
  await tx.$executeRaw`
    UPDATE connections SET status = 'deprecated'
    WHERE shop_id = ${shopId}::uuid AND engine = 'airbyte' AND status <> 'deprecated'
      AND external_id <> ALL (${seen.map((connection) => connection.externalId)}::text[])`;
  return new Map(rows.map((row) => [row.externalId, row.id]));
}

/** Why a connection feeds no connector, for staff; null: it does. */
export async function saveUnmatchedReasons(
  tx: ShopTx,
  shopId: string,
  reasons: readonly { id: string; reason: string | null }[],
): Promise<void> {
  await tx.$executeRaw`
    UPDATE connections c SET unmatched_reason = r.reason
    FROM jsonb_to_recordset(${JSON.stringify(reasons)}::jsonb) AS r (id uuid, reason text)
    WHERE c.shop_id = ${shopId}::uuid AND c.id = r.id AND c.unmatched_reason IS DISTINCT FROM r.reason`;
}

/** A poll that was answered: Airbyte is reachable, and its news is known up to the cursor, which never goes back. */
export async function recordPolled(
  tx: ShopTx,
  shopId: string,
  polled: { cursorAt: Date | null; discovered: boolean; now: Date },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE airbyte_workspaces SET last_polled_at = ${polled.now}::timestamptz, unreachable_since = NULL, unreachable_reason = NULL,
      jobs_cursor_at = greatest(jobs_cursor_at, ${polled.cursorAt}::timestamptz),
      discovered_at = CASE WHEN ${polled.discovered} THEN ${polled.now}::timestamptz ELSE discovered_at END
    WHERE shop_id = ${shopId}::uuid`;
}

/** A poll that was not: since when we see nothing (the first failure counts), and why (the latest). */
export async function recordUnreachable(
  tx: ShopTx,
  shopId: string,
  reason: string,
  now: Date,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE airbyte_workspaces SET unreachable_since = coalesce(unreachable_since, ${now}::timestamptz), unreachable_reason = ${reason}
    WHERE shop_id = ${shopId}::uuid`;
}

/** A person said what a connection feeds, or why it feeds nothing. */
export async function saveStaffMapping(
  tx: ShopTx,
  connectionId: string,
  unmatchedReason: string | null,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE connections SET mapped_by_staff = true, unmatched_reason = ${unmatchedReason} WHERE id = ${connectionId}::uuid`;
}

/** The next poll reads jobs as far back as the first one did: a connection feeds what it did not feed before. */
export async function readAirbyteFromStart(tx: ShopTx, shopId: string): Promise<void> {
  await tx.$executeRaw`UPDATE airbyte_workspaces SET jobs_cursor_at = NULL WHERE shop_id = ${shopId}::uuid`;
}
