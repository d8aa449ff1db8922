import pg from "pg";
import { env } from "./env.server.ts";
import { log } from "./log.server.ts";

/** A profile waits this long at most. */
const READ_WITHIN_MS = 30_000;
/** How much longer than the server we wait before we think the connection dead. */
const NETWORK_GRACE_MS = 5_000;

/** Why the warehouse gave no answer. */
export type WarehouseTrouble =
  /** It did not finish within the time given. */
  | "timeout"
  /** It cannot be reached, or takes nobody in just now. */
  | "unavailable"
  /** A table, column or schema is not there. */
  | "missing_relation"
  /** The role may not read it, may not log in, or tried to write. */
  | "permission"
  /** Anything else: a value that cannot be cast, an unknown time zone. */
  | "query_failed";

/** What the warehouse said, in words that may be logged and shown to staff. Holds no address and no password. */
export class WarehouseError extends Error {
  readonly kind: WarehouseTrouble;
  constructor(kind: WarehouseTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "WarehouseError";
    this.kind = kind;
  }
}

/** A statement with its parameters, as the query builders make it. */
export interface WarehouseQuery {
  text: string;
  values: readonly unknown[];
}

export interface Warehouse {
  /**
   * One read in a transaction of its own, which can write nothing.
   * @throws WarehouseError
   */
  read<Row extends pg.QueryResultRow>(query: WarehouseQuery, limits?: { timeoutMs?: number }): Promise<Row[]>;
  end(): Promise<void>;
}

/** A few connections to a warehouse. They are opened at first use. */
export function createWarehouse(url: string, connections = 4): Warehouse {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: "sync-health-profiles",
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  pool.on("error", (error) => log.warn({ err: error }, "a connection to the warehouse was lost"));
  pool.on("connect", (client) => client.on("error", () => undefined));
  return {
    async read<Row extends pg.QueryResultRow>(
      query: WarehouseQuery,
      { timeoutMs = READ_WITHIN_MS }: { timeoutMs?: number } = {},
    ) {
      const client = await pool.connect().catch((error: unknown) => {
        throw asWarehouseError(error, timeoutMs);
      });
      // After an error the connection is thrown away: its transaction goes with it, whatever state it was in.
      let isSpoilt = true;
      try {
        await client.query(
          `BEGIN READ ONLY; SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)}; SET LOCAL work_mem = '32MB'`,
        );
        const { rows } = await client.query<Row>({
          text: query.text,
          values: [...query.values],
          // The driver's own limit, for a connection that went silent; @types/pg knows it for clients only.
          ...({ query_timeout: timeoutMs + NETWORK_GRACE_MS } as object),
        });
        await client.query("COMMIT");
        isSpoilt = false;
        return rows;
      } catch (error) {
        throw asWarehouseError(error, timeoutMs);
      } finally {
        client.release(isSpoilt);
      }
    },
    end: () => pool.end(),
  };
}

let opened: Warehouse | undefined;

/** The process' one warehouse: `WAREHOUSE_DATABASE_URL`, or the app's own database. */
export function warehouse(): Warehouse {
  opened ??= createWarehouse(env().WAREHOUSE_DATABASE_URL ?? env().DATABASE_URL);
  return opened;
}

/** Lets tests and tools bind the process to a warehouse of their own. */
export function useWarehouse(other: Warehouse): void {
  opened = other;
}

/** Closes the process' warehouse if it was opened. */
export async function closeWarehouse(): Promise<void> {
  await opened?.end();
  opened = undefined;
}

const missing = new Set(["42P01", "42703", "3F000", "3D000"]);
const refused = new Set(["42501", "28000", "28P01", "25006"]);
const timedOut = new Set(["57014", "55P03", "25P03"]);

function asWarehouseError(error: unknown, timeoutMs: number): WarehouseError {
  const said = error instanceof Error ? error.message : String(error);
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  const as = (kind: WarehouseTrouble, message: string) => new WarehouseError(kind, message, { cause: error });
  if (said === "Query read timeout" || (code && timedOut.has(code)))
    return as("timeout", `The warehouse did not finish within ${timeoutMs / 1000} s.`);
  if (code && missing.has(code)) return as("missing_relation", `The warehouse says: ${said}.`);
  if (code && refused.has(code)) return as("permission", `The warehouse refused: ${said}.`);
  const isSqlError = error instanceof pg.DatabaseError;
  if (!isSqlError || /^(08|53|57P|58)/.test(code ?? ""))
    return as("unavailable", `The warehouse cannot be reached (${code ?? "connection lost"}).`);
  return as("query_failed", `The warehouse could not answer: ${said}.`);
}
