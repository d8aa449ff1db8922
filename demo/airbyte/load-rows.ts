import { randomUUID } from "node:crypto";
import type pg from "pg";
import { randomFrom, seasonOf } from "./season.ts";
import { type SourceKind, sourceKinds, type WarehouseTable } from "./source-kinds.ts";
import type { ConnectionState } from "./state.ts";
import { columnsOf } from "./warehouse.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Orders per hour of a UTC day relative to the mean: quiet at night, busy in the evening. */
const hourShape = [
  0.35, 0.25, 0.2, 0.18, 0.2, 0.3, 0.5, 0.75, 1, 1.2, 1.3, 1.35, 1.35, 1.3, 1.3, 1.3, 1.35, 1.45, 1.6, 1.75,
  1.7, 1.45, 1, 0.6,
];
export type Row = readonly (string | number | Date)[];

/** One stretch of one stream. */
export interface Stretch {
  stream: string;
  since: Date;
  until: Date;
  /** When the source is read: what its days hold depends on how much of them is over. */
  asOf: Date;
  /** No day is read that begins before it: it goes on from another stretch, or from a first day that was set. */
  isExact?: boolean;
}

/**
 * Loads what happened in a stretch into its stream's tables; returns how many rows were written. Rows name the connection
 * that reads the account by its schedule, also where a copy of it loaded them.
 */
export async function loadRows(
  pool: pg.Pool,
  connection: ConnectionState,
  { stream, since, until, asOf, isExact }: Stretch,
): Promise<number> {
  const kind: SourceKind = sourceKinds[connection.kind];
  const through = connection.copyOf ?? connection.connectionId;
  let written = 0;
  for (const table of kind.tables.filter((each) => each.stream === stream)) {
    const rows = rowsBetween(table, connection, since, until, asOf, isExact);
    written += await replaceRows(pool, table, { ...connection, through }, rows, asOf);
  }
  return written;
}

/** Fills a table with what happened between two instants, however long that is. For seeding a history. */
export const loadHistory = (
  pool: pg.Pool,
  table: WarehouseTable,
  of: RowFacts & LoadedBy,
  since: Date,
  until: Date,
  /** When the source is read: later than `until`, and its last day is whole. */
  asOf: Date = until,
): Promise<number> => replaceRows(pool, table, of, rowsBetween(table, of, since, until, asOf), asOf);

/** Whose rows they are, and what names itself in them as having loaded them. */
interface LoadedBy {
  shopDomain: string;
  /** An Airbyte connection's id; the shop's domain for its own pipelines. */
  through: string;
}

/** What decides a table's rows. */
type RowFacts = Pick<ConnectionState, "shopDomain" | "currency" | "scale">;

/** The rows of one table that belong to the time between two instants, in the order of `columnsOf`. */
export const rowsBetween = (
  table: WarehouseTable,
  of: RowFacts,
  since: Date,
  until: Date,
  asOf: Date = until,
  isExact = false,
): Row[] =>
  table.grain === "record" ? records(table, of, since, until) : days(table, of, since, until, asOf, isExact);

/** One record for each minute that draws one. Seeded by shop, table and minute, so reading a stretch twice gives the same rows. */
function records(table: WarehouseTable, connection: RowFacts, since: Date, until: Date): Row[] {
  const rows: Row[] = [];
  const firstMinute = Math.floor(since.getTime() / minuteMs);
  const lastMinute = Math.floor(until.getTime() / minuteMs);
  let season = 1;
  for (let minute = firstMinute; minute < lastMinute; minute += 1) {
    const at = minute * minuteMs;
    if (minute === firstMinute || at % dayMs === 0) season = seasonOf(connection.shopDomain, new Date(at));
    const random = randomFrom(`${connection.shopDomain}:${table.table}:${minute}`);
    const mean =
      ((table.rowsPerDay * connection.scale * season) / 1440) * (hourShape[new Date(at).getUTCHours()] ?? 1);
    for (let n = drawCount(mean, random); n > 0; n -= 1) {
      const measures = Object.values(table.measures).map((typical) =>
        cents(typical * (0.4 + 1.2 * random())),
      );
      const createdAt = new Date(at + Math.floor(random() * minuteMs));
      rows.push([
        `${minute}-${n}`,
        createdAt,
        ...measures,
        connection.currency,
        pick(table.category.values, random),
        ...differencesOf(table, measures),
      ]);
    }
  }
  return rows;
}

/**
 * A row per category for each day touched, and for the day before it, which platforms still restate; of an exact
 * stretch for each day that begins in it.
 */
function days(
  table: WarehouseTable,
  connection: RowFacts,
  since: Date,
  until: Date,
  asOf: Date,
  isExact: boolean,
): Row[] {
  const rows: Row[] = [];
  const first = isExact ? Math.ceil(since.getTime() / dayMs) : Math.floor(since.getTime() / dayMs) - 1;
  for (let start = first * dayMs; start < until.getTime(); start += dayMs) {
    const day = new Date(start).toISOString().slice(0, 10);
    const elapsed = Math.min(1, (asOf.getTime() - start) / dayMs);
    const season = seasonOf(connection.shopDomain, new Date(start));
    for (const category of table.category.values) {
      const random = randomFrom(`${connection.shopDomain}:${table.table}:${day}:${category}`);
      const share =
        (elapsed * connection.scale * season * (0.94 + 0.12 * random())) / table.category.values.length;
      const measures = Object.values(table.measures).map((typical) =>
        cents(typical * share * (0.96 + 0.08 * random())),
      );
      rows.push([
        `${day}:${category}`,
        day,
        ...measures,
        connection.currency,
        category,
        ...differencesOf(table, measures),
      ]);
    }
  }
  return rows;
}

function differencesOf({ measures, differences = {} }: WarehouseTable, values: readonly number[]): number[] {
  const names = Object.keys(measures);
  const amountOf = (name: string) => values[names.indexOf(name)] ?? 0;
  return Object.values(differences).map(([first, ...others]) =>
    cents(others.reduce((rest, name) => rest - amountOf(name), amountOf(first))),
  );
}

/** Deduped by primary key: rows of the same id go, the new ones come, in one transaction. */
async function replaceRows(
  pool: pg.Pool,
  table: WarehouseTable,
  { shopDomain, through }: LoadedBy,
  rows: readonly Row[],
  at: Date,
): Promise<number> {
  if (rows.length === 0) return 0;
  const columns = columnsOf(table);
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query(`DELETE FROM warehouse.${table.table} WHERE shop_domain = $1 AND id = ANY ($2)`, [
      shopDomain,
      rows.map((row) => row[0]),
    ]);
    const perStatement = Math.floor(60_000 / columns.length);
    for (let first = 0; first < rows.length; first += perStatement) {
      const part = rows
        .slice(first, first + perStatement)
        .map((row) => [shopDomain, ...row, randomUUID(), at, '{"changes":[],"sync_id":1}', 1, through]);
      const places = part.map(
        (_, n) => `(${columns.map((_column, c) => `$${n * columns.length + c + 1}`).join(",")})`,
      );
      await client.query(
        `INSERT INTO warehouse.${table.table} (${columns.join(", ")}) VALUES ${places.join(",")}`,
        part.flat(),
      );
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
  return rows.length;
}

const cents = (value: number) => Math.round(value * 100) / 100;
const pick = (values: readonly string[], random: () => number) =>
  values[Math.floor(random() ** 2 * values.length)] ?? values[0] ?? "";

/** A Poisson draw (Knuth); means here stay far below 700, where the limit would be zero. */
function drawCount(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}
