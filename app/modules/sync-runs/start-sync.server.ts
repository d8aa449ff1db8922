import type { AirbyteClient } from "#app/integrations/airbyte/client.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import { airbyteFromEnv } from "#app/integrations/airbyte/from-env.ts";
import type { AirbyteJob } from "#app/integrations/airbyte/schemas.ts";
import { env } from "#app/platform/env.server.ts";
import { AppError } from "#app/platform/errors.ts";
import { log } from "#app/platform/log.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { isSource, sources } from "../connectors/sources.ts";
import { addNotices } from "../notices/notices.store.server.ts";
import { followJob, recordAirbyteJob } from "./follow-airbyte-job.server.ts";
import type { SyncProblem } from "./sync-request.ts";
import { endSyncRequest, lockConnectorForSync } from "./sync-requests.store.server.ts";

const FIRST_LOOK_MS = 3_000;

interface Wanted {
  shopId: string;
  connectorId: string;
}

/**
 * Starts the sync that was asked for, or attaches to the one that runs, and follows it. Airbyte is asked outside any
 * transaction. What stands in the way for good ends the request with a reason and a notice; what passes is tried again.
 */
export async function startSync(
  { shopId, connectorId }: Wanted,
  now: Date,
  airbyte: AirbyteClient | null = airbyteFromEnv(env()),
): Promise<string> {
  const externalId = await withShop(shopId, (tx) => findRequested(tx, connectorId));
  if (externalId === null) return "no_longer_wanted";
  if (!airbyte) return refuse({ shopId, connectorId }, "engine_refused", now);
  let started: AirbyteJob;
  try {
    started = await airbyte.triggerSync(externalId);
  } catch (error) {
    if (!(error instanceof AirbyteError) || error.retry === "backoff") {
      // A connection that is switched off answers as one that is busy; only the latter runs something.
      if (error instanceof AirbyteError && error.kind === "conflict")
        return refuse({ shopId, connectorId }, "connection_disabled", now);
      throw error;
    }
    if (typeof error.retry === "object")
      return waitFor({ shopId, connectorId }, error.retry.afterSeconds, now);
    return refuse(
      { shopId, connectorId },
      error.kind === "not_found" ? "connection_missing" : "engine_refused",
      now,
    );
  }
  return withShop(shopId, async (tx) => {
    const { connectionId } = await lockConnectorForSync(tx, connectorId);
    if (connectionId) await endSyncRequest(tx, connectionId, null);
    await recordAirbyteJob(tx, shopId, started, now);
    await enqueue(tx, [followJob(shopId, started.jobId, 0, new Date(now.getTime() + FIRST_LOOK_MS))]);
    return "started";
  });
}

/** The last try failed: the request ends, and its merchant is told. */
export function giveUpSync(wanted: Wanted, error: unknown, now: Date): Promise<string> {
  log.warn({ err: error, ...wanted }, "a sync that was asked for could not be started");
  return refuse(wanted, "engine_unreachable", now);
}

async function findRequested(tx: ShopTx, connectorId: string): Promise<string | null> {
  try {
    const { requestedAt, externalId } = await lockConnectorForSync(tx, connectorId);
    return requestedAt ? externalId : null;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  }
}

/** Airbyte named a time to come back at. */
async function waitFor({ shopId, connectorId }: Wanted, seconds: number, now: Date): Promise<string> {
  await withShop(shopId, async (tx) => {
    const { connectionId } = await lockConnectorForSync(tx, connectorId);
    await enqueue(tx, [
      job(
        "connectors.sync",
        { shopId, connectorId },
        { jobKey: `connectors.sync:${connectionId}`, runAt: new Date(now.getTime() + seconds * 1000) },
      ),
    ]);
  });
  return "throttled";
}

const whatToDo: Record<SyncProblem, string> = {
  connection_disabled: "Its connection is switched off. Switch it on again, or contact support.",
  connection_missing: "Its connection is gone. Contact support.",
  engine_unreachable: "The sync service could not be reached. It syncs by itself when that is back.",
  engine_refused: "The sync service refused it. Contact support if it lasts.",
};

async function refuse(
  { shopId, connectorId }: Wanted,
  problem: SyncProblem,
  now: Date,
): Promise<SyncProblem> {
  await withShop(shopId, async (tx) => {
    const { connectionId, source } = await lockConnectorForSync(tx, connectorId);
    if (connectionId) await endSyncRequest(tx, connectionId, problem);
    const label = isSource(source) ? sources[source].label : source;
    await addNotices(
      tx,
      [
        {
          shopId,
          kind: "sync_failed_to_start",
          connectorId,
          title: `${label} could not be synced`,
          body: whatToDo[problem],
          path: `/app/connectors/${connectorId}`,
        },
      ],
      now,
    );
  });
  return problem;
}
