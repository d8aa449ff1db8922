import type pg from "pg";
import type { AirbyteStandIn } from "../airbyte/stand-in.ts";

export interface PlacedConnector {
  shopId: string;
  connectorId: string;
  /** Null for a connector that is pushed. */
  airbyteConnectionId: string | null;
}

/** Makes it true, in the stand-in and in the database alike, that the connector's last success ended then. */
export async function placeLastSuccess(
  owner: pg.Pool,
  airbyte: AirbyteStandIn,
  { shopId, connectorId, airbyteConnectionId }: PlacedConnector,
  endedAt: Date,
): Promise<void> {
  const job = airbyteConnectionId ? airbyte.setLastSuccess(airbyteConnectionId, endedAt) : null;
  const runId = job ? String(job.jobId) : `placed-${endedAt.getTime()}`;
  await owner.query(
    "DELETE FROM sync_runs WHERE shop_id = $1 AND connector_id = $2 AND (ended_at IS NULL OR ended_at >= $3 OR external_run_id = $4)",
    [shopId, connectorId, endedAt, runId],
  );
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced, created_at, updated_at)
     VALUES ($1, $2, $3, 'succeeded', $4, $5, $6, $5, $5)`,
    [shopId, connectorId, runId, new Date(endedAt.getTime() - 40_000), endedAt, job?.rows ?? 3],
  );
  await owner.query("SELECT fold_connector_facts($1, $2)", [shopId, [connectorId]]);
}
