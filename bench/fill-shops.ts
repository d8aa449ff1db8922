import type pg from "pg";
import { checkNames } from "#app/modules/checks/check-names.ts";
import { type Source, sourceKeys, sources } from "#app/modules/connectors/sources.ts";

export const CONNECTORS_PER_SHOP = 12;
const filledSources: readonly Source[] = sourceKeys.slice(0, CONNECTORS_PER_SHOP);

export const domainOf = (shop: number): string => `bench-${shop}.myshopify.com`;

/** An id that is the same in every run, and that is one by the book (RFC 9562, version 8): tasks refuse others. */
const idOf = (text: string) => `overlay(overlay(md5(${text}) PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid`;

/** A chance between 0 and 1 that is the same in every run: of the connector `c`, and of what else is said. */
const chance = (salt: string) =>
  `('x' || substr(md5(c.id::text || '${salt}'), 1, 8))::bit(32)::bigint / 4294967296.0`;

/**
 * Shops with 12 connectors each, the same ones in every run: synced minutes before `asOf`, about two in a hundred late.
 * What Airbyte can serve hangs on a connection of the shop's workspace.
 */
export async function fillShops(owner: pg.Client, shops: number, asOf: Date): Promise<void> {
  await owner.query(
    `INSERT INTO shops (id, domain, time_zone)
     SELECT ${idOf("'shop' || n")}, 'bench-' || n || '.myshopify.com', 'America/New_York' FROM generate_series(1, $1::int) n`,
    [shops],
  );
  await owner.query("INSERT INTO shop_health (shop_id) SELECT id FROM shops");
  await owner.query("INSERT INTO shop_settings (shop_id) SELECT id FROM shops");
  await owner.query(
    "INSERT INTO airbyte_workspaces (shop_id, workspace_id, last_polled_at) SELECT id, md5('workspace' || id)::uuid, $1 FROM shops",
    [asOf],
  );
  const byAirbyte = filledSources.filter((source) => sources[source].engines.includes("airbyte"));
  await owner.query(
    `INSERT INTO connections (shop_id, id, engine, external_id, name)
     SELECT s.id, ${idOf("'connection' || s.id || k.source")}, 'airbyte', md5('external' || s.id || k.source), k.source
     FROM shops s CROSS JOIN unnest($1::text[]) AS k (source)`,
    [byAirbyte],
  );
  await owner.query(
    `INSERT INTO connectors (shop_id, id, source, engine, connection_id, created_at)
     SELECT s.id, ${idOf("'connector' || s.id || k.source")}, k.source, CASE WHEN n.id IS NULL THEN 'push' ELSE 'airbyte' END, n.id,
       $2::timestamptz - interval '120 days'
     FROM shops s CROSS JOIN unnest($1::text[]) AS k (source)
     LEFT JOIN connections n ON n.shop_id = s.id AND n.name = k.source`,
    [filledSources, asOf],
  );
  await syncConnectors(owner, asOf, 0);
  await owner.query(
    `INSERT INTO dq_checks (shop_id, connector_id, check_name)
     SELECT shop_id, id, check_name FROM connectors CROSS JOIN unnest($1::text[]) AS check_name`,
    [checkNames],
  );
  await owner.query("ANALYZE");
}

/**
 * What a quarter of an hour of syncs leaves behind: all are fresh but two in a hundred, of whom some recover from one
 * tick to the next while others fall behind.
 */
export async function syncConnectors(owner: pg.Client, asOf: Date, tick: number): Promise<void> {
  await owner.query(
    `UPDATE connectors c SET last_rows_synced = 1200, last_succeeded_at = $1::timestamptz - make_interval(mins =>
       CASE WHEN ${chance("late")} < 0.018 OR ${chance(`tick ${tick}`)} < 0.002 THEN 3000 ELSE 5 END)`,
    [asOf],
  );
}

/** Some sources of every shop fall behind, of each severity, so that there is something to show. */
export async function makeSomeLate(owner: pg.Client, asOf: Date): Promise<void> {
  await owner.query(
    `UPDATE connectors c SET last_succeeded_at = $1::timestamptz - make_interval(mins => late.minutes)
     FROM (VALUES ('shopify_refunds', 700), ('recharge', 150), ('meta_ads', 3000), ('klaviyo', 1500)) AS late (source, minutes)
     WHERE c.source = late.source`,
    [asOf],
  );
}

/** Syncs every `everyMinutes` over `days` days up to `asOf`, one in seventy failed, none of them for good. */
export async function fillRuns(
  owner: pg.Client,
  { asOf, days, everyMinutes }: { asOf: Date; days: number; everyMinutes: number },
): Promise<void> {
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced, failure_reason, created_at, updated_at)
     SELECT shop_id, id, extract(epoch FROM at)::bigint::text, CASE WHEN failed THEN 'failed' ELSE 'succeeded' END,
       at - interval '50 seconds', at, CASE WHEN NOT failed THEN 1200 END, CASE WHEN failed THEN 'unknown' END, at, at
     FROM (SELECT c.shop_id, c.id, at, at < c.last_succeeded_at AND substr(md5(c.id::text || at), 1, 2) < '04' AS failed
           FROM connectors c CROSS JOIN LATERAL generate_series(c.last_succeeded_at - make_interval(days => $2::int), $1::timestamptz, make_interval(mins => $3::int)) AS at
           WHERE at <= c.last_succeeded_at) AS runs`,
    [asOf, days, everyMinutes],
  );
  await owner.query("VACUUM ANALYZE");
}
