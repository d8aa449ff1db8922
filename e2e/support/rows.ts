import { randomUUID } from "node:crypto";
import type pg from "pg";

/** The rows of one shop that other rows point at. */
export interface Anchors {
  shopId: string;
  connectionId: string;
  connectorId: string;
  incidentId: string;
}

export type Row = Record<string, unknown>;

/** Ids for a shop's anchor rows, not yet stored. */
export const newAnchors = (): Anchors => ({
  shopId: randomUUID(),
  connectionId: randomUUID(),
  connectorId: randomUUID(),
  incidentId: randomUUID(),
});

const actor = { actor: "system", actor_role: "system" };

/**
 * One valid row of every table that belongs to a shop, every foreign key set, in an order in which they can be inserted.
 * A table missing here fails the tenancy test.
 */
export const tenantRows: Record<string, (of: Anchors) => Row> = {
  shop_health: ({ shopId }) => ({ shop_id: shopId }),
  shop_settings: ({ shopId }) => ({ shop_id: shopId }),
  shopify_sessions: ({ shopId }) => ({ shop_id: shopId, id: randomUUID(), state: "" }),
  notices: ({ shopId }) => ({
    shop_id: shopId,
    kind: "backfill_completed",
    title: "Done",
    body: "It is done.",
    expires_at: "2030-01-01Z",
  }),
  airbyte_workspaces: ({ shopId }) => ({ shop_id: shopId, workspace_id: randomUUID() }),
  airbyte_hints: ({ shopId }) => ({
    shop_id: shopId,
    job_id: "9001",
    event: "failure",
    received_at: "2026-01-01Z",
  }),
  connections: ({ shopId, connectionId }) => ({
    shop_id: shopId,
    id: connectionId,
    engine: "airbyte",
    external_id: randomUUID(),
    name: "Meta → warehouse",
  }),
  connectors: ({ shopId, connectorId, connectionId }) => ({
    shop_id: shopId,
    id: connectorId,
    source: "meta_ads",
    connection_id: connectionId,
    engine: "airbyte",
  }),
  lineage_jobs: ({ shopId, connectorId }) => ({
    shop_id: shopId,
    namespace: "dbt",
    name: randomUUID(),
    connector_id: connectorId,
  }),
  ingest_keys: ({ shopId }) => ({
    shop_id: shopId,
    bearer_hash: randomUUID(),
    signing_secret_encrypted: "v1",
  }),
  sync_runs: ({ shopId, connectorId }) => ({
    shop_id: shopId,
    connector_id: connectorId,
    external_run_id: randomUUID(),
    status: "succeeded",
    ended_at: "2026-01-01Z",
  }),
  dq_checks: ({ shopId, connectorId }) => ({
    shop_id: shopId,
    connector_id: connectorId,
    check_name: "freshness",
  }),
  dq_results: ({ shopId, connectorId }) => ({
    shop_id: shopId,
    connector_id: connectorId,
    check_name: "freshness",
    evaluated_at: new Date(),
    outcome: "fresh",
  }),
  daily_profiles: ({ shopId, connectorId }) => ({
    shop_id: shopId,
    connector_id: connectorId,
    day: "2026-01-01",
    row_count: 1,
    profiled_at: "2026-01-02Z",
  }),
  hourly_profiles: ({ shopId, connectorId }) => ({
    shop_id: shopId,
    connector_id: connectorId,
    hour_at: "2026-01-01Z",
    row_count: 1,
    profiled_at: "2026-01-02Z",
  }),
  expected_windows: ({ shopId, connectorId }) => ({
    shop_id: shopId,
    connector_id: connectorId,
    start_day: "2026-01-01",
    end_day: "2026-01-02",
    kind: "sale",
    created_by: "system",
  }),
  dq_incidents: ({ shopId, connectorId, incidentId }) => ({
    shop_id: shopId,
    id: incidentId,
    connector_id: connectorId,
    check_name: "freshness",
    severity: "high",
    title: "Late",
    detail: "It is late.",
    opened_at: "2026-01-01Z",
    parent_id: incidentId,
  }),
  incident_events: ({ shopId, incidentId }) => ({
    shop_id: shopId,
    incident_id: incidentId,
    at: "2026-01-01Z",
    kind: "opened",
    ...actor,
  }),
  maintenance_windows: ({ shopId, connectorId }) => ({
    shop_id: shopId,
    connector_id: connectorId,
    starts_at: "2026-01-01Z",
    ends_at: "2026-01-02Z",
    reason: "move",
    created_by: "system",
  }),
  dashboard_lifts: ({ shopId }) => ({
    shop_id: shopId,
    dashboard: "revenue",
    reason: "checked",
    created_by: "system",
    expires_at: "2030-01-01Z",
  }),
  alert_deliveries: ({ shopId, incidentId }) => ({
    shop_id: shopId,
    incident_id: incidentId,
    channel: "slack",
    event: "opened",
    severity: "high",
    state: "queued",
    created_at: "2026-01-01Z",
  }),
  backfill_jobs: ({ shopId, connectorId, connectionId }) => ({
    shop_id: shopId,
    connector_id: connectorId,
    connection_id: connectionId,
    source: "meta_ads",
    start_day: "2026-01-01",
    end_day: "2026-01-02",
    requested_by: "system",
    requested_role: "merchant",
  }),
  audit_log: ({ shopId }) => ({ shop_id: shopId, action: "incident.acknowledged", ...actor }),
};

/** Inserts one row as it is. */
export async function insertRow(client: pg.ClientBase, table: string, row: Row): Promise<void> {
  const columns = Object.keys(row).map((name) => pgIdentifier(name));
  const places = columns.map((_, index) => `$${index + 1}`);
  await client.query(
    `INSERT INTO ${pgIdentifier(table)} (${columns}) VALUES (${places})`,
    Object.values(row),
  );
}

/** Stores a shop with one row in every table that belongs to a shop. */
export async function insertFullShop(owner: pg.ClientBase, anchors: Anchors): Promise<void> {
  await owner.query("INSERT INTO shops (id, domain) VALUES ($1, $2)", [
    anchors.shopId,
    `shop-${anchors.shopId}.myshopify.com`,
  ]);
  for (const [table, makeRow] of Object.entries(tenantRows)) await insertRow(owner, table, makeRow(anchors));
}

const pgIdentifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
