import type { ShopTx } from "#app/platform/tenant.server.ts";
import { checksOf } from "../checks/check-names.ts";
import { isSource, type Source } from "./sources.ts";

export interface ListedConnector {
  id: string;
  source: Source;
  connectionId: string | null;
  engine: "airbyte" | "push";
  pausedAt: Date | null;
}

/** A shop's connectors of the sources we know. */
export async function listConnectors(tx: ShopTx, shopId: string): Promise<ListedConnector[]> {
  const rows = await tx.connector.findMany({
    where: { shopId },
    select: { id: true, source: true, connectionId: true, engine: true, pausedAt: true },
  });
  return rows.flatMap((row) =>
    isSource(row.source)
      ? [
          {
            ...row,
            source: row.source,
            engine: row.engine === "push" ? ("push" as const) : ("airbyte" as const),
          },
        ]
      : [],
  );
}

/** Says which connection feeds a connector; null: none any more. */
export async function feedConnector(
  tx: ShopTx,
  connectorId: string,
  connectionId: string | null,
): Promise<void> {
  await tx.$executeRaw`UPDATE connectors SET connection_id = ${connectionId}::uuid WHERE id = ${connectorId}::uuid`;
}

/** Where the connector's own pipeline wants to be told that days are to be sent again; null: nowhere. */
export async function saveBackfillUrl(tx: ShopTx, connectorId: string, url: string | null): Promise<void> {
  await tx.$executeRaw`UPDATE connectors SET backfill_url = ${url} WHERE id = ${connectorId}::uuid`;
}

/** Adds a connector with its checks; the shop's existing one of that source is answered as it is. Returns its id. */
export async function addConnector(
  tx: ShopTx,
  wanted: {
    shopId: string;
    source: Source;
    engine: "airbyte" | "push";
    connectionId: string | null;
    now: Date;
  },
): Promise<string> {
  await tx.$executeRaw`
    INSERT INTO connectors (shop_id, source, engine, connection_id, created_at)
    VALUES (${wanted.shopId}::uuid, ${wanted.source}, ${wanted.engine}, ${wanted.connectionId}::uuid, ${wanted.now})
    ON CONFLICT (shop_id, source) DO NOTHING`;
  const { id } = await tx.connector.findUniqueOrThrow({
    where: { shopId_source: { shopId: wanted.shopId, source: wanted.source } },
    select: { id: true },
  });
  await tx.$executeRaw`
    INSERT INTO dq_checks (shop_id, connector_id, check_name)
    SELECT ${wanted.shopId}::uuid, ${id}::uuid, unnest(${checksOf(wanted.source)}::text[]) ON CONFLICT DO NOTHING`;
  return id;
}
