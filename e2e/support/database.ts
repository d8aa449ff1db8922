import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { createDb, useDb } from "#app/platform/db.server.ts";
import type {} from "./postgres.ts";

export interface TestDatabase {
  appUrl: string;
  queueUrl: string;
  ownerUrl: string;
  /** The superuser: owns everything and looks past row-level security. For arranging and for looking. */
  owner: pg.Client;
  drop(): Promise<void>;
}

/**
 * A database of this test file's own, migrated, empty, and bound as the process' database (`db()`, `withShop`).
 * The environment is filled in so that `env()` parses. Call it in `beforeAll`, and `drop` in `afterAll`.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject("testServer");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const at = (url: string, database = name) => Object.assign(new URL(url), { pathname: `/${database}` }).href;
  await runAsAdmin(
    at(server.ownerUrl, "postgres"),
    `CREATE DATABASE ${name} TEMPLATE ${new URL(server.ownerUrl).pathname.slice(1)}`,
  );

  const urls = { appUrl: at(server.appUrl), queueUrl: at(server.queueUrl), ownerUrl: at(server.ownerUrl) };
  const client = bindProcess(urls);
  const owner = new pg.Client({ connectionString: urls.ownerUrl });
  await owner.connect();
  return {
    ...urls,
    owner,
    drop: async () => {
      await client.$disconnect();
      await owner.end();
      await runAsAdmin(at(server.ownerUrl, "postgres"), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Makes a migrated database this process' own (`db()`, `withShop`), and fills in the environment so that `env()` parses. */
export function bindProcess(urls: { appUrl: string; queueUrl: string }): ReturnType<typeof createDb> {
  Object.assign(process.env, {
    DATABASE_URL: urls.appUrl,
    QUEUE_DATABASE_URL: urls.queueUrl,
    APP_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    SHOPIFY_API_KEY: "test-api-key",
    SHOPIFY_API_SECRET: "test-api-secret",
    SHOPIFY_APP_URL: "http://localhost:3000",
    SUPPORT_EMAIL: "support@example.com",
  });
  const client = createDb(urls.appUrl);
  // biome-ignore lint/correctness/useHookAtTopLevel: not a React hook
  useDb(client);
  return client;
}

async function runAsAdmin(url: string, statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
