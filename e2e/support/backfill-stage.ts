import { randomUUID } from "node:crypto";
import pg from "pg";
import { createAirbyteClient } from "#app/integrations/airbyte/client.ts";
import { createAirbyteConfigApi } from "#app/integrations/airbyte/config-api.ts";
import { chooseAirbyteEngine } from "#app/modules/backfills/airbyte-engine.server.ts";
import type { Backfill } from "#app/modules/backfills/backfill.ts";
import { findBackfills } from "#app/modules/backfills/backfills.store.server.ts";
import { cancelBackfill } from "#app/modules/backfills/cancel-backfill.server.ts";
import type { BackfillEngine } from "#app/modules/backfills/engine.ts";
import { requestBackfill } from "#app/modules/backfills/request-backfill.server.ts";
import { isSource, type Source } from "#app/modules/connectors/sources.ts";
import { createIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import type { Shop } from "#app/modules/shops/shop.ts";
import { dayBefore, dayOf } from "#app/modules/shops/shop-days.ts";
import { env } from "#app/platform/env.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { loadHistory } from "#demo/airbyte/load-rows.ts";
import { type WarehouseTable, warehouseTables } from "#demo/airbyte/source-kinds.ts";
import {
  type AirbyteStandIn,
  type SeedConnection,
  type SeededConnection,
  startAirbyteStandIn,
} from "#demo/airbyte/stand-in.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { makeConnector, makeShop } from "./tenants.ts";

const credentials = { clientId: "id", clientSecret: "secret" };
const timeZone = "America/New_York";
const today = dayOf(new Date(), timeZone);
export const range = { startDate: dayBefore(today, 8), endDate: dayBefore(today, 6) };

const ways = {
  airbyte_bounded: { source: "meta_ads", seed: { kind: "facebook-marketing", hasBackfillSource: true } },
  airbyte_rewind: { source: "shopify_orders", seed: { kind: "shopify" } },
  push: { source: "postscript", seed: null },
} as const satisfies Record<string, { source: Source; seed: SeedConnection | null }>;

export type Strategy = keyof typeof ways;

/** A shop with one source whose days are to be loaded again, and how everything was before. */
export interface Subject {
  strategy: Strategy;
  shop: Shop;
  connectorId: string;
  connection: SeededConnection | null;
  table: WarehouseTable;
  rows: string[];
  standing: unknown;
}

export interface BackfillStage {
  database: TestDatabase;
  airbyte: AirbyteStandIn;
  /** A new shop, read up to now; then the days of its source get lost. */
  addShop(strategy: Strategy): Promise<Subject>;
  request(subject: Subject, idempotencyKey?: string): Promise<Backfill>;
  cancel(subject: Subject, now?: Date): Promise<Backfill>;
  stored(subject: Subject): Promise<Backfill>;
  /** The engine of an Airbyte source, that need not spare Airbyte. */
  choose(connector: { source: string }): BackfillEngine | null;
  /** Each row that was there before this day, whatever loaded it; one that is there twice is here twice. */
  rowsOf(subject: Pick<Subject, "shop" | "table">): Promise<string[]>;
  /** Its schedule, its connections and how far its streams are read, as Airbyte has them. */
  standingOf(subject: Pick<Subject, "connection">): Promise<{ schedule: unknown; streamState: unknown }>;
  /** Every sync of a shop since the stage was set, also through connections that are gone again. */
  syncsOf(subject: Pick<Subject, "connection">): string[];
  /** What a shop's own pipeline signs with. */
  secretOf(domain: string): string;
  load(domain: string, source: string, firstDay: string, lastDay: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * A database, a warehouse with rows, and a living Airbyte, bound to this process and to all that it starts.
 * @param pipelineUrl where the shops' own pipelines listen
 */
export async function setBackfillStage(pipelineUrl: string): Promise<BackfillStage> {
  const database = await createTestDatabase();
  const warehouse = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
  const airbyte = await startAirbyteStandIn({
    ...credentials,
    warehouse,
    pace: { tickMs: 60_000, pendingMs: 5, syncMs: 25, stretchMs: 15 },
  });
  await database.owner.query(
    "GRANT USAGE ON SCHEMA warehouse TO sync_health_app; GRANT SELECT ON ALL TABLES IN SCHEMA warehouse TO sync_health_app",
  );
  Object.assign(process.env, {
    AIRBYTE_API_URL: airbyte.url,
    AIRBYTE_CONFIG_API_URL: airbyte.configUrl,
    AIRBYTE_CLIENT_ID: credentials.clientId,
    AIRBYTE_CLIENT_SECRET: credentials.clientSecret,
  });
  const hasty = { ...credentials, requestsPerSecond: 1_000 };
  const config = createAirbyteConfigApi({ ...hasty, apiUrl: airbyte.configUrl });
  const api = createAirbyteClient({ ...hasty, apiUrl: airbyte.url });
  const secrets = new Map<string, string>();
  const tableOf = (name: string) => warehouseTables.find(({ table }) => table === name)!;
  const by = (now: Date) => ({ actor: { role: "merchant" as const, name: "42" }, now, requestId: "" });

  const connectionsOf = (connectionId: string) => {
    const { workspaceId } = airbyte.connections().find((each) => each.connectionId === connectionId)!;
    return airbyte.connections(workspaceId);
  };
  const load = (domain: string, source: string, since: Date, until: Date, through = domain, asOf = until) =>
    loadHistory(
      warehouse,
      tableOf(source),
      { shopDomain: domain, currency: "USD", scale: 0.05, through },
      since,
      until,
      asOf,
    );

  const rowsOf: BackfillStage["rowsOf"] = async ({ shop, table }) => {
    const day = table.grain === "day" ? "day" : `(created_at AT TIME ZONE '${timeZone}')::date`;
    const { rows } = await warehouse.query<{ row: string }>(
      `SELECT (to_jsonb(w) - '_airbyte_raw_id' - '_airbyte_extracted_at' - '_airbyte_meta')::text AS row
       FROM warehouse.${table.table} w WHERE shop_domain = $1 AND ${day} < $2::date ORDER BY id, 1`,
      [shop.domain, today],
    );
    return rows.map(({ row }) => row);
  };
  const standingOf: BackfillStage["standingOf"] = async ({ connection }) => {
    if (!connection) return { schedule: null, streamState: null };
    const there = connectionsOf(connection.connectionId).filter(({ status }) => status !== "deprecated");
    const { streamState = null } = await config.getState(connection.connectionId);
    return {
      schedule: there.map(({ name, everyMinutes, status }) => ({ name, everyMinutes, status })),
      streamState,
    };
  };

  async function addShop(strategy: Strategy): Promise<Subject> {
    const { source, seed } = ways[strategy];
    const shop = await makeShop(database.owner, { timeZone, domain: `${randomUUID()}.myshopify.com` });
    const [connection = null] = seed
      ? airbyte.seedWorkspace({
          workspaceId: randomUUID(),
          name: shop.domain,
          shopDomain: shop.domain,
          scale: 0.05,
          connections: [seed],
        }).connections
      : [];
    const now = new Date();
    const table = tableOf(source);
    await load(
      shop.domain,
      source,
      new Date(now.getTime() - 12 * 86_400_000),
      now,
      connection?.connectionId ?? shop.domain,
    );
    const connector = await makeConnector(database.owner, shop.id, source, {
      engine: connection ? "airbyte" : "push",
      ...(connection ? { externalId: connection.connectionId } : {}),
    });
    if (connection) {
      airbyte.setLastSuccess(connection.connectionId, now);
      await database.owner.query("UPDATE connections SET source_id = $2, destination_id = $3 WHERE id = $1", [
        connector.connectionId,
        connection.sourceId,
        connection.destinationId,
      ]);
    } else {
      await database.owner.query("UPDATE connectors SET backfill_url = $2 WHERE id = $1", [
        connector.id,
        pipelineUrl,
      ]);
      const key = await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, now));
      secrets.set(shop.domain, key.signingSecret);
    }
    const found = { strategy, shop, connectorId: connector.id, connection, table };
    const [rows, standing] = await Promise.all([rowsOf(found), standingOf(found)]);
    const day = table.grain === "day" ? "day" : `(created_at AT TIME ZONE '${timeZone}')::date`;
    await warehouse.query(
      `DELETE FROM warehouse.${table.table} WHERE shop_domain = $1 AND ${day} BETWEEN $2::date AND $3::date`,
      [shop.domain, range.startDate, range.endDate],
    );
    return { ...found, rows, standing };
  }

  return {
    database,
    airbyte,
    addShop,
    request: ({ shop, connectorId }, idempotencyKey) =>
      withShop(shop.id, (tx) =>
        requestBackfill(
          tx,
          shop,
          connectorId,
          { asked: range, idempotencyKey: idempotencyKey ?? null },
          by(new Date()),
        ),
      ),
    cancel: ({ shop, connectorId }, now = new Date()) =>
      withShop(shop.id, (tx) => cancelBackfill(tx, connectorId, by(now))),
    stored: async ({ shop, connectorId }) => {
      const [backfill] = await withShop(shop.id, (tx) => findBackfills(tx, { connectorId, limit: 1 }));
      return backfill!;
    },
    choose: ({ source }) =>
      isSource(source) ? chooseAirbyteEngine(source, env(), { api, configApi: config }) : null,
    rowsOf,
    standingOf,
    syncsOf: ({ connection }) =>
      connection
        ? connectionsOf(connection.connectionId)
            .flatMap((each) =>
              airbyte.jobs(each.connectionId).map(({ jobId, status }) => ({ jobId, status })),
            )
            .sort((a, b) => a.jobId - b.jobId)
            // The first is the stage's own.
            .slice(1)
            .map(({ status }) => status)
        : [],
    secretOf: (domain) => secrets.get(domain) ?? "",
    load: (domain, source, firstDay, lastDay) =>
      load(domain, source, new Date(`${firstDay}T12:00Z`), new Date(`${lastDay}T12:00Z`), domain, new Date()),
    close: async () => {
      await airbyte.stop();
      await warehouse.end();
      await database.drop();
    },
  };
}
