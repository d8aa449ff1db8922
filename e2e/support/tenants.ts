import { randomUUID } from "node:crypto";
import type pg from "pg";
import { type Source, sources } from "#app/modules/connectors/sources.ts";
import type { Shop } from "#app/modules/shops/shop.ts";

/** A stored shop with its companions, as an installation leaves it. Every value has a default. */
export async function makeShop(
  owner: pg.Client,
  shop: Partial<Shop> & { checkedAt?: Date | null; installedAt?: Date; uninstalledAt?: Date | null } = {},
): Promise<Shop> {
  const {
    id = randomUUID(),
    timeZone = "UTC",
    currency = "USD",
    locale = "en",
    checkedAt = null,
    installedAt = new Date(),
    uninstalledAt = null,
  } = shop;
  const domain = shop.domain ?? `shop-${id}.myshopify.com`;
  await owner.query(
    "INSERT INTO shops (id, domain, time_zone, currency, locale, installed_at, created_at, uninstalled_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
    [id, domain, timeZone, currency, locale, installedAt, uninstalledAt],
  );
  await owner.query("INSERT INTO shop_health (shop_id, checked_at) VALUES ($1, $2)", [id, checkedAt]);
  await owner.query("INSERT INTO shop_settings (shop_id) VALUES ($1)", [id]);
  return { id, domain, timeZone, currency, locale };
}

/** The facts a stored connector is judged by. Every value has a default: a push connector that never synced. */
export interface ConnectorFacts {
  id?: string;
  engine?: "airbyte" | "push";
  /** The engine's own id of its connection; one is made up for an Airbyte connector. */
  externalId?: string;
  /** An existing connection to hang it on, as two connectors of one Shopify connection do. */
  connectionId?: string;
  createdAt?: Date;
  pausedAt?: Date | null;
  slaWarningMinutes?: number | null;
  lastSucceededAt?: Date | null;
  lastRowsSynced?: number | null;
  failuresInARow?: number;
  lastFailureReason?: string | null;
  lastFailedAt?: Date | null;
  runningSince?: Date | null;
  firstRunStartedAt?: Date | null;
}

/** A stored connector with its checks `freshness` and `sync_failed`, and its connection if Airbyte serves it. */
export async function makeConnector(
  owner: pg.Client,
  shopId: string,
  source: Source,
  facts: ConnectorFacts = {},
): Promise<{ id: string; connectionId: string | null }> {
  const { id = randomUUID(), engine = "push", createdAt = new Date() } = facts;
  let connectionId = facts.connectionId ?? null;
  if (!connectionId && (engine === "airbyte" || facts.externalId)) {
    connectionId = randomUUID();
    await owner.query(
      "INSERT INTO connections (shop_id, id, engine, external_id, name) VALUES ($1, $2, $3, $4, $5)",
      [
        shopId,
        connectionId,
        engine,
        facts.externalId ?? randomUUID(),
        `${sources[source].label} → warehouse`,
      ],
    );
  }
  await owner.query(
    `INSERT INTO connectors (shop_id, id, source, connection_id, engine, created_at, paused_at, sla_warning_minutes, last_succeeded_at,
       last_rows_synced, failures_in_a_row, last_failure_reason, last_failed_at, running_since, first_run_started_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      shopId,
      id,
      source,
      connectionId,
      engine,
      createdAt,
      facts.pausedAt ?? null,
      facts.slaWarningMinutes ?? null,
      facts.lastSucceededAt ?? null,
      facts.lastRowsSynced ?? null,
      facts.failuresInARow ?? 0,
      facts.lastFailureReason ?? null,
      facts.lastFailedAt ?? null,
      facts.runningSince ?? null,
      facts.firstRunStartedAt ?? null,
    ],
  );
  await owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) VALUES ($1, $2, 'freshness'), ($1, $2, 'sync_failed')",
    [shopId, id],
  );
  return { id, connectionId };
}
