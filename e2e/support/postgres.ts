import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { eraseCluster, startEmbeddedPostgres } from "#demo/embedded-postgres.ts";
import { migrateDatabase } from "#prisma/migrate-database.ts";

/** Where the tests' PostgreSQL listens. Each URL names the template; `createTestDatabase` copies it per file. */
export interface TestServer {
  ownerUrl: string;
  appUrl: string;
  queueUrl: string;
}

declare module "vitest" {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

const TEMPLATE = "sync_health_template";

/**
 * Starts one PostgreSQL for the run and migrates the template once; gives back what stops it. `TEST_POSTGRES_URL`, a
 * superuser's, names a server to use instead: of another version, say. Databases of an earlier run on it are dropped.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_POSTGRES_URL;
  const { urls, superuserUrl, stop } = given
    ? await migrateOn(given, TEMPLATE)
    : await startMigratedPostgres(TEMPLATE, { fsync: false });
  try {
    await runOn(superuserUrl, `ALTER DATABASE ${TEMPLATE} ALLOW_CONNECTIONS false`);
    project.provide("testServer", urls);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

export interface MigratedPostgres {
  urls: TestServer;
  /** On the database `postgres`. */
  superuserUrl: string;
  /** As a crash would: no clean-up, no waiting for clients. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL of one's own with one migrated database in it. It goes away with the process that started it. */
export async function startMigratedPostgres(
  database: string,
  options: { fsync?: boolean } = {},
): Promise<MigratedPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "sync-health-test-"));
  chmodSync(folder, 0o755);
  const server = await startEmbeddedPostgres(folder, options);
  let dismissGuard = await guardAgainstOrphans(server.url, folder);
  const restart = async () => {
    await server.restart();
    dismissGuard();
    dismissGuard = await guardAgainstOrphans(server.url, folder);
  };
  const stop = async () => {
    await server.stop();
    eraseCluster(folder);
    dismissGuard();
  };
  try {
    const urls = urlsOf(server.url, database);
    await runOn(server.url, `CREATE DATABASE ${database}`);
    await migrateDatabase(urls);
    return { urls, superuserUrl: server.url, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function migrateOn(superuserUrl: string, database: string) {
  const left = await runOn<{ datname: string }>(
    superuserUrl,
    `SELECT datname FROM pg_database WHERE datname = '${database}' OR datname ~ '^test_[0-9a-f]{12}$'`,
  );
  for (const { datname } of left) await runOn(superuserUrl, `DROP DATABASE ${datname} WITH (FORCE)`);
  const urls = urlsOf(superuserUrl, database);
  await runOn(superuserUrl, `CREATE DATABASE ${database}`);
  await migrateDatabase(urls);
  return { urls, superuserUrl, stop: async () => undefined };
}

/** vitest runs no teardown when it is interrupted, and PostgreSQL lives in a session of its own. */
async function guardAgainstOrphans(url: string, folder: string): Promise<() => void> {
  const [row] = await runOn<{ pid: string }>(
    url,
    "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid",
  );
  const script = fileURLToPath(new URL("stop-when-orphaned.ts", import.meta.url));
  const guard = spawn(process.execPath, [script, row!.pid, folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  return () => guard.kill("SIGKILL");
}

function urlsOf(superuserUrl: string, database: string): TestServer {
  const as = (user?: string) => {
    const url = new URL(superuserUrl);
    url.pathname = `/${database}`;
    if (user) {
      url.username = user;
      url.password = `${user}-password`;
    }
    return url.href;
  };
  return { ownerUrl: as(), appUrl: as("test_app"), queueUrl: as("test_queue") };
}

async function runOn<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}
