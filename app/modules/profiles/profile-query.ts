import { NO_VALUE, OTHER_VALUES, type SourceMapping } from "./mapping.ts";
import { findRows, openPlaces, type Places, type Query, type WarehouseRows } from "./warehouse-rows.ts";

/** Values of a category that a day keeps by name; the rest is summed. */
const KEPT_VALUES = 50;
/** Longer values of a category are cut. */
const VALUE_LENGTH = 100;

/** A stretch of one shop's days to read. */
export interface WantedDays {
  /** Names the stretch in the answer. */
  n: number;
  shop: string;
  zone: string;
  fromDay: string;
  toDay: string;
  /** Those days as instants. */
  daysFrom: Date;
  daysTo: Date;
  /** Whole UTC hours to count. Null: none. */
  hoursFrom: Date | null;
  hoursTo: Date | null;
  /** What to read for both: where the zone is not whole hours from UTC, hours reach beyond the days. */
  fromAt: Date;
  toAt: Date;
  /** The engine's ids of all the shop's connections. Empty: not known. */
  connections: readonly string[];
  /** The stretch ends today: the shop's newest record is asked for. */
  isLatest: boolean;
}

/** What the warehouse answers for one stretch. */
export interface ProfileAnswer {
  n: number;
  /** Null too unless the stretch is the latest, as is `has_rows`. */
  newest: Date | null;
  has_rows: boolean | null;
  /** JSON, as `saveProfiles` takes it: the days that hold rows. */
  days: string;
  /** JSON, `[[epoch seconds, rows], …]`: the hours that hold rows. */
  hours: string;
}

/**
 * One statement that profiles a source's stretches, for all shops at once, by shop-local day. A row whose time is null
 * belongs to no day and is left out.
 */
export function buildProfileQuery(mapping: SourceMapping, wanted: readonly WantedDays[], now: Date): Query {
  const places = openPlaces();
  const stretches = places.place(JSON.stringify(wanted.map(toRecord)), "jsonb");
  const rows = findRows(mapping, places);
  const text = `
WITH wanted AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(${stretches}) AS w (n integer, shop text, zone text, from_day date, to_day date,
    days_from timestamptz, days_to timestamptz, hours_from timestamptz, hours_to timestamptz, from_at timestamptz, to_at timestamptz,
    connections text[], is_latest boolean)
), ${selectRecords(mapping, rows, places)}
), ${selectTotals(mapping, now, places)}
), ${selectCategories(Object.keys(mapping.categories), places)}
), ${rows.at ? hours : noHours}
), stretch_days AS (
  SELECT n, max(day) AS last_day, max(newest) AS newest, json_agg(json_build_object('day', day, 'row_count', row_count,
    'distinct_keys', distinct_keys, 'duplicate_keys', keyed - distinct_keys, 'foreign_rows', foreign_rows,
    'newest_record_at', newest, 'measures', measures, 'categories', coalesce(categories, '{}')) ORDER BY day) AS days
  FROM totals LEFT JOIN categories USING (n, day) GROUP BY n
)
SELECT w.n, coalesce(d.days, '[]')::text AS days, coalesce(h.hours, '[]')::text AS hours,
  CASE WHEN w.is_latest THEN coalesce(${rows.at ? "d.newest" : "d.last_day::timestamp AT TIME ZONE w.zone"}, ${rows.newest(now)}) END AS newest,
  CASE WHEN w.is_latest THEN d.n IS NOT NULL OR EXISTS (SELECT 1 FROM ${rows.table} t WHERE ${rows.isOfShop}) END AS has_rows
FROM wanted w LEFT JOIN stretch_days d USING (n) LEFT JOIN stretch_hours h USING (n)`;
  return { text, values: places.values };
}

const toRecord = (of: WantedDays) => ({
  n: of.n,
  shop: of.shop,
  zone: of.zone,
  from_day: of.fromDay,
  to_day: of.toDay,
  days_from: of.daysFrom,
  days_to: of.daysTo,
  hours_from: of.hoursFrom,
  hours_to: of.hoursTo,
  from_at: of.fromAt,
  to_at: of.toAt,
  connections: of.connections,
  is_latest: of.isLatest,
});

/**
 * The rows read, each once. Columns `k0 …` are the key's, `m0 …` the measures', `c0 …` the categories'. A row between
 * two stretches' days is there for its hour only.
 */
function selectRecords(mapping: SourceMapping, rows: WarehouseRows, { place }: Places): string {
  const columns = [
    ...mapping.primaryKey.map((of, i) => `${rows.column(of)}::text COLLATE "C" AS k${i}`),
    ...Object.values(mapping.measures).map((of, i) => `${rows.column(of.column)}::numeric AS m${i}`),
    ...Object.values(mapping.categories).map(
      (of, i) =>
        `left(coalesce(${rows.column(of)}::text, ${place(NO_VALUE, "text")}), ${VALUE_LENGTH}) AS c${i}`,
    ),
  ];
  const signs = [
    ...(mapping.ownerColumn ? [`${rows.column(mapping.ownerColumn)}::text <> w.shop`] : []),
    // Where none of the shop's connections is known, nobody can say that a row came through another shop's.
    ...(mapping.connectionColumn
      ? [
          `cardinality(w.connections) > 0 AND ${rows.column(mapping.connectionColumn)}::text <> ALL (w.connections)`,
        ]
      : []),
  ];
  const isForeign = signs.length > 0 ? `coalesce(${signs.join(" OR ")}, false)` : "false";
  const { at } = rows;
  const times = at
    ? [
        `${at} AS at`,
        `${at} >= w.days_from AND ${at} < w.days_to AS is_in_days`,
        `CASE WHEN ${at} >= w.hours_from AND ${at} < w.hours_to THEN date_bin('1 hour', ${at}, 'epoch') END AS hour`,
      ]
    : ["NULL::timestamptz AS at", "true AS is_in_days", "NULL::timestamptz AS hour"];
  return `records AS MATERIALIZED (
  SELECT ${["w.n", `${rows.day} AS day`, ...times, `${isForeign} AS is_foreign`, ...columns].join(", ")}
  FROM wanted w JOIN ${rows.table} t ON ${rows.isOfShop} AND ${rows.isWithin}`;
}

function selectTotals(mapping: SourceMapping, now: Date, { place }: Places): string {
  const keys = mapping.primaryKey.map((_, i) => `k${i}`);
  const isWhole = keys.map((key) => `${key} IS NOT NULL`).join(" AND ");
  const distinct = keys.length === 1 ? "count(DISTINCT k0)" : `count(DISTINCT (${keys.join(", ")}))`;
  const names = Object.keys(mapping.measures);
  const places = names.length > 0 ? place(names, "text[]") : "";
  const measures = names.map(
    (_, i) => `(${places})[${i + 1}], json_build_object(
      'sum', CASE WHEN sum(m${i}) IN ('NaN', 'Infinity', '-Infinity') THEN NULL ELSE coalesce(sum(m${i}), 0) END,
      'count', count(m${i}), 'nulls', count(*) - count(m${i}), 'negatives', count(*) FILTER (WHERE m${i} < 0))`,
  );
  return `totals AS (
  SELECT n, day, count(*) AS row_count, count(*) FILTER (WHERE is_foreign) AS foreign_rows,
    ${keys.length > 0 ? `${distinct} FILTER (WHERE ${isWhole})` : "NULL::bigint"} AS distinct_keys,
    ${keys.length > 0 ? `count(*) FILTER (WHERE ${isWhole})` : "NULL::bigint"} AS keyed,
    max(at) FILTER (WHERE at <= ${place(now, "timestamptz")}) AS newest, json_build_object(${measures.join(", ")}) AS measures
  FROM records WHERE is_in_days GROUP BY n, day`;
}

function selectCategories(names: readonly string[], { place }: Places): string {
  if (names.length === 0)
    return "categories AS (SELECT NULL::integer AS n, NULL::date AS day, NULL::json AS categories WHERE false";
  const labels = place(names, "text[]");
  const counted = names.map(
    (_, i) =>
      `SELECT n, day, (${labels})[${i + 1}] AS name, c${i} AS value, count(*) AS row_count FROM records WHERE is_in_days GROUP BY n, day, c${i}`,
  );
  return `counted AS (
  ${counted.join("\n  UNION ALL ")}
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY n, day, name ORDER BY row_count DESC, value) AS rank FROM counted
), kept AS (
  SELECT n, day, name, CASE WHEN rank <= ${KEPT_VALUES} THEN value ELSE ${place(OTHER_VALUES, "text")} END AS value, sum(row_count) AS row_count
  FROM ranked GROUP BY 1, 2, 3, 4
), by_name AS (
  SELECT n, day, name, json_object_agg(value, row_count ORDER BY row_count DESC, value) AS counts FROM kept GROUP BY n, day, name
), categories AS (
  SELECT n, day, json_object_agg(name, counts ORDER BY name) AS categories FROM by_name GROUP BY n, day`;
}

const hours = `hours AS (
  SELECT n, hour, count(*) AS row_count FROM records WHERE hour IS NOT NULL GROUP BY n, hour
), stretch_hours AS (
  SELECT n, json_agg(json_build_array(extract(epoch FROM hour)::bigint, row_count) ORDER BY hour) AS hours FROM hours GROUP BY n`;

const noHours = "stretch_hours AS (SELECT NULL::integer AS n, NULL::json AS hours WHERE false";
