import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Source } from "../connectors/sources.ts";

/** What decides whether, and how, a connector is profiled. */
export interface ProfileFacts {
  shopId: string;
  connectorId: string;
  source: Source;
  lastSucceededAt: Date | null;
  profiledAt: Date | null;
  countedAt: Date | null;
  /** The engine's ids of all the shop's connections. */
  connections: string[];
}

/** The shops' connectors of these sources that are not paused. */
export async function loadProfileFacts(
  tx: ShopTx,
  shopIds: readonly string[],
  sources: readonly Source[],
): Promise<ProfileFacts[]> {
  return tx.$queryRaw<ProfileFacts[]>`
    SELECT c.shop_id AS "shopId", c.id AS "connectorId", c.source, c.last_succeeded_at AS "lastSucceededAt",
      c.profiled_at AS "profiledAt", c.counted_at AS "countedAt", coalesce(n.ids, '{}') AS connections
    FROM connectors c
    LEFT JOIN (SELECT shop_id, array_agg(external_id) AS ids FROM connections WHERE shop_id = ANY (${[...shopIds]}::uuid[]) GROUP BY shop_id) n
      USING (shop_id)
    WHERE c.shop_id = ANY (${[...shopIds]}::uuid[]) AND c.source = ANY (${[...sources]}::text[]) AND c.paused_at IS NULL`;
}

/** What the warehouse counted of one connector. */
export interface DayCounts {
  shopId: string;
  connectorId: string;
  fromDay: string;
  toDay: string;
  /** JSON: `[{day, row_count, is_touched}, …]`, the days that hold rows. */
  days: string;
}

/**
 * The days, by connector, whose stored count is not what the warehouse counted, or that were loaded anew since. A day
 * that was never profiled counts as changed from the connector's first day with rows on, so no gap stays unseen.
 */
export async function findChangedDays(
  tx: ShopTx,
  counts: readonly DayCounts[],
): Promise<Map<string, string[]>> {
  if (counts.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ connectorId: string; days: string[] }[]>`
    WITH counted AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${joinRecords(counts.map(countsRecord))}::jsonb)
        AS c (shop_id uuid, connector_id uuid, from_day date, to_day date, days jsonb)
    ), found AS MATERIALIZED (
      SELECT c.shop_id, c.connector_id, d.day, d.row_count, d.is_touched
      FROM counted c CROSS JOIN LATERAL jsonb_to_recordset(c.days) AS d (day date, row_count bigint, is_touched boolean)
    ), first AS MATERIALIZED (
      SELECT c.shop_id, c.connector_id, c.from_day, c.to_day, least(
        (SELECT min(p.day) FROM daily_profiles p WHERE p.shop_id = c.shop_id AND p.connector_id = c.connector_id), f.day) AS day
      FROM counted c LEFT JOIN (SELECT connector_id, min(day) AS day FROM found GROUP BY 1) f USING (connector_id)
    )
    SELECT w.connector_id AS "connectorId", array_agg(g.day::text ORDER BY g.day) AS days
    FROM first w CROSS JOIN LATERAL (
      SELECT at::date AS day FROM generate_series(CASE WHEN w.day IS NOT NULL THEN greatest(w.from_day, w.day) END::timestamp, w.to_day, '1 day') AS g (at)
    ) g
    LEFT JOIN found f ON f.connector_id = w.connector_id AND f.day = g.day
    LEFT JOIN daily_profiles p ON p.shop_id = w.shop_id AND p.connector_id = w.connector_id AND p.day = g.day
    WHERE p.row_count IS DISTINCT FROM coalesce(f.row_count, 0) OR f.is_touched
    GROUP BY 1`;
  return new Map(rows.map((row) => [row.connectorId, row.days]));
}

/** What the warehouse held of one stretch of a connector's days. */
export interface ProfiledStretch {
  shopId: string;
  connectorId: string;
  fromDay: string;
  toDay: string;
  hoursFrom: Date | null;
  hoursTo: Date | null;
  /** A primary key is mapped: a day without rows has no duplicate, instead of "not known". */
  hasKeys: boolean;
  /** JSON: the days that hold rows, with their numbers by the columns' names. */
  days: string;
  /** JSON: `[[epoch seconds, rows], …]`, the hours that hold rows. */
  hours: string;
}

/** What is known of a connector when all of its stretches are read. */
export interface ProfiledConnector {
  shopId: string;
  connectorId: string;
  newestRecordAt: Date | null;
  hasRows: boolean;
  /** All of the last 90 days were among them. */
  isCounted: boolean;
  stretches: ProfiledStretch[];
}

/**
 * Saves what was read at `now`: days and hours are written only where a number changed, and those without rows become
 * zeros from the first that held any. A connector of which a later reading is stored is left alone.
 * @returns how many connectors were saved, and how many days had new numbers
 */
export async function saveProfiles(
  tx: ShopTx,
  profiled: readonly ProfiledConnector[],
  now: Date,
): Promise<{ connectors: number; days: number }> {
  const current = await lockOlder(tx, profiled, now);
  const connectors = profiled.filter(({ connectorId }) => current.has(connectorId));
  const stretches = connectors.flatMap((one) => one.stretches);
  const days = await saveDays(tx, joinRecords(stretches.map(daysRecord)), now);
  await saveHours(
    tx,
    joinRecords(stretches.filter(({ hoursFrom }) => hoursFrom !== null).map(hoursRecord)),
    now,
  );
  const stamps = connectors.map((one) => ({
    shop_id: one.shopId,
    id: one.connectorId,
    newest: one.newestRecordAt,
    has_rows: one.hasRows,
    is_counted: one.isCounted,
  }));
  await tx.$executeRaw`
    UPDATE connectors c SET profiled_at = ${now}, newest_record_at = s.newest, has_rows = s.has_rows,
      counted_at = CASE WHEN s.is_counted THEN ${now}::timestamptz ELSE c.counted_at END
    FROM jsonb_to_recordset(${JSON.stringify(stamps)}::jsonb) AS s (shop_id uuid, id uuid, newest timestamptz, has_rows boolean, is_counted boolean)
    WHERE c.shop_id = s.shop_id AND c.id = s.id`;
  return { connectors: connectors.length, days };
}

/** Notes that these connectors' days were counted and nothing had changed. */
export async function stampCounted(
  tx: ShopTx,
  connectors: readonly { shopId: string; connectorId: string }[],
  now: Date,
): Promise<void> {
  if (connectors.length === 0) return;
  await tx.$executeRaw`
    UPDATE connectors SET counted_at = ${now} WHERE shop_id = ANY (${shopIdsOf(connectors)}::uuid[])
      AND id = ANY (${connectors.map((one) => one.connectorId)}::uuid[]) AND (counted_at IS NULL OR counted_at < ${now})`;
}

/** Days of the shop are cut elsewhere from now on: what they held at most before says nothing of them any more. */
export async function forgetHighestRows(tx: ShopTx, shopId: string): Promise<void> {
  await tx.$executeRaw`UPDATE daily_profiles SET highest_rows = 0 WHERE shop_id = ${shopId}::uuid`;
}

/** Locks the connectors in one order and answers those of which nothing newer than `now` is stored. */
async function lockOlder(
  tx: ShopTx,
  connectors: readonly ProfiledConnector[],
  now: Date,
): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM connectors WHERE shop_id = ANY (${shopIdsOf(connectors)}::uuid[])
      AND id = ANY (${connectors.map((one) => one.connectorId)}::uuid[]) AND (profiled_at IS NULL OR profiled_at <= ${now})
    ORDER BY shop_id, id FOR UPDATE`;
  return new Set(rows.map((row) => row.id));
}

async function saveDays(tx: ShopTx, stretches: string, now: Date): Promise<number> {
  return tx.$executeRaw`
    WITH read AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${stretches}::jsonb) AS r (shop_id uuid, connector_id uuid, from_day date, to_day date, has_keys boolean, days jsonb)
    ), found AS MATERIALIZED (
      SELECT r.shop_id, r.connector_id, d.* FROM read r CROSS JOIN LATERAL jsonb_to_recordset(r.days) AS d (day date, row_count bigint,
        distinct_keys bigint, duplicate_keys bigint, foreign_rows bigint, measures jsonb, categories jsonb, newest_record_at timestamptz(3))
    ), first AS MATERIALIZED (
      SELECT c.shop_id, c.connector_id, least(
        (SELECT min(p.day) FROM daily_profiles p WHERE p.shop_id = c.shop_id AND p.connector_id = c.connector_id), f.day) AS day
      FROM (SELECT DISTINCT shop_id, connector_id FROM read) c
      LEFT JOIN (SELECT connector_id, min(day) AS day FROM found GROUP BY 1) f USING (connector_id)
    ), days AS (
      SELECT r.shop_id, r.connector_id, g.day, coalesce(d.row_count, 0) AS row_count,
        coalesce(d.distinct_keys, CASE WHEN r.has_keys THEN 0 END) AS distinct_keys,
        coalesce(d.duplicate_keys, CASE WHEN r.has_keys THEN 0 END) AS duplicate_keys,
        coalesce(d.foreign_rows, 0) AS foreign_rows, coalesce(d.measures, '{}') AS measures, coalesce(d.categories, '{}') AS categories, d.newest_record_at
      FROM read r JOIN first USING (shop_id, connector_id)
      -- A connector that never held a row has no first day, and gets none.
      CROSS JOIN LATERAL (
        SELECT at::date AS day FROM generate_series(CASE WHEN first.day IS NOT NULL THEN greatest(r.from_day, first.day) END::timestamp, r.to_day, '1 day') AS g (at)
      ) g
      LEFT JOIN found d ON d.connector_id = r.connector_id AND d.day = g.day
    ), stored AS MATERIALIZED (
      SELECT p.* FROM read r JOIN daily_profiles p ON p.shop_id = r.shop_id AND p.connector_id = r.connector_id AND p.day BETWEEN r.from_day AND r.to_day
    )
    INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, distinct_keys, duplicate_keys, foreign_rows, measures, categories, newest_record_at, highest_rows, profiled_at)
    SELECT d.*, greatest(d.row_count, p.highest_rows), ${now} FROM days d LEFT JOIN stored p USING (connector_id, day)
    WHERE p.day IS NULL
      OR (d.row_count, d.distinct_keys, d.duplicate_keys, d.foreign_rows, d.measures, d.categories, d.newest_record_at)
        IS DISTINCT FROM (p.row_count, p.distinct_keys, p.duplicate_keys, p.foreign_rows, p.measures, p.categories, p.newest_record_at)
    ON CONFLICT (shop_id, connector_id, day) DO UPDATE SET row_count = excluded.row_count, distinct_keys = excluded.distinct_keys,
      duplicate_keys = excluded.duplicate_keys, foreign_rows = excluded.foreign_rows, measures = excluded.measures,
      categories = excluded.categories, newest_record_at = excluded.newest_record_at, highest_rows = excluded.highest_rows, profiled_at = excluded.profiled_at`;
}

async function saveHours(tx: ShopTx, stretches: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    WITH read AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${stretches}::jsonb) AS r (shop_id uuid, connector_id uuid, hours_from timestamptz, hours_to timestamptz, hours jsonb)
    ), found AS MATERIALIZED (
      SELECT r.shop_id, r.connector_id, to_timestamp((h->>0)::bigint) AS hour_at, (h->>1)::bigint AS row_count
      FROM read r CROSS JOIN LATERAL jsonb_array_elements(r.hours) AS h
    ), first AS MATERIALIZED (
      SELECT c.shop_id, c.connector_id, least(
        (SELECT min(p.hour_at) FROM hourly_profiles p WHERE p.shop_id = c.shop_id AND p.connector_id = c.connector_id), f.hour_at) AS hour_at
      FROM (SELECT DISTINCT shop_id, connector_id FROM read) c
      LEFT JOIN (SELECT connector_id, min(hour_at) AS hour_at FROM found GROUP BY 1) f USING (connector_id)
    ), hours AS (
      SELECT r.shop_id, r.connector_id, g.hour_at, coalesce(h.row_count, 0) AS row_count
      FROM read r JOIN first USING (shop_id, connector_id)
      CROSS JOIN LATERAL generate_series(CASE WHEN first.hour_at IS NOT NULL THEN greatest(r.hours_from, first.hour_at) END, r.hours_to - interval '1 hour', '1 hour') AS g (hour_at)
      LEFT JOIN found h ON h.connector_id = r.connector_id AND h.hour_at = g.hour_at
    ), stored AS MATERIALIZED (
      SELECT p.* FROM read r JOIN hourly_profiles p ON p.shop_id = r.shop_id AND p.connector_id = r.connector_id AND p.hour_at >= r.hours_from AND p.hour_at < r.hours_to
    )
    INSERT INTO hourly_profiles (shop_id, connector_id, hour_at, row_count, profiled_at)
    SELECT h.*, ${now} FROM hours h LEFT JOIN stored p USING (connector_id, hour_at)
    WHERE p.row_count IS DISTINCT FROM h.row_count
    ON CONFLICT (shop_id, connector_id, hour_at) DO UPDATE SET row_count = excluded.row_count, profiled_at = excluded.profiled_at`;
}

const shopIdsOf = (connectors: readonly { shopId: string }[]): string[] => [
  ...new Set(connectors.map((one) => one.shopId)),
];

const joinRecords = (records: readonly string[]): string => `[${records.join(",")}]`;

/** A JSON object whose `raw` fields are JSON already: what the warehouse said goes through unread. */
function record(fields: object, raw: Record<string, string>): string {
  const parts = Object.entries(raw).map(([name, json]) => `,"${name}":${json}`);
  return `${JSON.stringify(fields).slice(0, -1)}${parts.join("")}}`;
}

const countsRecord = (of: DayCounts): string =>
  record(
    { shop_id: of.shopId, connector_id: of.connectorId, from_day: of.fromDay, to_day: of.toDay },
    { days: of.days },
  );

const daysRecord = (of: ProfiledStretch): string =>
  record(
    {
      shop_id: of.shopId,
      connector_id: of.connectorId,
      from_day: of.fromDay,
      to_day: of.toDay,
      has_keys: of.hasKeys,
    },
    { days: of.days },
  );

const hoursRecord = (of: ProfiledStretch): string =>
  record(
    {
      shop_id: of.shopId,
      connector_id: of.connectorId,
      hours_from: of.hoursFrom,
      hours_to: of.hoursTo,
    },
    { hours: of.hours },
  );
