import { Session } from "@shopify/shopify-api";
import type pg from "pg";
import { checksOf } from "#app/modules/checks/check-names.ts";
import { Source } from "#app/modules/connectors/sources.ts";
import { issueWebhookToken } from "#app/modules/connectors/workspaces.store.server.ts";
import { createIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import { ShopSessionStorage } from "#app/modules/shops/session-storage.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { loadHistory } from "../airbyte/load-rows.ts";
import { firstImportMs, usualSyncMs } from "../airbyte/pace.ts";
import { type WarehouseTable, warehouseTables } from "../airbyte/source-kinds.ts";
import type { AirbyteStandIn } from "../airbyte/stand-in.ts";
import { uuidFrom } from "../airbyte/state.ts";
import { changeWarehouse } from "../controls/change-warehouse.ts";
import { connectorIdOf, type DemoShop, demoShops, rowFactsOf, sourcesOf } from "./demo-shops.ts";
import { countLoaded } from "./loaded-rows.ts";
import { placeLastSuccess } from "./place-last-success.ts";

const MINUTE = 60_000;
const HISTORY_DAYS = 120;
/** Where somebody has made a second source, so that backfills read between two days; elsewhere cursors are set back. */
const withBackfillSource: ReadonlySet<string> = new Set(["facebook-marketing", "google-ads"]);
const isCommerce = (source: string) => source.startsWith("shopify") || source === "recharge";

/**
 * The demo's shops as they should be now. The first start writes 120 days of history; later ones keep everything and
 * only make each state true again relative to now. Signing secrets of pushed sources are answered by domain.
 */
export async function seedShops(
  owner: pg.Pool,
  airbyte: AirbyteStandIn,
  appUrl: string,
  secrets: Record<string, string>,
): Promise<Record<string, string>> {
  const signing = { ...secrets };
  for (const shop of demoShops) {
    await fillWarehouse(owner, shop);
    const known = await owner.query("SELECT id FROM shops WHERE domain = $1", [shop.domain]);
    const isFirst = known.rowCount === 0;
    const shopId = (await owner.query<{ id: string }>("SELECT ensure_shop($1) AS id", [shop.domain])).rows[0]!
      .id;
    await owner.query(
      "UPDATE shops SET time_zone = $2, currency = $3, installed_at = coalesce($4, installed_at), profile_refreshed_at = 'infinity' WHERE id = $1",
      [
        shopId,
        shop.timeZone,
        shop.currency,
        isFirst && !shop.isNew ? new Date(Date.now() - HISTORY_DAYS * 1440 * MINUTE) : null,
      ],
    );
    await new ShopSessionStorage().storeSession(
      new Session({
        id: `offline_${shop.domain}`,
        shop: shop.domain,
        state: "demo",
        isOnline: false,
        accessToken: "demo-access-token",
        scope: "read_orders",
      }),
    );
    await seedConnectors(owner, airbyte, appUrl, shop, shopId);
    if (!signing[shop.domain] && shop.pushed.length > 0) {
      signing[shop.domain] = (
        await withShop(shopId, (tx) => createIngestKey(tx, shopId, new Date()))
      ).signingSecret;
    }
  }
  // Listed by Airbyte, and no shop's: staff would connect it.
  airbyte.seedWorkspace({
    workspaceId: uuidFrom("workspace:agency-sandbox"),
    name: "Agency sandbox",
    shopDomain: "",
    connections: [],
  });
  return signing;
}

async function seedConnectors(
  owner: pg.Pool,
  airbyte: AirbyteStandIn,
  appUrl: string,
  shop: DemoShop,
  shopId: string,
): Promise<void> {
  await owner.query(
    "INSERT INTO airbyte_workspaces (shop_id, workspace_id, last_polled_at, jobs_cursor_at) VALUES ($1, $2, now(), now() - interval '30 minutes') ON CONFLICT (shop_id) DO UPDATE SET last_polled_at = now(), unreachable_since = NULL",
    [shopId, shop.workspaceId],
  );
  const token = await withShop(shopId, (tx) => issueWebhookToken(tx, shopId));
  const address = (event: string) => `${appUrl}/webhooks/airbyte/${token}/${event}`;
  const { connections } = airbyte.seedWorkspace({
    workspaceId: shop.workspaceId,
    notifications: { success: address("success"), failure: address("failure") },
    name: shop.domain,
    shopDomain: shop.domain,
    currency: shop.currency,
    scale: shop.scale,
    connections: shop.kinds.map((kind) => ({ kind, hasBackfillSource: withBackfillSource.has(kind) })),
  });
  const addedAt = new Date(Date.now() - (shop.isNew ? 20 : HISTORY_DAYS * 1440) * MINUTE);
  for (const connection of connections) {
    airbyte.hold(connection.connectionId);
    const { rows } = await owner.query<{ id: string }>(
      `INSERT INTO connections (shop_id, engine, external_id, name, source_id, destination_id, streams, has_backfill_source) VALUES ($1, 'airbyte', $2, $3, $4, $5, $6, $7)
       ON CONFLICT (shop_id, engine, external_id) DO UPDATE SET seen_at = now(), status = 'active' RETURNING id`,
      [
        shopId,
        connection.connectionId,
        connection.name,
        connection.sourceId,
        connection.destinationId,
        airbyte.connections(shop.workspaceId).find((one) => one.connectionId === connection.connectionId)
          ?.streams ?? [],
        withBackfillSource.has(connection.kind),
      ],
    );
    for (const source of sourcesOf(connection.kind)) {
      await addConnector(owner, {
        airbyte,
        shop,
        shopId,
        source,
        engine: "airbyte",
        connectionId: rows[0]!.id,
        airbyteConnectionId: connection.connectionId,
        addedAt,
      });
    }
    const wantsLate = sourcesOf(connection.kind).some((source) => source in shop.lastSuccessMinutes);
    if (!wantsLate && !shop.isNew) airbyte.release(connection.connectionId);
  }
  for (const source of shop.pushed) {
    await addConnector(owner, {
      airbyte,
      shop,
      shopId,
      source,
      engine: "push",
      connectionId: null,
      airbyteConnectionId: null,
      addedAt,
    });
  }
  if (shop.state === "late")
    await failWithCredentials(owner, shopId, connectorIdOf(shop.domain, "attentive"));
}

interface AddedConnector {
  airbyte: AirbyteStandIn;
  shop: DemoShop;
  shopId: string;
  source: string;
  engine: "airbyte" | "push";
  connectionId: string | null;
  airbyteConnectionId: string | null;
  addedAt: Date;
}

async function addConnector(
  owner: pg.Pool,
  { airbyte, shop, shopId, source, engine, connectionId, airbyteConnectionId, addedAt }: AddedConnector,
): Promise<void> {
  const connectorId = connectorIdOf(shop.domain, source);
  await owner.query(
    "INSERT INTO connectors (shop_id, id, source, engine, connection_id, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (shop_id, id) DO UPDATE SET created_at = CASE WHEN $7 THEN excluded.created_at ELSE connectors.created_at END",
    [shopId, connectorId, source, engine, connectionId, addedAt, shop.isNew],
  );
  await owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) SELECT $1::uuid, $2::uuid, unnest($3::text[]) ON CONFLICT DO NOTHING",
    [shopId, connectorId, checksOf(Source.parse(source))],
  );
  if (shop.isNew) {
    await owner.query("DELETE FROM sync_runs WHERE shop_id = $1 AND connector_id = $2", [
      shopId,
      connectorId,
    ]);
    if (source.startsWith("shopify")) {
      await owner.query(
        "INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at) VALUES ($1, $2, 'first-import', 'running', now() - interval '14 minutes')",
        [shopId, connectorId],
      );
    }
    await owner.query("SELECT fold_connector_facts($1, $2)", [shopId, [connectorId]]);
    return;
  }
  if (await hasNoRuns(owner, shopId, connectorId))
    await writeHistory(owner, shop, shopId, connectorId, source);
  const minutes = shop.lastSuccessMinutes[source] ?? 3 + (source.length % 5);
  await placeLastSuccess(
    owner,
    airbyte,
    { shopId, domain: shop.domain, connectorId, source, airbyteConnectionId },
    new Date(Date.now() - minutes * MINUTE - 2_000),
  );
}

/**
 * The shop's rows of the last 120 days: all of them for a warehouse that is still empty, else what happened since the demo
 * was last running. What a scenario took away is put back first.
 */
async function fillWarehouse(owner: pg.Pool, shop: DemoShop): Promise<void> {
  if (shop.isNew) return;
  const until = new Date();
  const earliest = new Date(until.getTime() - HISTORY_DAYS * 1440 * MINUTE);
  const wanted = new Set([...shop.kinds.flatMap(sourcesOf), ...shop.pushed]);
  const tables = warehouseTables.filter((one) => wanted.has(one.table));
  for (const { table } of tables)
    await changeWarehouse(owner, shop.domain, { kind: "restore", source: table });
  // Side by side: PostgreSQL stores one table's rows while the next one's are made up.
  const fill = async (table: WarehouseTable) => {
    const time = table.grain === "day" ? "day" : "created_at";
    const { rows } = await owner.query<{ latest: Date | null }>(
      `SELECT max(${time})::timestamptz AS latest FROM warehouse.${table.table} WHERE shop_domain = $1`,
      [shop.domain],
    );
    const latest = rows[0]?.latest ?? earliest;
    const since = new Date(Math.max(earliest.getTime(), latest.getTime() - 1440 * MINUTE));
    await loadHistory(
      owner,
      table,
      rowFactsOf(shop, table.table),
      latest === earliest ? earliest : since,
      until,
    );
  };
  await Promise.all(tables.map(fill));
}

async function hasNoRuns(owner: pg.Pool, shopId: string, connectorId: string): Promise<boolean> {
  const { rowCount } = await owner.query(
    "SELECT 1 FROM sync_runs WHERE shop_id = $1 AND connector_id = $2 LIMIT 1",
    [shopId, connectorId],
  );
  return rowCount === 0;
}

/**
 * Runs as they would have been: every two hours for commerce, four a day for the rest; about one in seventy failed. Each
 * success loaded what the warehouse holds since the one before.
 */
async function writeHistory(
  owner: pg.Pool,
  shop: DemoShop,
  shopId: string,
  connectorId: string,
  source: string,
): Promise<void> {
  const everyMinutes = isCommerce(source) ? 110 : 360;
  const loaded = countLoaded(source, {
    shop: "$3",
    since: "coalesce(before, at - make_interval(mins => $4::int))",
    until: "at",
  });
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced, failure_reason, created_at, updated_at)
     SELECT $1::uuid, $2::uuid, 'history-' || extract(epoch FROM at)::bigint, CASE WHEN failed THEN 'failed' ELSE 'succeeded' END, at, at + make_interval(secs => $6::float8),
       CASE WHEN failed THEN 0 ELSE ${loaded} END, CASE WHEN failed THEN 'unknown' END, at, at
     FROM (SELECT *, max(at) FILTER (WHERE NOT failed) OVER (ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
           FROM (SELECT at, ('x' || substr(md5(at::text || $2), 1, 8))::bit(32)::bigint / 4294967296.0 > 0.986 AS failed
                 FROM generate_series(now() - make_interval(days => $5::int), now() - interval '50 minutes', make_interval(mins => $4::int)) AS at) AS times) AS runs
     ON CONFLICT DO NOTHING`,
    [shopId, connectorId, shop.domain, everyMinutes, HISTORY_DAYS, usualSyncMs / 1000],
  );
  // Before them all came the first import. It read as many days of the time before, which are in no warehouse here.
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced, created_at, updated_at)
     SELECT $1::uuid, $2::uuid, 'first-import', 'succeeded', at, at + make_interval(secs => $5::float8),
       ${countLoaded(source, { shop: "$3", since: "now() - make_interval(days => $4::int)", until: "now()" })}, at, at
     FROM (SELECT now() - make_interval(days => $4::int, hours => 1) AS at) AS begun ON CONFLICT DO NOTHING`,
    [shopId, connectorId, shop.domain, HISTORY_DAYS, firstImportMs(HISTORY_DAYS) / 1000],
  );
}

async function failWithCredentials(owner: pg.Pool, shopId: string, connectorId: string): Promise<void> {
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, failure_reason, error_message)
     VALUES ($1, $2, 'failed-' || extract(epoch FROM now())::bigint, 'failed', now() - interval '2 minutes', now() - interval '90 seconds', 'credentials', 'The API key was revoked.')`,
    [shopId, connectorId],
  );
  await owner.query("SELECT fold_connector_facts($1, $2)", [shopId, [connectorId]]);
}
