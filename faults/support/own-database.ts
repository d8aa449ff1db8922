import pg from "pg";
import { bindProcess } from "#e2e/support/database.ts";
import { startMigratedPostgres } from "#e2e/support/postgres.ts";

/** A PostgreSQL that a test may ill-treat, with a migrated database that is this process' own. */
export interface OwnDatabase {
  queueUrl: string;
  superuserUrl: string;
  /** Asks as the owner, on a connection that outlives restarts. */
  ask<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    statement: string,
    values?: unknown[],
  ): Promise<Row[]>;
  /** Kills the server and starts it again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnDatabase(): Promise<OwnDatabase> {
  // What was committed has to be there after a crash.
  const server = await startMigratedPostgres("sync_health", { fsync: true });
  const client = bindProcess(server.urls);
  const owner = new pg.Pool({ connectionString: server.urls.ownerUrl, max: 2 });
  owner.on("error", () => undefined);
  return {
    queueUrl: server.urls.queueUrl,
    superuserUrl: server.superuserUrl,
    ask: async (statement, values) => (await owner.query(statement, values)).rows as never,
    crash: server.restart,
    stop: async () => {
      await client.$disconnect();
      await owner.end();
      await server.stop();
    },
  };
}
