import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { enqueue } from "#app/platform/queue.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { queuedJobs } from "#e2e/support/run-jobs.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { job } from "#jobs/catalog.ts";
import type { Shop } from "../shops/shop.ts";
import { advanceBackfill } from "./advance-backfill.server.ts";
import { findBackfills } from "./backfills.store.server.ts";
import { cancelBackfill } from "./cancel-backfill.server.ts";
import type { BackfillEngine, EngineStep } from "./engine.ts";
import { requestBackfill } from "./request-backfill.server.ts";

let database: TestDatabase;
let shop: Shop;
let connectorId: string;
let backfillId: string;
const start = new Date("2026-11-20T10:00:00Z");
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000);

beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner.query("CREATE SCHEMA IF NOT EXISTS warehouse");
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.owner.query("DELETE FROM graphile_worker._private_jobs; DELETE FROM shops");
  shop = await makeShop(database.owner);
  connectorId = (await makeConnector(database.owner, shop.id, "google_ads", { engine: "airbyte" })).id;
  const asked = { startDate: "2026-11-10", endDate: "2026-11-16" };
  const { id } = await withShop(shop.id, (tx) =>
    requestBackfill(tx, shop, connectorId, { asked, idempotencyKey: null }, by(start)),
  );
  backfillId = id;
});

const by = (now: Date) => ({ actor: { role: "merchant" as const, name: "42" }, now, requestId: "" });
const cancel = (now: Date) => withShop(shop.id, (tx) => cancelBackfill(tx, connectorId, by(now)));
const stored = async () => (await withShop(shop.id, (tx) => findBackfills(tx, { limit: 1 })))[0]!;
const working: EngineStep = {
  kind: "working",
  state: {},
  percent: null,
  rowsLoaded: null,
  lookAgainSeconds: 0,
};
const engineOf = (advance: () => Promise<EngineStep>): BackfillEngine => ({ strategy: "mine", advance });
const advance = (engine: BackfillEngine | null, seconds: number) =>
  advanceBackfill({ shopId: shop.id, backfillId }, later(seconds), () => engine);

test("an engine that is no longer configured in the middle is trouble that may pass, and nothing is stuck", async () => {
  const engine = engineOf(async () => working);
  await advance(engine, 1);
  expect(await advance(engine, 2)).toBe("running");
  expect(await advance(null, 3)).toMatch(/^again at/);
  expect(await stored()).toMatchObject({ status: "running" });
  expect(await queuedJobs(database.owner)).toHaveLength(1);
  expect(await advance(engine, 10)).toBe("running");
});

test("a step that takes long is not lost, while whoever does it says so", async () => {
  const engine = engineOf(async () => working);
  await advance(engine, 1);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  try {
    let finish = (_: EngineStep) => {};
    const slow = engineOf(() => new Promise((done) => (finish = done)));
    const step = advance(slow, 2);
    const due = async () => {
      const { rows } = await database.owner.query("SELECT step, due_at FROM backfill_jobs");
      return rows[0].step % 2 === 1
        ? Math.floor((rows[0].due_at.getTime() - start.getTime()) / 10_000)
        : null;
    };
    await vi.waitFor(async () => expect(await due()).toBe(0), { timeout: 5_000 });
    for (let minutes = 1; minutes <= 5; minutes += 1) {
      vi.advanceTimersByTime(60_000);
      await vi.waitFor(async () => expect(await due()).toBe(minutes * 6), { timeout: 5_000 });
    }
    expect(await advance(engine, 2 + 5 * 60 + 100)).toBe("nothing_to_do");
    finish(working);
    expect(await step).toBe("running");
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("stopped while its engine finds that only a person can do it: it is stopped, and nobody is called", async () => {
  let answer = (_: EngineStep) => {};
  const finding = engineOf(() => new Promise((done) => (answer = done)));
  await advance(finding, 1);
  const step = advance(finding, 2);
  await expect
    .poll(async () => (await database.owner.query("SELECT step % 2 AS open FROM backfill_jobs")).rows[0].open)
    .toBe(1);
  await cancel(later(3));
  answer({ kind: "needs_operator", state: {}, reason: "unsafe_destination" });
  await step;
  expect(await stored()).toMatchObject({ status: "cancelling", reason: null });
  expect(await queuedJobs(database.owner)).toHaveLength(1);
  const stopping = engineOf(async () => ({ kind: "stopped", state: {} }));
  expect(await advance(stopping, 4)).toBe("cancelled");
  expect((await database.owner.query("SELECT FROM notices")).rowCount).toBe(0);
});

test("a job whose worker was killed leaves nothing in the queue once another takes its place", async () => {
  await database.owner.query(
    "UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'gone', attempts = 1",
  );
  await withShop(shop.id, (tx) =>
    enqueue(tx, [
      job(
        "backfills.advance",
        { shopId: shop.id, backfillId },
        { jobKey: `backfills.advance:${backfillId}` },
      ),
    ]),
  );
  expect(await queuedJobs(database.owner)).toMatchObject([{ task: "backfills.advance", attempts: 0 }]);
});
