import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { queuedJobs } from "#e2e/support/run-jobs.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";
import { advanceBackfill } from "./advance-backfill.server.ts";
import type { Backfill } from "./backfill.ts";
import { findBackfills } from "./backfills.store.server.ts";
import { cancelBackfill } from "./cancel-backfill.server.ts";
import type { BackfillEngine, EngineStep } from "./engine.ts";
import { estimateBackfill } from "./estimate-backfill.server.ts";
import { getBackfillStatus } from "./load-backfills.server.ts";
import { requestBackfill } from "./request-backfill.server.ts";
import { sweepBackfills } from "./sweep-backfills.server.ts";

let database: TestDatabase;
let shop: Shop;
let connectorId: string;
const now = new Date("2026-11-20T10:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner.query("CREATE SCHEMA IF NOT EXISTS warehouse");
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
  await database.owner.query("DELETE FROM shops");
  shop = await makeShop(database.owner, { timeZone: "America/Los_Angeles" });
  connectorId = (await makeConnector(database.owner, shop.id, "google_ads", { engine: "airbyte" })).id;
});

const by = (role: "merchant" | "support" = "merchant") => ({
  actor: { role, name: "someone" },
  now,
  requestId: "request-1",
});
const range = (startDate: string, endDate: string) => ({ startDate, endDate });
const week = range("2026-11-10", "2026-11-16");
const ask = (
  asked: unknown = week,
  { key = null, id = connectorId, of = shop }: { key?: string | null; id?: string; of?: Shop } = {},
) => withShop(of.id, (tx) => requestBackfill(tx, of, id, { asked, idempotencyKey: key }, by()));
const cancel = (at = now) => withShop(shop.id, (tx) => cancelBackfill(tx, connectorId, { ...by(), now: at }));
const stored = async () => (await withShop(shop.id, (tx) => findBackfills(tx, { limit: 10 })))[0]!;

describe("asked for", () => {
  test("is queued with its job, audited, and shown as active", async () => {
    const backfill = await ask();
    expect(backfill).toMatchObject({
      connectorId,
      source: "google_ads",
      status: "queued",
      startDate: "2026-11-10",
      endDate: "2026-11-16",
      percent: 0,
      rowsLoaded: 0,
      requestedBy: "merchant",
    });
    expect((await queuedJobs(database.owner)).map(({ task, payload }) => [task, payload.backfillId])).toEqual(
      [["backfills.advance", backfill.id]],
    );
    expect(await withShop(shop.id, (tx) => getBackfillStatus(tx, connectorId))).toEqual({
      backfill,
      history: [],
    });
    const { rows } = await database.owner.query(
      "SELECT action, target, after FROM audit_log WHERE shop_id = $1",
      [shop.id],
    );
    expect(rows).toEqual([
      {
        action: "backfill.request",
        target: backfill.id,
        after: { connectorId, source: "google_ads", ...week },
      },
    ]);
  });

  test("today is the shop's: it is still the 19th in Los Angeles at 7:59 UTC on the 20th", async () => {
    const early = new Date("2026-11-20T07:59:00Z");
    const today = dayOf(early, shop.timeZone);
    expect(today).toBe("2026-11-19");
    await expect(
      withShop(shop.id, (tx) =>
        requestBackfill(
          tx,
          shop,
          connectorId,
          { asked: range(today, dayBefore(today, -1)), idempotencyKey: null },
          { ...by(), now: early },
        ),
      ),
    ).rejects.toMatchObject({
      code: "invalid",
      errors: { endDate: [expect.stringContaining("2026-11-19 (today)")] },
    });
  });

  test.each([
    ["91 days", range("2026-08-22", "2026-11-20"), "invalid"],
    ["the end before the start", range("2026-11-16", "2026-11-10"), "invalid"],
    ["29 February of a common year", range("2025-02-29", "2025-03-01"), "invalid"],
    ["nothing", null, "invalid"],
  ])("%s: %s", async (_, asked, code) => {
    await expect(ask(asked)).rejects.toMatchObject({ code });
    expect(await queuedJobs(database.owner)).toEqual([]);
  });

  test("another shop's connector is not there, whatever else is wrong", async () => {
    const other = await makeShop(database.owner);
    await expect(ask(range("2020-01-01", "nonsense"), { of: other })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(
      withShop(other.id, (tx) => estimateBackfill(tx, other, connectorId, {}, now)),
    ).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(withShop(other.id, (tx) => getBackfillStatus(tx, connectorId))).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("of a paused source is in conflict", async () => {
    await database.owner.query("UPDATE connectors SET paused_at = now() WHERE id = $1", [connectorId]);
    await expect(ask()).rejects.toMatchObject({ code: "conflict" });
  });

  test("while one is active is in conflict; so is another source on the same connection", async () => {
    await ask();
    await expect(ask(range("2026-11-01", "2026-11-02"))).rejects.toMatchObject({ code: "conflict" });
    const { rows } = await database.owner.query("SELECT connection_id AS id FROM connectors WHERE id = $1", [
      connectorId,
    ]);
    const sibling = await makeConnector(database.owner, shop.id, "ga4", {
      engine: "airbyte",
      connectionId: rows[0].id,
    });
    await expect(ask(week, { id: sibling.id })).rejects.toMatchObject({ code: "conflict" });
  });

  test("twenty at once: one is made", async () => {
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => ask()));
    expect(answers.filter(({ status }) => status === "fulfilled").length).toBe(1);
    expect((await database.owner.query("SELECT FROM backfill_jobs")).rowCount).toBe(1);
  });

  test("twenty at once with the same key: one is made, all are told of it", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(week, { key: "key-1" })));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect((await database.owner.query("SELECT FROM backfill_jobs")).rowCount).toBe(1);
    await expect(ask(range("2026-11-01", "2026-11-02"), { key: "key-1" })).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(ask(week, { key: "" })).rejects.toMatchObject({ code: "malformed" });
  });
});

/** An engine that follows a script: what each step leads to, or an error that it throws. */
function scripted(steps: (EngineStep | Error)[]): {
  engine: BackfillEngine;
  asked: { state: object; isCancelling: boolean }[];
} {
  const asked: { state: object; isCancelling: boolean }[] = [];
  const engine: BackfillEngine = {
    strategy: "scripted",
    advance: async ({ state, isCancelling }) => {
      asked.push({ state, isCancelling });
      const step = steps.shift() ?? {
        kind: "working",
        state,
        percent: null,
        rowsLoaded: null,
        lookAgainSeconds: 5,
      };
      if (step instanceof Error) throw step;
      return step;
    },
  };
  return { engine, asked };
}
const working = (n: number, percent: number | null = null): EngineStep => ({
  kind: "working",
  state: { n },
  percent,
  rowsLoaded: n * 10,
  lookAgainSeconds: 5,
});
const advance = (backfill: Backfill, engine: BackfillEngine | null, at: Date) =>
  advanceBackfill({ shopId: shop.id, backfillId: backfill.id }, at, () => engine);

describe("advanced step by step", () => {
  test("queued, starting, running with progress, verifying: what the engine remembers is given back to it", async () => {
    const backfill = await ask();
    const { engine, asked } = scripted([
      working(1, 20),
      working(2, 60),
      { kind: "loaded", state: { n: 3 }, rowsLoaded: 25 },
    ]);
    expect(await advance(backfill, engine, later(1))).toBe("starting");
    expect(await advance(backfill, engine, later(2))).toBe("running");
    expect(await stored()).toMatchObject({ status: "running", percent: 19, rowsLoaded: 10 });
    expect(await advance(backfill, engine, later(7))).toBe("running");
    expect(await advance(backfill, engine, later(12))).toBe("verifying");
    expect(asked).toEqual([
      { state: {}, isCancelling: false },
      { state: { n: 1 }, isCancelling: false },
      { state: { n: 2 }, isCancelling: false },
    ]);
    expect(await stored()).toMatchObject({ status: "verifying", percent: 95, rowsLoaded: 25 });
  });

  test("with no way to do it, it waits for a person and can be cancelled", async () => {
    const backfill = await ask();
    expect(await advance(backfill, null, later(1))).toBe("needs_operator");
    expect(await stored()).toMatchObject({
      status: "needs_operator",
      reason: expect.stringContaining("support"),
    });
    expect(await queuedJobs(database.owner)).toHaveLength(1);
    expect(await cancel(later(5))).toMatchObject({ status: "cancelled" });
    await expect(cancel(later(6))).rejects.toMatchObject({ code: "conflict" });
  });

  test("cancelled in the middle: the engine undoes it, then it is over and another may begin", async () => {
    const backfill = await ask();
    const { engine, asked } = scripted([working(1), working(2), { kind: "stopped", state: {} }]);
    await advance(backfill, engine, later(1));
    await advance(backfill, engine, later(2));
    expect(await cancel(later(3))).toMatchObject({ status: "cancelling" });
    expect(await cancel(later(3))).toMatchObject({ status: "cancelling" });
    expect(await advance(backfill, engine, later(4))).toBe("cancelling");
    expect(await advance(backfill, engine, later(9))).toBe("cancelled");
    expect(asked.map(({ isCancelling }) => isCancelling)).toEqual([false, true, true]);
    expect(await ask()).toMatchObject({ status: "queued" });
  });

  test("a wish to cancel that comes during a step is not lost", async () => {
    const backfill = await ask();
    let release = () => {};
    const slow: BackfillEngine = {
      strategy: "slow",
      advance: async ({ state }) => {
        await new Promise<void>((done) => {
          release = done;
        });
        return { kind: "working", state, percent: null, rowsLoaded: null, lookAgainSeconds: 5 };
      },
    };
    await advance(backfill, slow, later(1));
    const step = advance(backfill, slow, later(2));
    await expect.poll(() => stored().then(({ startedAt }) => startedAt)).not.toBeNull();
    await new Promise((done) => setTimeout(done, 100));
    await cancel(later(3));
    release();
    await step;
    expect(await stored()).toMatchObject({ status: "cancelling" });
    // And not only after the five seconds that the step wanted to wait.
    expect((await queuedJobs(database.owner)).map(({ runAt }) => runAt)).toEqual([later(2)]);
  });

  test("trouble that passes is tried again, longer apart; what the engine remembers is kept", async () => {
    const backfill = await ask();
    const { engine, asked } = scripted([working(1), new Error("busy"), new Error("busy"), working(2)]);
    await advance(backfill, engine, later(1));
    await advance(backfill, engine, later(2));
    expect(await advance(backfill, engine, later(7))).toBe(`again at ${later(9).toISOString()}`);
    expect(await advance(backfill, engine, later(9))).toBe(`again at ${later(13).toISOString()}`);
    expect(await advance(backfill, engine, later(13))).toBe("running");
    expect(asked.map(({ state }) => state)).toEqual([{}, { n: 1 }, { n: 1 }, { n: 1 }]);
  });

  test("trouble that lasts for six hours: what was begun is undone, and it has failed", async () => {
    const backfill = await ask();
    const { engine, asked } = scripted([
      working(1),
      new Error("away"),
      new Error("away"),
      { kind: "stopped", state: {} },
    ]);
    await advance(backfill, engine, later(1));
    await advance(backfill, engine, later(2));
    await advance(backfill, engine, later(10));
    expect(await advance(backfill, engine, later(6 * 3_600 + 20))).toBe("cancelling");
    expect(await advance(backfill, engine, later(6 * 3_600 + 30))).toBe("failed");
    expect(asked.at(-1)!.isCancelling).toBe(true);
    expect(await stored()).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("Nothing was lost"),
    });
  });

  test("a worker that dies in a step: nobody takes it up for two minutes, then the step is done again", async () => {
    const backfill = await ask();
    const { engine } = scripted([working(1)]);
    await advance(backfill, engine, later(1));
    const dying: BackfillEngine = { strategy: "dying", advance: () => new Promise(() => {}) };
    void advance(backfill, dying, later(2));
    await expect
      .poll(
        async () => (await database.owner.query("SELECT step % 2 AS open FROM backfill_jobs")).rows[0].open,
      )
      .toBe(1);
    expect(await advance(backfill, engine, later(60))).toBe("nothing_to_do");
    await database.owner.query("DELETE FROM graphile_worker._private_jobs");
    expect(await sweepBackfills(later(60))).toEqual({ backfills: 0 });
    expect(await sweepBackfills(later(130))).toEqual({ backfills: 1 });
    expect(await queuedJobs(database.owner)).toHaveLength(1);
    expect(await advance(backfill, engine, later(130))).toBe("running");
  });

  test("two workers with the same step: one does it", async () => {
    const backfill = await ask();
    const { engine, asked } = scripted([]);
    await advance(backfill, engine, later(1));
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => advance(backfill, engine, later(2))));
    expect(outcomes.filter((outcome) => outcome !== "nothing_to_do").length).toBeGreaterThanOrEqual(1);
    expect(asked.length).toBe(outcomes.filter((outcome) => outcome !== "nothing_to_do").length);
  });
});
