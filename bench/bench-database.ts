import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createDb, useDb } from "#app/platform/db.server.ts";
import { eraseCluster, startEmbeddedPostgres } from "#demo/embedded-postgres.ts";
import { migrateDatabase } from "#prisma/migrate-database.ts";

/** A PostgreSQL of this bench's own, with its durability on; gone when the work is done, has failed or is interrupted. */
export async function withPostgres(work: (superuserUrl: string) => Promise<void>): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), "sync-health-bench-"));
  const postgres = await startEmbeddedPostgres(place);
  const erase = async () => {
    await postgres.stop();
    eraseCluster(place);
    rmSync(place, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void erase().finally(() => process.exit(1)));
  try {
    await work(postgres.url);
  } finally {
    await erase();
  }
}

export interface BenchDatabase {
  /** The superuser, for arranging and for the floors. */
  owner: pg.Client;
  queueUrl: string;
  close(): Promise<void>;
}

export const apiKey = "bench-api-key";
export const apiSecret = "bench-api-secret";

/** A migrated, empty database, bound as this process' (`db()`, `withShop`) and named in its environment. */
export async function openDatabase(superuserUrl: string, name: string): Promise<BenchDatabase> {
  const at = (user: string | null) => {
    const url = new URL(superuserUrl);
    url.pathname = `/${name}`;
    if (user) Object.assign(url, { username: user, password: "bench" });
    return url.href;
  };
  const admin = new pg.Client({ connectionString: superuserUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const urls = { ownerUrl: at(null), appUrl: at("bench_app"), queueUrl: at("bench_queue") };
  await migrateDatabase(urls);
  Object.assign(process.env, {
    DATABASE_URL: urls.appUrl,
    QUEUE_DATABASE_URL: urls.queueUrl,
    APP_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    SHOPIFY_API_KEY: apiKey,
    SHOPIFY_API_SECRET: apiSecret,
    SHOPIFY_APP_URL: "http://localhost",
  });
  const client = createDb(urls.appUrl);
  // biome-ignore lint/correctness/useHookAtTopLevel: not a React hook
  useDb(client);
  const owner = new pg.Client({ connectionString: urls.ownerUrl });
  // The server may be stopped first, when a bench fails: that is not the failure to tell of.
  owner.on("error", () => undefined);
  await owner.connect();
  return {
    owner,
    queueUrl: urls.queueUrl,
    close: async () => {
      await client.$disconnect();
      await owner.end();
    },
  };
}
