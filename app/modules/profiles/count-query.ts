import type { SourceMapping } from "./mapping.ts";
import { findRows, openPlaces, type Query } from "./warehouse-rows.ts";

/** A stretch of one shop's days to count. */
export interface WantedCounts {
  /** Names the stretch in the answer. */
  n: number;
  shop: string;
  zone: string;
  fromDay: string;
  toDay: string;
  fromAt: Date;
  toAt: Date;
  /** When they were last counted: a day with a row loaded since then is touched. */
  countedAt: Date | null;
}

export interface CountAnswer {
  n: number;
  /** JSON, as `findChangedDays` takes it: the days that hold rows. */
  days: string;
}

/** One statement that counts a source's rows for all shops at once, by shop-local day. */
export function buildCountQuery(mapping: SourceMapping, wanted: readonly WantedCounts[]): Query {
  const places = openPlaces();
  const stretches = places.place(
    JSON.stringify(
      wanted.map((of) => ({
        n: of.n,
        shop: of.shop,
        zone: of.zone,
        from_day: of.fromDay,
        to_day: of.toDay,
        from_at: of.fromAt,
        to_at: of.toAt,
        counted_at: of.countedAt,
      })),
    ),
    "jsonb",
  );
  const rows = findRows(mapping, places);
  const isTouched = mapping.extractedAtColumn
    ? `coalesce(max(${rows.column(mapping.extractedAtColumn)}) > min(w.counted_at), false)`
    : "false";
  const text = `
WITH wanted AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(${stretches}) AS w (n integer, shop text, zone text, from_day date, to_day date,
    from_at timestamptz, to_at timestamptz, counted_at timestamptz)
), counted AS (
  SELECT w.n, ${rows.day} AS day, count(*) AS row_count, ${isTouched} AS is_touched
  FROM wanted w JOIN ${rows.table} t ON ${rows.isOfShop} AND ${rows.isWithin} GROUP BY 1, 2
)
SELECT w.n, coalesce(json_agg(json_build_object('day', day, 'row_count', row_count, 'is_touched', is_touched))
  FILTER (WHERE c.n IS NOT NULL), '[]')::text AS days
FROM wanted w LEFT JOIN counted c ON c.n = w.n GROUP BY w.n`;
  return { text, values: places.values };
}
