import { env } from "#app/platform/env.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { loadTestAlerts } from "../alerts/test-alert.server.ts";
import { findAirbyteWorkspace, listAirbyteConnections } from "../connectors/connections.store.server.ts";
import { isSource, sources } from "../connectors/sources.ts";
import { listUnmatchedWorkspaces } from "../connectors/workspaces.store.server.ts";
import { listIngestKeys } from "../ingest-keys/manage-ingest-keys.server.ts";
import { listMappedLineageJobs, listUnmappedLineageJobs } from "../sync-runs/lineage-jobs.store.server.ts";
import type { OpenedShop } from "./open-shop.server.ts";
import type { SetupPage } from "./setup-page.ts";

/** Everything on a shop's setup page. */
export async function loadSetup(shop: OpenedShop, now: Date): Promise<SetupPage> {
  const [freeWorkspaces, testAlerts] = [await listUnmatchedWorkspaces(), await loadTestAlerts()];
  const ofShop = await withShop(shop.id, (tx) => loadOfShop(tx, shop, now));
  return {
    ...ofShop,
    shop: { id: shop.id, domain: shop.domain, isInstalled: shop.uninstalledAt === null },
    isAirbyteConfigured: env().AIRBYTE_API_URL !== undefined,
    freeWorkspaces,
    testAlerts,
  };
}

async function loadOfShop(tx: ShopTx, { id }: OpenedShop, now: Date) {
  const connectors = await loadConnectors(tx, id);
  const workspace = await findAirbyteWorkspace(tx, id);
  const connections = (await listAirbyteConnections(tx, id)).filter(({ status }) => status !== "deprecated");
  const jobs = [...(await listUnmappedLineageJobs(tx, id)), ...(await listMappedLineageJobs(tx, id))];
  const feedsOf = (connectorId: string | null) => {
    const found = connectors.find((each) => each.connectorId === connectorId);
    return found ? { connectorId: found.connectorId, source: found.source, label: found.label } : null;
  };
  return {
    keys: await listIngestKeys(tx, id, now),
    workspace: workspace && {
      workspaceId: workspace.workspaceId,
      lastPolledAt: workspace.lastPolledAt?.toISOString() ?? null,
      unreachableSince: workspace.unreachableSince?.toISOString() ?? null,
      unreachableReason: workspace.unreachableReason,
    },
    connections: connections.map(({ sourceId: _, ...connection }) => ({
      ...connection,
      feeds: connectors
        .filter(({ connectionId }) => connectionId === connection.id)
        .flatMap(({ connectorId }) => feedsOf(connectorId) ?? []),
    })),
    lineageJobs: jobs.map(({ namespace, name, connectorId, unmappedReason, seenAt }) => ({
      namespace,
      name,
      feeds: feedsOf(connectorId),
      unmappedReason,
      seenAt: seenAt.toISOString(),
    })),
    connectors: connectors.map(({ connectionId, ...connector }) => ({
      ...connector,
      connection: connections.find((each) => each.id === connectionId)?.name ?? null,
    })),
  };
}

async function loadConnectors(tx: ShopTx, shopId: string) {
  const rows = await tx.connector.findMany({
    where: { shopId },
    select: { id: true, source: true, engine: true, connectionId: true, backfillUrl: true },
    orderBy: { source: "asc" },
  });
  return rows.map(({ id, source, engine, connectionId, backfillUrl }) => ({
    connectorId: id,
    source,
    label: isSource(source) ? sources[source].label : source,
    engine: engine === "push" ? ("push" as const) : ("airbyte" as const),
    connectionId,
    backfillUrl,
  }));
}
