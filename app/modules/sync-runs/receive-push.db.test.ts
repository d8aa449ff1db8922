import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "#app/platform/crypto.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import {
  createIngestKey,
  findLiveSigningSecrets,
  type NewIngestKey,
} from "../ingest-keys/ingest-keys.store.server.ts";
import type { PushedRun } from "./push-report.ts";
import { receivePush } from "./receive-push.server.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

async function makePushingShop() {
  const shop = await makeShop(database.owner, { installedAt: new Date("2026-01-01Z") });
  const key = await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, new Date()));
  return { shop, key };
}

async function push(domain: string, key: NewIngestKey, runs: readonly object[], now = new Date()) {
  const body = Buffer.from(
    JSON.stringify({ type: "sync_runs.reported", timestamp: now.toISOString(), data: { runs } }),
  );
  const webhookId = "msg_1";
  return receivePush(
    {
      shopDomain: domain,
      webhookId,
      webhookTimestamp: String(Math.floor(Date.now() / 1000)),
      webhookSignature: new Webhook(key.signingSecret).sign(webhookId, new Date(), body),
      body,
    },
    now,
  );
}

/** A run as it goes: every report a pipeline would make of it. */
const lifeOfRun = fc
  .record({
    source: fc.constantFrom("klaviyo" as const, "postscript" as const, "recharge" as const, "ga4" as const),
    minutesAgo: fc.integer({ min: 10, max: 10_000 }),
    end: fc.constantFrom("succeeded" as const, "failed" as const, "cancelled" as const, null),
    rows: fc.integer({ min: 0, max: 100_000 }),
    reason: fc.constantFrom("credentials" as const, "rate_limited" as const, "unknown" as const, undefined),
    error: fc.option(fc.string({ maxLength: 40 }), { nil: undefined }),
  })
  .map((run) => (externalRunId: string, now: Date): PushedRun[] => {
    const at = (minutes: number) =>
      new Date(now.getTime() - run.minutesAgo * 60_000 + minutes * 60_000).toISOString();
    const { source } = run;
    const reports: PushedRun[] = [
      { source, externalRunId, status: "queued", queuedAt: at(0) },
      { source, externalRunId, status: "running", startedAt: at(1) },
    ];
    if (run.end) {
      reports.push({
        source,
        externalRunId,
        status: run.end,
        queuedAt: at(0),
        startedAt: at(1),
        endedAt: at(5),
        rowsSynced: run.rows,
        ...(run.end === "failed" && run.reason ? { failureReason: run.reason } : {}),
        ...(run.end === "failed" && run.error ? { errorMessage: run.error } : {}),
      });
    }
    return reports;
  });

/** What is left of it all, but for ids and for when it arrived. */
async function finalRows(shopId: string) {
  const { rows: runs } = await database.owner.query(
    `SELECT c.source, r.external_run_id, r.status, r.queued_at, r.started_at, r.ended_at, r.rows_synced, r.bytes_synced, r.failure_reason, r.error_message
     FROM sync_runs r JOIN connectors c ON c.shop_id = r.shop_id AND c.id = r.connector_id WHERE r.shop_id = $1 ORDER BY 1, 2`,
    [shopId],
  );
  const { rows: connectors } = await database.owner.query(
    `SELECT source, engine, last_succeeded_at, last_rows_synced, failures_in_a_row, last_failure_reason, last_failed_at, running_since, first_run_started_at
     FROM connectors WHERE shop_id = $1 ORDER BY 1`,
    [shopId],
  );
  return { runs, connectors };
}

function inPieces<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const rest = [...items];
  const pieces: T[][] = [];
  for (let n = 0; rest.length > 0; n += 1) pieces.push(rest.splice(0, sizes[n % sizes.length]));
  return pieces;
}

it("1,000 reports, sent three times, shuffled, cut anyhow, leave the rows that they leave when sent once in order", async () => {
  const now = new Date();
  const [lives] = fc.sample(fc.array(lifeOfRun, { minLength: 400, maxLength: 400 }), {
    seed: 20261124,
    numRuns: 1,
  }) as [((id: string, now: Date) => PushedRun[])[]];
  const reports = lives.flatMap((life, n) => life(`run-${n}`, now)).slice(0, 1_000);
  expect(reports).toHaveLength(1_000);

  const inOrder = await makePushingShop();
  for (const runs of inPieces(reports, [500])) await push(inOrder.shop.domain, inOrder.key, runs, now);
  const expected = await finalRows(inOrder.shop.id);
  expect(expected.runs.length).toBeGreaterThan(300);
  expect(expected.connectors).toHaveLength(4);

  const shuffled = await makePushingShop();
  const thrice = [...reports, ...reports, ...reports];
  const [order] = fc.sample(
    fc.shuffledSubarray(
      thrice.map((_, n) => n),
      { minLength: thrice.length },
    ),
    { seed: 7, numRuns: 1 },
  ) as [number[]];
  for (const runs of inPieces(
    order.map((n) => thrice[n]!),
    [1, 500, 37, 250, 3],
  )) {
    await push(shuffled.shop.domain, shuffled.key, runs, now);
  }
  expect(await finalRows(shuffled.shop.id)).toEqual(expected);
});

it("records a run that was reported by several pushes at once", async () => {
  const { shop, key } = await makePushingShop();
  const endedAt = new Date().toISOString();
  const runs = Array.from({ length: 20 }, (_, n) => ({
    source: "klaviyo",
    externalRunId: `r${n}`,
    status: "succeeded",
    endedAt,
    rowsSynced: n,
  }));
  await Promise.all(
    Array.from({ length: 8 }, (_, n) => push(shop.domain, key, n % 2 ? runs : runs.toReversed())),
  );
  const { runs: rows, connectors } = await finalRows(shop.id);
  expect([rows.length, connectors.length]).toEqual([20, 1]);
});

describe("an ingest key", () => {
  it("is told once: the bearer key is kept hashed, the signing secret encrypted", async () => {
    const { shop, key } = await makePushingShop();
    expect(key.signingSecret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(key.bearerKey).toMatch(/^shk_[\w-]{43}$/);
    const { rows } = await database.owner.query("SELECT * FROM ingest_keys WHERE shop_id = $1", [shop.id]);
    expect(rows).toHaveLength(1);
    expect(rows[0].bearer_hash).toBe(sha256(key.bearerKey));
    expect(JSON.stringify(rows[0])).not.toContain(key.bearerKey);
    expect(JSON.stringify(rows[0])).not.toContain(key.signingSecret);
  });

  it("counts until it expires, newest first, for its own shop only", async () => {
    const { shop, key } = await makePushingShop();
    const later = new Date(Date.now() + 1_000);
    const next = await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, later));
    const live = (now: Date, shopId = shop.id) =>
      withShop(shop.id, (tx) => findLiveSigningSecrets(tx, shopId, now));
    expect((await live(new Date())).map(({ secret }) => secret)).toEqual([
      next.signingSecret,
      key.signingSecret,
    ]);
    await database.owner.query("UPDATE ingest_keys SET expires_at = $2 WHERE id = $1", [key.id, later]);
    expect((await live(new Date(later.getTime() - 1))).length).toBe(2);
    expect((await live(later)).map(({ keyId }) => keyId)).toEqual([next.id]);
    const other = await makePushingShop();
    expect(await live(new Date(), other.shop.id)).toEqual([]);
  });

  it("does not open in another row", async () => {
    const { shop, key } = await makePushingShop();
    const next = await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, new Date()));
    await database.owner.query(
      "UPDATE ingest_keys SET signing_secret_encrypted = (SELECT signing_secret_encrypted FROM ingest_keys WHERE id = $1) WHERE id = $2",
      [key.id, next.id],
    );
    const live = await withShop(shop.id, (tx) => findLiveSigningSecrets(tx, shop.id, new Date()));
    expect(live.map(({ keyId }) => keyId)).toEqual([key.id]);
  });

  it("remembers when it was last used", async () => {
    const { shop, key } = await makePushingShop();
    const now = new Date();
    await push(shop.domain, key, [{ source: "klaviyo", externalRunId: "r", status: "queued" }], now);
    const { rows } = await database.owner.query("SELECT last_used_at FROM ingest_keys WHERE id = $1", [
      key.id,
    ]);
    expect(rows).toEqual([{ last_used_at: now }]);
  });
});
