import { warehouseTables } from "../airbyte/source-kinds.ts";

/**
 * SQL that counts the rows a sync loads into a source's table when it makes up for the time between two instants, as the
 * stand-in does: the records of that time; of sources that report whole days every row of the days touched and of the
 * day before.
 * @param of SQL expressions: the shop's domain, and two instants
 */
export function countLoaded(source: string, of: { shop: string; since: string; until: string }): string {
  const table = warehouseTables.find((one) => one.table === source);
  if (!table) return "0";
  const utcDay = (instant: string) => `((${instant}) AT TIME ZONE 'UTC')::date`;
  const isWithin =
    table.grain === "record"
      ? `w.created_at >= ${of.since} AND w.created_at < ${of.until}`
      : `w.day BETWEEN ${utcDay(of.since)} - 1 AND ${utcDay(of.until)}`;
  return `(SELECT count(*) FROM warehouse.${table.table} w WHERE w.shop_domain = ${of.shop} AND ${isWithin})`;
}
