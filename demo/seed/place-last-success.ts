import type pg from "pg";
import { usualSyncMs } from "../airbyte/pace.ts";
import type { AirbyteStandIn } from "../airbyte/stand-in.ts";
import { countLoaded } from "./loaded-rows.ts";

export interface PlacedConnector {
  shopId: string;
  domain: string;
  connectorId: string;
  source: string;
  /** Null for a connector that is pushed. */
  airbyteConnectionId: string | null;
}

/**
 * Makes it true, in the stand-in and in the database alike, that the connector's last success ended then. It has loaded
 * what the warehouse holds since the one before, of the last day if there was none.
 */
export async function placeLastSuccess(
  owner: pg.Pool,
  airbyte: AirbyteStandIn,
  { shopId, domain, connectorId, source, airbyteConnectionId }: PlacedConnector,
  endedAt: Date,
): Promise<void> {
  const since = `coalesce((SELECT max(ended_at) FROM sync_runs WHERE shop_id = $1 AND connector_id = $2 AND status = 'succeeded' AND ended_at < $4), $4::timestamptz - interval '1 day')`;
  const loaded = await owner.query<{ rows: string }>(
    `SELECT ${countLoaded(source, { shop: "$3", since, until: "$4::timestamptz" })} AS rows`,
    [shopId, connectorId, domain, endedAt],
  );
  const rows = Number(loaded.rows[0]!.rows);
  const job = airbyteConnectionId ? airbyte.setLastSuccess(airbyteConnectionId, endedAt, rows) : null;
  // A poll that asked before the stand-in changed would bring the old runs back.
  if (job) await waitForPolls(owner);
  const runId = job ? String(job.jobId) : `placed-${endedAt.getTime()}`;
  await owner.query(
    "DELETE FROM sync_runs WHERE shop_id = $1 AND connector_id = $2 AND (ended_at IS NULL OR ended_at >= $3 OR external_run_id = $4)",
    [shopId, connectorId, endedAt, runId],
  );
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced, created_at, updated_at)
     VALUES ($1, $2, $3, 'succeeded', $4, $5, $6, $5, $5)`,
    [shopId, connectorId, runId, new Date(endedAt.getTime() - usualSyncMs), endedAt, rows],
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
