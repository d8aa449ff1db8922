import pg from "pg";
import { Prisma, PrismaClient } from "#prisma/generated/client.ts";
import { env } from "./env.server.ts";
import { ReleasingAdapter } from "./prisma-adapter.server.ts";

/** Instants outside Prisma's typed models arrive as Date, bigints as bigint: see `sql` users. */
export const sql = Prisma.sql;
export const emptySql = Prisma.empty;
export type DbTransaction = Prisma.TransactionClient;

const pools = new WeakMap<PrismaClient, pg.Pool>();

/** A client on the app role. `connections` bounds its pool. */
export function createDb(url: string, connections = 10): PrismaClient {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: "sync-health",
    idle_in_transaction_session_timeout: 60_000,
  });
  const made = new PrismaClient({
    adapter: new ReleasingAdapter(pool, { disposeExternalPool: true }),
    transactionOptions: { maxWait: 5_000, timeout: 30_000 },
  });
  pools.set(made, pool);
  return made;
}

/** How the connections of the process' client stand; `waiting` counts what waits for one. */
export function readPool(): { used: number; idle: number; waiting: number; limit: number } {
  const pool = pools.get(db());
  const { totalCount = 0, idleCount = 0, waitingCount = 0 } = pool ?? {};
  return {
    used: totalCount - idleCount,
    idle: idleCount,
    waiting: waitingCount,
    limit: pool?.options.max ?? 0,
  };
}

let client: PrismaClient | undefined;

/** The process' one client. */
export function db(): PrismaClient {
  client ??= createDb(env().DATABASE_URL);
  return client;
}

/** Lets tests and tools bind the process to a database of their own. */
export function useDb(other: PrismaClient): void {
  client = other;
}

/**
 * Refuses a role that could look past row-level security or change the schema.
 * @throws Error naming the role, what is wrong and the mend
 */
export async function assertSafeRole(database: PrismaClient): Promise<void> {
  const [role] = await database.$queryRaw<
    { name: string; bypasses: boolean; owns: bigint; member: boolean }[]
  >`
    SELECT current_user::text AS name, (r.rolsuper OR r.rolbypassrls) AS bypasses,
      (SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND pg_has_role(c.relowner, 'MEMBER')) AS owns,
      pg_has_role('sync_health_app', 'MEMBER') AS member
    FROM pg_roles r WHERE r.rolname = current_user`;
  if (!role) throw new Error("DATABASE_URL's role could not be read.");
  const mend = "Point DATABASE_URL at the app role that `npm run migrate` creates.";
  if (role.bypasses)
    throw new Error(
      `DATABASE_URL's role "${role.name}" can bypass row-level security, so shops would not be kept apart. ${mend}`,
    );
  if (role.owns > 0n)
    throw new Error(
      `DATABASE_URL's role "${role.name}" owns tables, so row-level security does not bind it. ${mend}`,
    );
  if (!role.member)
    throw new Error(`DATABASE_URL's role "${role.name}" has no rights on Sync Health's tables. ${mend}`);
}
