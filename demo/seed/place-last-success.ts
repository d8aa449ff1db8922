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
  // A poll that asked before the stand-in changed would bring the old runs back.
  if (job) await waitForPolls(owner);
  const runId = job ? String(job.jobId) : `placed-${endedAt.getTime()}`;
  await owner.query(
    "DELETE FROM sync_runs WHERE shop_id = $1 AND connector_id = $2 AND (ended_at IS NULL OR ended_at >= $3 OR external_run_id = $4)",
    [shopId, connectorId, endedAt, runId],
  );
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced, created_at, updated_at)
     SELECT $1::uuid, $2::uuid, $3, 'succeeded', $4, $5::timestamptz, coalesce(nullif($6::bigint, 0), (SELECT rows_synced FROM sync_runs WHERE shop_id = $1::uuid AND connector_id = $2::uuid AND rows_synced > 0 ORDER BY ended_at DESC LIMIT 1), 3), $5::timestamptz, $5::timestamptz`,
    [shopId, connectorId, runId, new Date(endedAt.getTime() - 40_000), endedAt, job?.rows ?? null],
  );
  await owner.query("SELECT fold_connector_facts($1, $2)", [shopId, [connectorId]]);
}

/** Resolves when nobody is asking Airbyte for news, or after ten seconds. */
async function waitForPolls(owner: pg.Pool): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    const { rowCount } = await owner.query(
      "SELECT 1 FROM graphile_worker.jobs WHERE task_identifier IN ('airbyte.poll_shop', 'airbyte.follow_job') AND locked_at > now() - interval '1 minute' LIMIT 1",
    );
    if (!rowCount) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}
