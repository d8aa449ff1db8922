import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { Session } from "@shopify/shopify-api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SecretBox } from "#app/platform/crypto.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { createIngestKey, type NewIngestKey } from "../ingest-keys/ingest-keys.store.server.ts";
import { saveSession } from "./sessions.store.server.ts";

const root = resolve(import.meta.dirname, "../../..");
const SHOPS = 3;
let database: TestDatabase;
let oldKey: string;
const newKey = randomBytes(32).toString("base64");
const keys: NewIngestKey[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  oldKey = process.env.APP_ENCRYPTION_KEY!;
  const now = new Date();
  for (let index = 0; index < SHOPS; index += 1) {
    // One of them has left: what is kept of it is under the old key all the same.
    const shop = await makeShop(database.owner, { uninstalledAt: index === 0 ? now : null });
    keys.push(
      await withShop(shop.id, async (tx) => {
        const id = `offline_${shop.domain}`;
        const tokens = { accessToken: `shpat_${index}`, refreshToken: `shprt_${index}` };
        await saveSession(
          tx,
          shop.id,
          new Session({ id, shop: shop.domain, state: "", isOnline: false, ...tokens }),
        );
        return createIngestKey(tx, shop.id, now);
      }),
    );
  }
});
afterAll(() => database?.drop());

/** The command as an operator runs it. */
async function renew(encryptionKey: string): Promise<{ code: number; printed: string }> {
  const env = { ...process.env, APP_ENCRYPTION_KEY: encryptionKey, LOG_LEVEL: "silent" };
  const run = promisify(execFile)(process.execPath, ["jobs/renew-secrets.ts"], { cwd: root, env });
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, printed: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, printed: stdout + stderr }),
  );
}

async function openAll(encryptionKey: string): Promise<string[]> {
  const box = new SecretBox(encryptionKey);
  const sessions = await database.owner.query("SELECT * FROM shopify_sessions ORDER BY 1, 2");
  const ingest = await database.owner.query("SELECT * FROM ingest_keys ORDER BY 1, 2");
  return [
    ...sessions.rows.flatMap((row) => [
      box.decrypt(row.access_token_encrypted, `shopify_session:${row.id}:access`),
      box.decrypt(row.refresh_token_encrypted, `shopify_session:${row.id}:refresh`),
    ]),
    ...ingest.rows.map((row) =>
      box.decrypt(row.signing_secret_encrypted, `ingest_key:${row.id}:signing_secret`),
    ),
  ].sort();
}

it("refuses to say that a key can be dropped while something opens with none of those given", async () => {
  const { code, printed } = await renew(newKey);
  expect(code).toBe(1);
  expect(printed).toContain("renewed=0 current=0 unreadable=9");
  expect(printed).toContain("Keep the older keys");
  expect(await openAll(oldKey)).toHaveLength(9);
});

it("writes everything under the new key, once, so that the old key can be dropped", async () => {
  const { code, printed } = await renew(`${newKey},${oldKey}`);
  expect([code, printed]).toEqual([0, expect.stringContaining("shops=3 renewed=9 current=0 unreadable=0")]);
  expect(await openAll(newKey)).toEqual(
    [
      ...keys.map((key) => key.signingSecret),
      ...[0, 1, 2].flatMap((n) => [`shpat_${n}`, `shprt_${n}`]),
    ].sort(),
  );
  await expect(openAll(oldKey)).rejects.toThrow("cannot be decrypted");
  expect((await renew(newKey)).printed).toContain("renewed=0 current=9 unreadable=0");
});
