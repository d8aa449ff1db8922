import { randomBytes } from "node:crypto";
import { Session } from "@shopify/shopify-api";
import type pg from "pg";
import { issueWebhookToken } from "#app/modules/connectors/workspaces.store.server.ts";
import { createIngestKey, type NewIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import { saveSession } from "#app/modules/shops/sessions.store.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";

/** A shop with one of everything that an address can name, and words in its rows that no other shop has. */
export interface FuzzShop {
  id: string;
  domain: string;
  /** Stands in the shop's domain and texts, and in no other shop's. */
  marker: string;
  connectorIds: string[];
  incidentIds: string[];
  backfillIds: string[];
  keyIds: string[];
  connectionIds: string[];
  maintenanceIds: string[];
  liftIds: string[];
  /** Jobs of the queue that failed, of no shop in particular. */
  jobIds: string[];
  key: NewIngestKey;
  expiredKey: NewIngestKey;
  airbyteToken: string;
}

/** Finds the markers of shops in an answer. */
export const markerPattern = /fuzzed-[0-9a-f]{12}/g;

const HOUR_MS = 3_600_000;

/** Stores a shop whose merchant is signed in, so that no page has to ask Shopify for tokens. */
export async function makeFuzzShop(owner: pg.Client, now: Date): Promise<FuzzShop> {
  const marker = `fuzzed-${randomBytes(6).toString("hex")}`;
  const { id, domain } = await makeShop(owner, { domain: `${marker}.myshopify.com`, checkedAt: now });
  const synced = { lastSucceededAt: new Date(now.getTime() - HOUR_MS), lastRowsSynced: 40 };
  const connectors = [
    await makeConnector(owner, id, "klaviyo", synced),
    await makeConnector(owner, id, "shopify_orders", {}),
    await makeConnector(owner, id, "meta_ads", { ...synced, engine: "airbyte" }),
    await makeConnector(owner, id, "attentive", synced),
  ];
  await owner.query("INSERT INTO airbyte_workspaces (shop_id, workspace_id) VALUES ($1, gen_random_uuid())", [
    id,
  ]);
  await owner.query("UPDATE connectors SET backfill_url = 'https://pipeline.invalid/' WHERE shop_id = $1", [
    id,
  ]);
  const incidents = await owner.query<{ id: string }>(
    `INSERT INTO dq_incidents (shop_id, connector_id, check_name, status, severity, title, detail, opened_at, resolved_at)
     SELECT $1, c.id, k.check_name, k.status, 'high', $2 || ' is late', 'It is late.', $3::timestamptz - interval '5 hours',
       CASE WHEN k.status = 'resolved' THEN $3::timestamptz END
     FROM connectors c CROSS JOIN (VALUES ('freshness', 'open'), ('sync_failed', 'resolved')) AS k (check_name, status)
     WHERE c.shop_id = $1 RETURNING id`,
    [id, marker, now],
  );
  const backfills = await owner.query<{ id: string }>(
    `INSERT INTO backfill_jobs (shop_id, connector_id, source, strategy, status, start_day, end_day, requested_by, requested_role, started_at)
     VALUES ($1, $2, 'attentive', 'push', 'running', $3::date - 9, $3::date - 3, '42', 'merchant', $3) RETURNING id`,
    [id, connectors[3]!.id, now],
  );
  const window = await owner.query<{ id: string }>(
    `INSERT INTO maintenance_windows (shop_id, starts_at, ends_at, reason, created_by)
     VALUES ($1, $2::timestamptz, $2::timestamptz + interval '1 day', $3, 'ada') RETURNING id`,
    [id, now, marker],
  );
  const lift = await owner.query<{ id: string }>(
    `INSERT INTO dashboard_lifts (shop_id, dashboard, reason, created_by, expires_at)
     VALUES ($1, 'traffic', $3, 'ada', $2::timestamptz + interval '1 day') RETURNING id`,
    [id, now, marker],
  );
  const job = await owner.query<{ id: string }>(
    "SELECT id::text FROM graphile_worker.add_job('alerts.sweep', max_attempts := 3, run_at := now() + interval '1 day')",
  );
  await owner.query(
    "UPDATE graphile_worker._private_jobs SET attempts = 1, last_error = 'It failed.' WHERE id = $1",
    [job.rows[0]!.id],
  );
  const secrets = await withShop(id, async (tx) => {
    const key = await createIngestKey(tx, id, now);
    const expiredKey = await createIngestKey(tx, id, now);
    const airbyteToken = (await issueWebhookToken(tx, id))!;
    const offline = {
      id: `offline_${domain}`,
      shop: domain,
      state: "",
      isOnline: false,
      scope: "read_orders",
    };
    const expires = new Date(now.getTime() + 12 * HOUR_MS);
    await saveSession(tx, id, new Session({ ...offline, accessToken: `shpat_${marker}`, expires }));
    return { key, expiredKey, airbyteToken };
  });
  await owner.query("UPDATE ingest_keys SET expires_at = $2 WHERE id = $1", [secrets.expiredKey.id, now]);
  return {
    id,
    domain,
    marker,
    connectorIds: connectors.map((each) => each.id),
    incidentIds: incidents.rows.map((row) => row.id),
    backfillIds: backfills.rows.map((row) => row.id),
    keyIds: [secrets.key.id, secrets.expiredKey.id],
    connectionIds: connectors.flatMap(({ connectionId }) => connectionId ?? []),
    maintenanceIds: window.rows.map((row) => row.id),
    liftIds: lift.rows.map((row) => row.id),
    jobIds: job.rows.map((row) => row.id),
    ...secrets,
  };
}

/** Every id of the shop's, by what it names. */
export const idsOf = (shop: FuzzShop): string[] => [
  shop.id,
  ...shop.connectorIds,
  ...shop.incidentIds,
  ...shop.backfillIds,
  ...shop.keyIds,
  ...shop.connectionIds,
  ...shop.maintenanceIds,
  ...shop.liftIds,
];
