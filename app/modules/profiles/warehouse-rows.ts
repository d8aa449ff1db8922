import { type SourceMapping, tableOf } from "./mapping.ts";

/** A statement with its parameters, as the warehouse takes it. */
export interface Query {
  text: string;
  values: unknown[];
}

/** Collects a statement's values: each is named by the place it takes, `$1`, `$2` … */
export interface Places {
  values: unknown[];
  place(value: unknown, type: string): string;
}

export function openPlaces(): Places {
  const values: unknown[] = [];
  return {
    values,
    place: (value, type) => {
      values.push(value);
      return `$${values.length}::${type}`;
    },
  };
}

export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** SQL for finding one source's rows, as `t`, for stretches of days, as `w`. */
export interface WarehouseRows {
  table: string;
  column(name: string): string;
  isOfShop: string;
  /** On the raw column, so that its index serves. */
  isWithin: string;
  /** The day a row belongs to, in its shop's calendar. */
  day: string;
  /** When a record happened. Null: rows of whole days. */
  at: string | null;
  /** The instant of the shop's newest row up to now, whatever the stretch. */
  newest(now: Date): string;
}

/** `w` offers shop, zone, from_day, to_day, from_at and to_at. */
export function findRows(mapping: SourceMapping, { place }: Places): WarehouseRows {
  const { schema, name } = tableOf(mapping);
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  const column = (of: string) => `t.${quoteIdentifier(of)}`;
  const time = column(mapping.time.column);
  const isOfShop = `${column(mapping.shopColumn)} = w.shop`;
  if (mapping.time.kind === "day") {
    return {
      table,
      column,
      isOfShop,
      isWithin: `${time} >= w.from_day AND ${time} < w.to_day + 1`,
      day: `${time}::date`,
      at: null,
      newest: () =>
        `(SELECT max(${time})::date::timestamp FROM ${table} t WHERE ${isOfShop} AND ${time} < w.to_day + 1) AT TIME ZONE w.zone`,
    };
  }
  // `timestamptz AT TIME ZONE zone` is what that zone's clock shows, and back from a `timestamp`.
  const clock = mapping.time.zone === undefined ? "" : ` AT TIME ZONE ${place(mapping.time.zone, "text")}`;
  return {
    table,
    column,
    isOfShop,
    isWithin: `${time} >= (w.from_at${clock}) AND ${time} < (w.to_at${clock})`,
    day: `(${time}${clock} AT TIME ZONE w.zone)::date`,
    at: `(${time}${clock})`,
    newest: (now) =>
      `(SELECT max(${time}) FROM ${table} t WHERE ${isOfShop} AND ${time} <= (${place(now, "timestamptz")}${clock}))${clock}`,
  };
}
