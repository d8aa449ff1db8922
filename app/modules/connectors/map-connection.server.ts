import { AppError, notFound } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import { readAirbyteFromStart, saveStaffMapping } from "./connections.store.server.ts";
import { addConnector, feedConnector, listConnectors } from "./connectors.store.server.ts";
import { type Source, sources } from "./sources.ts";

/**
 * Says by hand what a connection feeds. The connector of that source is made if the shop has none; the connection's past
 * jobs are read at the next poll, which is asked for at once.
 * @throws AppError not_found; invalid for a source that Airbyte cannot serve; conflict when the source comes another way
 */
export async function mapConnection(
  tx: ShopTx,
  shopId: string,
  { connectionId, source, reason }: { connectionId: string; source: Source; reason: string },
  by: By,
): Promise<void> {
  const connection = await lockConnection(tx, connectionId);
  const { label, engines } = sources[source];
  if (!engines.includes("airbyte"))
    throw new AppError("invalid", "This source cannot come through Airbyte.", {
      errors: { source: [`${label} has no Airbyte connector: its own pipeline reports it.`] },
    });
  const existing = (await listConnectors(tx, shopId)).find((each) => each.source === source);
  if (existing) await refuseTaken(tx, existing, connectionId, label);
  const connectorId =
    existing?.id ??
    (await addConnector(tx, { shopId, source, engine: "airbyte", connectionId, now: by.now }));
  await feedConnector(tx, connectorId, connectionId);
  await saveStaffMapping(tx, connectionId, null);
  await readAirbyteFromStart(tx, shopId);
  await enqueue(tx, [job("airbyte.poll_shop", { shopId }, { jobKey: `airbyte.poll_shop:${shopId}` })]);
  await judgeConnectors(tx, { shopIds: [shopId], connectorIds: [connectorId], now: by.now });
  await recordAudit(tx, {
    shopId,
    actor: by.actor,
    action: "connection.map",
    target: connectionId,
    before: { unmatchedReason: connection.unmatchedReason, connection: existing?.connectionId ?? null },
    after: { name: connection.name, source, connectorId, isNewConnector: !existing },
    reason,
    requestId: by.requestId,
    at: by.now,
  });
}

/**
 * Takes a connection off a connector. The connector stays, with its history, and is fed by nothing.
 * @throws AppError not_found; conflict when the connection does not feed it, or a backfill runs
 */
export async function unmapConnection(
  tx: ShopTx,
  shopId: string,
  { connectionId, source, reason }: { connectionId: string; source: Source; reason: string },
  by: By,
): Promise<void> {
  const connection = await lockConnection(tx, connectionId);
  const connectors = await listConnectors(tx, shopId);
  const fed = connectors.find((each) => each.source === source && each.connectionId === connectionId);
  if (!fed) throw new AppError("conflict", `This connection does not feed ${sources[source].label}.`);
  await refuseDuringBackfill(tx, fed.id);
  await feedConnector(tx, fed.id, null);
  const feedsOthers = connectors.some((each) => each.id !== fed.id && each.connectionId === connectionId);
  await saveStaffMapping(tx, connectionId, feedsOthers ? null : "Staff took it off its source.");
  await judgeConnectors(tx, { shopIds: [shopId], connectorIds: [fed.id], now: by.now });
  await recordAudit(tx, {
    shopId,
    actor: by.actor,
    action: "connection.unmap",
    target: connectionId,
    before: { name: connection.name, source, connectorId: fed.id },
    after: { source: null },
    reason,
    requestId: by.requestId,
    at: by.now,
  });
}

async function refuseTaken(
  tx: ShopTx,
  { id, engine, connectionId }: { id: string; engine: "airbyte" | "push"; connectionId: string | null },
  wanted: string,
  label: string,
): Promise<void> {
  if (engine === "push")
    throw new AppError(
      "conflict",
      `${label} is reported by the shop's own pipeline. Airbyte cannot feed it too.`,
    );
  if (connectionId === wanted) throw new AppError("conflict", `This connection feeds ${label} already.`);
  const other =
    connectionId &&
    (await tx.connection.findFirst({ where: { id: connectionId }, select: { name: true, status: true } }));
  if (other && other.status !== "deprecated")
    throw new AppError(
      "conflict",
      `${label} comes through the connection "${other.name}" already. Take that one off first.`,
    );
  await refuseDuringBackfill(tx, id);
}

async function refuseDuringBackfill(tx: ShopTx, connectorId: string): Promise<void> {
  const running = await tx.backfillJob.count({
    where: { connectorId, status: { notIn: ["completed", "failed", "cancelled"] } },
  });
  if (running > 0)
    throw new AppError("conflict", "A backfill of this source is under way. Wait for its end, or cancel it.");
}

async function lockConnection(
  tx: ShopTx,
  connectionId: string,
): Promise<{ name: string; unmatchedReason: string | null }> {
  const [connection] = await tx.$queryRaw<{ name: string; unmatchedReason: string | null }[]>`
    SELECT name, unmatched_reason AS "unmatchedReason" FROM connections
    WHERE id = ${connectionId}::uuid AND engine = 'airbyte' AND status <> 'deprecated' FOR UPDATE`;
  if (!connection) throw notFound("connection");
  return connection;
}
