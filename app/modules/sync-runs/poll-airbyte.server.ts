import type { AirbyteClient } from "../../integrations/airbyte/client.ts";
import { AirbyteError } from "../../integrations/airbyte/errors.ts";
import type { AirbyteConnection, AirbyteJob } from "../../integrations/airbyte/schemas.ts";
import { type ShopTx, withShop } from "../../platform/tenant.server.ts";
import { backfillConnectionPrefix, backfillSourceOf } from "../backfills/airbyte-bounded.server.ts";
import {
  findAirbyteWorkspace,
  listAirbyteConnections,
  recordPolled,
  recordUnreachable,
  saveAirbyteConnections,
  saveBackfillSources,
  saveUnmatchedReasons,
} from "../connectors/connections.store.server.ts";
import { addConnector, feedConnector, listConnectors } from "../connectors/connectors.store.server.ts";
import { type ConnectionMatch, matchConnection } from "../connectors/match-connection.ts";
import { type Source, sources } from "../connectors/sources.ts";
import { saveShopHealth } from "../health/shop-health.store.server.ts";
import { reportsOfJob } from "./airbyte-job.ts";
import { recordSyncRuns } from "./record-sync-runs.server.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A list that moves while it is read may hide a job: each poll asks again for the last minutes of the one before. */
const overlapMs = 10 * minuteMs;
/** How far back a connection's jobs are read when it first feeds a connector. */
const firstLookMs = 35 * dayMs;
/** How often connections that match nothing are looked at anew. */
const rediscoveryMs = dayMs;

export interface PollOutcome {
  connections: number;
  unmatched: number;
  runs: number;
}

/**
 * Asks Airbyte for a shop's connections and jobs, and records them. Airbyte is asked outside any transaction; what it
 * said is saved in one. A shop without a workspace has nothing to poll.
 * @throws AirbyteError after noting since when Airbyte is unreachable; its `retry` says whether to try again
 */
export async function pollAirbyteShop(
  shopId: string,
  airbyte: AirbyteClient,
  now: Date,
): Promise<PollOutcome> {
  const known = await withShop(shopId, (tx) => loadKnown(tx, shopId));
  if (!known) return { connections: 0, unmatched: 0, runs: 0 };
  let news: News;
  try {
    news = await ask(airbyte, known, now);
  } catch (error) {
    if (error instanceof AirbyteError)
      await withShop(shopId, async (tx) => {
        await recordUnreachable(tx, shopId, error.kind, now);
        if (!known.workspace.unreachableSince) await saveShopHealth(tx, [shopId], now);
      });
    throw error;
  }
  return withShop(
    shopId,
    async (tx) => {
      const outcome = await save(tx, shopId, news, now);
      if (known.workspace.unreachableSince) await saveShopHealth(tx, [shopId], now);
      return outcome;
    },
    { timeoutMs: 60_000 },
  );
}

async function loadKnown(tx: ShopTx, shopId: string) {
  const workspace = await findAirbyteWorkspace(tx, shopId);
  if (!workspace) return null;
  return {
    workspace,
    connections: await listAirbyteConnections(tx, shopId),
    connectors: await listConnectors(tx, shopId),
  };
}

type Known = NonNullable<Awaited<ReturnType<typeof loadKnown>>>;

interface News {
  connections: readonly AirbyteConnection[];
  /** By Airbyte's connection id; only those looked at in this poll. */
  matches: ReadonlyMap<string, ConnectionMatch>;
  jobs: readonly AirbyteJob[];
  discovered: boolean;
  /** Whether each connection has a second source, for backfills; only in a poll that looks at all anew. */
  backfillSources: readonly { externalId: string; hasBackfillSource: boolean }[];
}

async function ask(
  airbyte: AirbyteClient,
  { workspace, connections: stored, connectors }: Known,
  now: Date,
): Promise<News> {
  // What we made ourselves for one backfill is nobody's to match.
  const connections = (await airbyte.listConnections(workspace.workspaceId)).filter(
    ({ name }) => !name.startsWith(backfillConnectionPrefix),
  );
  const discovered =
    !workspace.discoveredAt || now.getTime() - workspace.discoveredAt.getTime() >= rediscoveryMs;
  const matches = new Map<string, ConnectionMatch>();
  for (const connection of connections) {
    const before = stored.find((each) => each.externalId === connection.connectionId);
    if (before?.isMappedByStaff) continue;
    const isKnown =
      before && before.sourceId === connection.sourceId && hasSameStreams(before.streams, connection.streams);
    const isSettled =
      before?.unmatchedReason != null || connectors.some(({ connectionId }) => connectionId === before?.id);
    if (isKnown && isSettled && !(before.unmatchedReason && discovered)) continue;
    matches.set(connection.connectionId, await matchOf(airbyte, connection));
  }
  const served = new Set(connectors.map((connector) => connector.source));
  const feedsNewConnector = [...matches.values()].some(
    (match) => "matched" in match && match.matched.some((source) => !served.has(source)),
  );
  const sinceMs =
    workspace.jobsCursorAt && !feedsNewConnector
      ? workspace.jobsCursorAt.getTime() - overlapMs
      : now.getTime() - firstLookMs;
  const jobs = await airbyte.listJobs({
    workspaceId: workspace.workspaceId,
    updatedAtStart: new Date(sinceMs),
  });
  const backfillSources = discovered ? await lookForBackfillSources(airbyte, workspace, connections) : [];
  return { connections, matches, jobs, discovered, backfillSources };
}

/** What may not be listed stays as it was known: runs are read all the same. */
async function lookForBackfillSources(
  airbyte: AirbyteClient,
  { workspaceId }: Known["workspace"],
  connections: readonly AirbyteConnection[],
): Promise<News["backfillSources"]> {
  try {
    const listed = await airbyte.listSources(workspaceId);
    return connections.map(({ connectionId, sourceId }) => ({
      externalId: connectionId,
      hasBackfillSource: sourceId !== null && backfillSourceOf(sourceId, listed) !== null,
    }));
  } catch (error) {
    if (error instanceof AirbyteError && error.retry === "never") return [];
    throw error;
  }
}

async function matchOf(airbyte: AirbyteClient, connection: AirbyteConnection): Promise<ConnectionMatch> {
  if (!connection.sourceId) return { unmatched: "Airbyte does not say which source it reads." };
  try {
    const source = await airbyte.getSource(connection.sourceId);
    return matchConnection({
      sourceName: source.name,
      sourceType: source.sourceType,
      streams: connection.streams,
    });
  } catch (error) {
    if (error instanceof AirbyteError && error.kind === "not_found")
      return { unmatched: "Its source is gone from Airbyte." };
    throw error;
  }
}

async function save(
  tx: ShopTx,
  shopId: string,
  { connections, matches, jobs, discovered, backfillSources }: News,
  now: Date,
): Promise<PollOutcome> {
  const seen = connections.map(({ connectionId, name, ...rest }) => ({
    ...rest,
    externalId: connectionId,
    name: name || connectionId,
  }));
  const idOf = await saveAirbyteConnections(tx, shopId, seen, now);
  const reasons: { id: string; reason: string | null }[] = [];
  for (const [externalId, match] of matches) {
    const id = idOf.get(externalId);
    if (id)
      reasons.push({
        id,
        reason: "unmatched" in match ? match.unmatched : await connect(tx, shopId, id, match.matched, now),
      });
  }
  await saveUnmatchedReasons(tx, shopId, reasons);
  if (backfillSources.length > 0) await saveBackfillSources(tx, shopId, backfillSources);

  const stored = await listAirbyteConnections(tx, shopId);
  const connectors = await listConnectors(tx, shopId);
  const fedBy = new Map(
    stored.map(({ id, externalId }) => [
      externalId,
      connectors.filter((each) => each.connectionId === id).map((each) => each.id),
    ]),
  );
  const reports = jobs
    .filter((job) => job.jobType === "sync")
    .flatMap((job) => reportsOfJob(job, fedBy.get(job.connectionId) ?? []));
  if (reports.length > 0) await recordSyncRuns(tx, shopId, reports, now);

  const updates = jobs.flatMap((job) => job.lastUpdatedAt?.getTime() ?? []);
  const cursorAt = updates.length > 0 ? new Date(updates.reduce((latest, at) => Math.max(latest, at))) : null;
  await recordPolled(tx, shopId, { cursorAt, discovered, now });
  const unmatched = stored.filter((each) => each.unmatchedReason && each.status !== "deprecated").length;
  return { connections: connections.length, unmatched, runs: reports.length };
}

/** Gives each source its connector; answers what could not be given, because the shop has that source another way. */
async function connect(
  tx: ShopTx,
  shopId: string,
  connectionId: string,
  matched: readonly Source[],
  now: Date,
): Promise<string | null> {
  const existing = await listConnectors(tx, shopId);
  const elsewhere: string[] = [];
  for (const source of matched) {
    const other = existing.find((each) => each.source === source);
    if (!other) await addConnector(tx, { shopId, source, engine: "airbyte", connectionId, now });
    // Its workspace was changed, or its connection is gone: this one takes its place.
    else if (other.connectionId === null && other.engine === "airbyte")
      await feedConnector(tx, other.id, connectionId);
    else if (other.connectionId !== connectionId) elsewhere.push(sources[source].label);
  }
  return elsewhere.length > 0
    ? `The shop already has ${elsewhere.join(" and ")} through another connection.`
    : null;
}

function hasSameStreams(before: readonly string[], after: readonly string[]): boolean {
  const wanted = new Set(before);
  return wanted.size === new Set(after).size && after.every((stream) => wanted.has(stream));
}
