import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import { airbyteFromEnv } from "#app/integrations/airbyte/from-env.ts";
import { db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { job } from "#jobs/catalog.ts";
import { dqMetrics } from "../dq-metrics.server.ts";
import { pollAirbyteShop } from "./poll-airbyte.server.ts";

/** Queues one poll per shop with an Airbyte workspace; a shop whose last poll still waits is not queued twice. */
export async function startPolling(): Promise<{ shops: number }> {
  if (!env().AIRBYTE_API_URL) return { shops: 0 };
  const rows = await db().$queryRaw<{ shop_id: string }[]>`SELECT shop_id FROM list_airbyte_workspaces()`;
  await db().$transaction((tx) =>
    enqueue(
      tx,
      rows.map(({ shop_id: shopId }) => pollJob(shopId)),
    ),
  );
  return { shops: rows.length };
}

/** A job that polls one shop. */
export const pollJob = (shopId: string) =>
  job("airbyte.poll_shop", { shopId }, { jobKey: `airbyte.poll_shop:${shopId}` });

/**
 * Asks Airbyte for one shop's news. An engine we cannot reach is already recorded as such, and the next poll is five
 * minutes away: only a passing fault is worth another try of this job.
 */
export async function pollShop(shopId: string, now: Date): Promise<unknown> {
  const airbyte = airbyteFromEnv(env());
  if (!airbyte) return "airbyte_not_configured";
  try {
    const polled = await pollAirbyteShop(shopId, airbyte, now);
    dqMetrics.airbytePolls.add(1, { outcome: "answered" });
    return polled;
  } catch (error) {
    if (error instanceof AirbyteError) dqMetrics.airbytePolls.add(1, { outcome: error.kind });
    if (!(error instanceof AirbyteError) || error.retry === "backoff") throw error;
    log.warn({ shopId, kind: error.kind }, "Airbyte could not be asked");
    return error.kind;
  }
}
