import { type AirbyteClient, hasEnded } from "#app/integrations/airbyte/client.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import { airbyteFromEnv } from "#app/integrations/airbyte/from-env.ts";
import type { AirbyteJob } from "#app/integrations/airbyte/schemas.ts";
import { env } from "#app/platform/env.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { listAirbyteConnections } from "../connectors/connections.store.server.ts";
import { listConnectors } from "../connectors/connectors.store.server.ts";
import { confirmHints } from "./airbyte-hints.store.server.ts";
import { reportsOfJob } from "./airbyte-job.ts";
import { recordSyncRuns } from "./record-sync-runs.server.ts";

/** Seconds until a job that goes on is asked for again: soon at first, then as rarely as the poller, which takes over. */
const pauses = [3, 3, 5, 5, 10, 10, 15, 20, 30, 30, 60, 60, 60, 120, 120, 300];

/**
 * Asks Airbyte for one of its jobs, records it, and asks again until it has ended: for a job that a notification named
 * or that we started. What the notifications said of its failure is believed once the API says that it failed.
 */
export async function followAirbyteJob(
  { shopId, jobId, asks }: { shopId: string; jobId: string; asks: number },
  now: Date,
  airbyte: AirbyteClient | null = airbyteFromEnv(env()),
): Promise<"recorded" | "goes_on" | "not_ours" | "unknown_job" | "airbyte_not_configured" | string> {
  if (!airbyte) return "airbyte_not_configured";
  let found: AirbyteJob;
  try {
    found = await airbyte.getJob(jobId);
  } catch (error) {
    if (!(error instanceof AirbyteError) || error.retry === "backoff") throw error;
    // The poller sees it at its next turn; only a passing fault is worth another try of this job.
    return error.kind === "not_found" ? "unknown_job" : error.kind;
  }
  return withShop(shopId, async (tx) => {
    const isOurs = await recordAirbyteJob(tx, shopId, found, now);
    if (!isOurs) return "not_ours";
    const pause = pauses[asks];
    if (hasEnded(found) || pause === undefined) return "recorded";
    await enqueue(tx, [followJob(shopId, jobId, asks + 1, new Date(now.getTime() + pause * 1000))]);
    return "goes_on";
  });
}

/** A job that asks for one of Airbyte's jobs at an instant. */
export const followJob = (shopId: string, jobId: string, asks: number, runAt: Date) =>
  job(
    "airbyte.follow_job",
    { shopId, jobId, asks },
    { jobKey: `airbyte.follow_job:${shopId}:${jobId}`, runAt },
  );

/** Records one job as a run of each connector its connection feeds; false when it is no sync of this shop's connections. */
export async function recordAirbyteJob(
  tx: ShopTx,
  shopId: string,
  found: AirbyteJob,
  now: Date,
): Promise<boolean> {
  if (found.jobType !== "sync") return false;
  const connection = (await listAirbyteConnections(tx, shopId)).find(
    (each) => each.externalId === found.connectionId,
  );
  const connectors = connection
    ? (await listConnectors(tx, shopId)).filter((each) => each.connectionId === connection.id)
    : [];
  if (connectors.length === 0) return false;
  const reports = reportsOfJob(
    found,
    connectors.map(({ id }) => id),
  );
  const hinted = await confirmHints(tx, shopId, found.jobId, now);
  const told = found.status === "failed" ? hinted : {};
  await recordSyncRuns(
    tx,
    shopId,
    reports.map((report) => ({ ...report, ...told })),
    now,
  );
  return true;
}
