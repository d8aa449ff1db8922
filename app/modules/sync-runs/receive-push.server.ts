import { AppError } from "#app/platform/errors.ts";
import { parseInput } from "#app/platform/http/parse-input.server.ts";
import { parseJson } from "#app/platform/http/request-body.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { addConnector, listConnectors } from "../connectors/connectors.store.server.ts";
import { type Source, sources } from "../connectors/sources.ts";
import { authenticateSignedPush, type Push } from "../ingest-keys/authenticate-signed-push.server.ts";
import { markIngestKeyUsed } from "../ingest-keys/ingest-keys.store.server.ts";
import { findFutureInstants, type PushedRun, PushReport, toSyncRunReport } from "./push-report.ts";
import { recordSyncRuns } from "./record-sync-runs.server.ts";

/**
 * A signed push of sync runs: all of its runs are recorded, or none.
 * @returns how many runs were accepted
 * @throws AppError unauthenticated (the same for an unknown shop and a wrong signature), rate_limited, malformed, invalid
 */
export async function receivePush(push: Push, now: Date): Promise<{ shopDomain: string; accepted: number }> {
  const { shop, keyId } = await authenticateSignedPush(push, now);
  const { runs } = parseInput(PushReport, parseJson(push.body), "body").data;
  refuseIfAny(findFutureInstants(runs, now));
  await withShop(shop.id, async (tx) => {
    await markIngestKeyUsed(tx, shop.id, keyId, now);
    const connectorIds = await connectorsOf(tx, shop.id, runs, now);
    const reports = runs.map((run) => toSyncRunReport(run, connectorIds.get(run.source)!));
    await recordSyncRuns(tx, shop.id, reports, now);
  });
  return { shopDomain: shop.domain, accepted: runs.length };
}

/** The connector of each source named; a source that is new to the shop gets one that is fed by push. */
async function connectorsOf(
  tx: ShopTx,
  shopId: string,
  runs: readonly PushedRun[],
  now: Date,
): Promise<Map<Source, string>> {
  const known = new Map((await listConnectors(tx, shopId)).map((connector) => [connector.source, connector]));
  const errors: Record<string, string[]> = {};
  for (const [index, { source }] of runs.entries()) {
    if (known.get(source)?.engine === "airbyte") {
      errors[`data.runs.${index}.source`] = [
        `${sources[source].label} is synced by Airbyte in this shop, which alone says how its runs went. Only connectors of the engine "push" take reports.`,
      ];
    }
  }
  if (Object.keys(errors).length > 0)
    throw new AppError("invalid", "The body is not valid: see errors.", { errors });

  const ids = new Map<Source, string>();
  for (const source of new Set(runs.map((run) => run.source))) {
    const existing = known.get(source)?.id;
    ids.set(
      source,
      existing ?? (await addConnector(tx, { shopId, source, engine: "push", connectionId: null, now })),
    );
  }
  return ids;
}

function refuseIfAny(errors: Record<string, string[]>): void {
  if (Object.keys(errors).length > 0)
    throw new AppError("invalid", "The body is not valid: see errors.", { errors });
}
