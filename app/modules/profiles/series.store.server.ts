import { sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";

/** What one measure held in a day's rows. */
export interface ProfiledMeasure {
  /** Null when a row held NaN or an infinity: there is no sum. */
  sum: number | null;
  /** Rows in which it was set, rows in which it was null, and rows in which it was below zero. */
  count: number;
  nulls: number;
  negatives: number;
}

/** What the warehouse held of one connector's day, in the shop's calendar. */
export interface ProfiledDay {
  /** `YYYY-MM-DD` */
  day: string;
  rowCount: number;
  /** Keys of rows whose key is whole; rows beyond the first of a key; rows whose key has a null. Null: no key is mapped. */
  distinctKeys: number | null;
  duplicateKeys: number | null;
  nullKeys: number | null;
  /** Rows that name another shop, or came through a connection that is not this shop's. */
  foreignRows: number;
  /** By measure; empty on a day without rows. */
  measures: Record<string, ProfiledMeasure>;
  /** Rows by value of each category; the reserved values are in `mapping.ts`. Empty on a day without rows. */
  categories: Record<string, Record<string, number>>;
  /** When these numbers last changed. */
  profiledAt: Date;
  /** The most rows the day was ever seen with. */
  highestRows: number;
}

/** One connector's days as the checks read them, oldest first, without a gap from the first day that held a row. */
export interface Series {
  shopId: string;
  connectorId: string;
  source: string;
  /** When its days were last read. Null: never, `days` is empty. */
  profiledAt: Date | null;
  /** When all of its last 90 days were last counted. */
  countedAt: Date | null;
  /** The data clock. Null: no record, or not looked yet. */
  newestRecordAt: Date | null;
  /** Whether the table held any row of the shop. Null: not looked yet. */
  hasRows: boolean | null;
  days: ProfiledDay[];
}

/** One whole hour of a connector whose source arrives record by record. */
export interface ProfiledHour {
  /** Where it begins on the shop's wall clock, `2026-11-24T13:00`; met twice when the clock is put back. */
  hour: string;
  count: number;
}

/** One connector's hours, oldest first, without a gap from the first that held a record. */
export interface HourSeries {
  shopId: string;
  connectorId: string;
  source: string;
  profiledAt: Date | null;
  hours: ProfiledHour[];
}

/** All connectors of some shops, or some connectors. */
export type SeriesOf = { shopIds: readonly string[] } | { connectorIds: readonly string[] };

export interface LastDays {
  /** So many of the shop's days, today included. */
  days: number;
  now: Date;
}

/** Days as the statement gathers them: in the order of `ProfiledDay`. */
type PackedDay = [
  string,
  number,
  number | null,
  number | null,
  number,
  ProfiledDay["measures"],
  ProfiledDay["categories"],
  string,
  number,
];

/** The last days of all connectors of some shops, or of some, in one statement. Paused ones are among them. */
export async function loadSeries(tx: ShopTx, of: SeriesOf, { days, now }: LastDays): Promise<Series[]> {
  const rows = await tx.$queryRaw<(Omit<Series, "days"> & { days: PackedDay[] })[]>`
    SELECT c.shop_id AS "shopId", c.id AS "connectorId", c.source, c.profiled_at AS "profiledAt", c.counted_at AS "countedAt",
      c.newest_record_at AS "newestRecordAt", c.has_rows AS "hasRows", coalesce(d.days, '[]') AS days
    FROM connectors c JOIN shops s ON s.id = c.shop_id
    CROSS JOIN LATERAL (SELECT (${now}::timestamptz AT TIME ZONE s.time_zone)::date AS today) t
    CROSS JOIN LATERAL (
      SELECT json_agg(json_build_array(p.day, p.row_count, p.distinct_keys, p.duplicate_keys, p.foreign_rows, p.measures, p.categories, p.profiled_at, p.highest_rows)
        ORDER BY p.day) AS days
      FROM daily_profiles p WHERE p.shop_id = c.shop_id AND p.connector_id = c.id AND p.day > t.today - ${days}::int AND p.day <= t.today
    ) d
    WHERE ${only(of)} ORDER BY c.shop_id, c.source`;
  return rows.map((row) => ({ ...row, days: row.days.map(unpackDay) }));
}

/** The last hours of connectors whose source arrives record by record, in one statement. */
export async function loadHours(tx: ShopTx, of: SeriesOf, { days, now }: LastDays): Promise<HourSeries[]> {
  const rows = await tx.$queryRaw<(Omit<HourSeries, "hours"> & { at: number[]; counts: number[] })[]>`
    SELECT c.shop_id AS "shopId", c.id AS "connectorId", c.source, c.profiled_at AS "profiledAt", h.at, h.counts
    FROM connectors c JOIN shops s ON s.id = c.shop_id
    CROSS JOIN LATERAL (
      SELECT array_to_json(array_agg(date_part('epoch', p.hour_at AT TIME ZONE s.time_zone)::int / 3600 ORDER BY p.hour_at)) AS at,
        array_to_json(array_agg(p.row_count ORDER BY p.hour_at)) AS counts
      FROM hourly_profiles p WHERE p.shop_id = c.shop_id AND p.connector_id = c.id
        AND p.hour_at >= date_trunc('hour', ${now}::timestamptz, 'UTC') - make_interval(hours => 24 * ${days}::int) AND p.hour_at < ${now}
    ) h
    WHERE ${only(of)} AND h.at IS NOT NULL ORDER BY c.shop_id, c.source`;
  const nameHour = hourNames();
  return rows.map(({ at, counts, ...row }) => ({
    ...row,
    hours: at.map((hour, n) => ({ hour: nameHour(hour), count: counts[n]! })),
  }));
}

/** Names hours since 1970 on a wall clock. All connectors look at the same few: each is spelled once. */
function hourNames(): (hoursSince1970: number) => string {
  const names = new Map<number, string>();
  return (hour) => {
    let name = names.get(hour);
    if (name === undefined) {
      name = `${new Date(hour * 3_600_000).toISOString().slice(0, 13)}:00`;
      names.set(hour, name);
    }
    return name;
  };
}

const only = (of: SeriesOf) =>
  "connectorIds" in of
    ? sql`c.id = ANY (${[...of.connectorIds]}::uuid[])`
    : sql`c.shop_id = ANY (${[...of.shopIds]}::uuid[])`;

function unpackDay([
  day,
  rowCount,
  distinctKeys,
  duplicateKeys,
  foreignRows,
  measures,
  categories,
  at,
  highestRows,
]: PackedDay): ProfiledDay {
  return {
    day,
    rowCount,
    distinctKeys,
    duplicateKeys,
    nullKeys:
      distinctKeys === null || duplicateKeys === null ? null : rowCount - distinctKeys - duplicateKeys,
    foreignRows,
    measures,
    categories,
    profiledAt: new Date(at),
    highestRows,
  };
}
