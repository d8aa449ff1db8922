import { describe, expect, test } from "vitest";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import type { Fault, SeedConnection } from "#demo/airbyte/stand-in.ts";
import { openAirbyteBackfills, range, today } from "#e2e/support/airbyte-backfills.ts";
import type { Source } from "../connectors/sources.ts";
import { dayBefore } from "../shops/shop-days.ts";
import type { EngineState } from "./engine.ts";

const { airbyte, passSeconds, engineFor, setUp, rowsOf, lose, standing, expectAsBefore, drive } =
  openAirbyteBackfills();

const ways = [
  { way: "rewind", source: "shopify_orders", table: "shopify_orders", seed: { kind: "shopify" } },
  { way: "rewind of days", source: "klaviyo", table: "klaviyo", seed: { kind: "klaviyo" } },
  {
    way: "rewind for want of a second source",
    source: "meta_ads",
    table: "meta_ads",
    seed: { kind: "facebook-marketing" },
  },
  {
    way: "bounded",
    source: "meta_ads",
    table: "meta_ads",
    seed: { kind: "facebook-marketing", hasBackfillSource: true },
  },
] as const satisfies { way: string; source: Source; table: string; seed: SeedConnection }[];

describe.each(ways)("$way of $source", ({ way, source, table, seed }) => {
  test("brings back what was lost, once, and leaves the connection as it was", async () => {
    const shop = await setUp(source, seed);
    const rows = await rowsOf(table, shop.domain);
    const before = await standing(shop);
    await lose(table, shop.domain, [range.startDay, dayBefore(today, 11)]);
    airbyte().hold(shop.connection.connectionId);
    const end = await drive(engineFor(source), shop.backfill);
    expect(end).toMatchObject({ kind: "loaded", state: {}, rowsLoaded: expect.any(Number) });
    const after = await rowsOf(table, shop.domain);
    for (const [day, count] of rows)
      if (day > dayBefore(today, 19) && day < today) expect([day, after.get(day)]).toEqual([day, count]);
    const { schedule, connections } = await standing(shop);
    expect({ schedule, connections }).toEqual({ schedule: before.schedule, connections: before.connections });
    expect(
      airbyte()
        .requests()
        .some((line) => /reset|clear|refresh/.test(line)),
    ).toBe(false);
  });

  test("a worker that dies after any step does it again, and one sync runs", async () => {
    const shop = await setUp(source, seed);
    const rows = await rowsOf(table, shop.domain);
    await lose(table, shop.domain, [range.startDay]);
    const before = await standing(shop);
    const end = await drive(engineFor(source), shop.backfill, {
      once: async (advance) => {
        const first = await advance();
        return first.kind === "working" ? advance() : first;
      },
    });
    expect(end.kind).toBe("loaded");
    expect((await rowsOf(table, shop.domain)).get(range.startDay)).toBe(rows.get(range.startDay));
    const { schedule, connections } = await standing(shop);
    expect({ schedule, connections }).toEqual({ schedule: before.schedule, connections: before.connections });
    const started = airbyte()
      .requests()
      .filter((line) => line === "POST /jobs");
    expect(started).toHaveLength(1);
    const made = airbyte()
      .requests()
      .filter((line) => line === "POST /connections");
    expect(made).toHaveLength(way === "bounded" ? 1 : 0);
  });

  test("cancelled at any step, everything is as it was", async () => {
    const { steps } = await drive(engineFor(source), (await setUp(source, seed)).backfill);
    for (let cancelAt = 0; cancelAt < steps; cancelAt += 1) {
      const shop = await setUp(source, seed);
      const before = await standing(shop);
      const end = await drive(engineFor(source), shop.backfill, { cancelAt });
      await expectAsBefore(shop, before, end, cancelAt);
    }
  });

  test("cancelled after a step whose end was never saved, everything is as it was", async () => {
    const { steps } = await drive(engineFor(source), (await setUp(source, seed)).backfill);
    for (let lostAt = 0; lostAt < steps; lostAt += 1) {
      const shop = await setUp(source, seed);
      const before = await standing(shop);
      let saved: EngineState = {};
      const end = await drive(engineFor(source), shop.backfill, {
        cancelAt: lostAt + 1,
        once: async (advance, n) => {
          const step = await advance();
          if (n === lostAt && step.kind === "working") return { ...step, state: saved };
          saved = step.state;
          return step;
        },
      });
      await expectAsBefore(shop, before, end, lostAt + 1);
    }
  });

  test("cancelling stops a sync that would run for hours", async () => {
    const shop = await setUp(source, seed);
    const before = await standing(shop);
    airbyte().behave(shop.connection.connectionId, "importing");
    // All preparations are over by then, and it is followed.
    const end = await drive(engineFor(source), shop.backfill, { cancelAt: 20 });
    expect(end.kind).toBe("stopped");
    expect(await standing(shop)).toEqual(before);
    expect(
      airbyte()
        .requests()
        .some((line) => line.startsWith("DELETE /jobs/")),
    ).toBe(true);
  });

  test("a sync that fails fails the backfill, and takes everything back", async () => {
    const shop = await setUp(source, seed);
    const before = await standing(shop);
    airbyte().behave(shop.connection.connectionId, "fail");
    const end = await drive(engineFor(source), shop.backfill);
    expect(end).toMatchObject({ kind: "failed", reason: "source_failed" });
    expect(await standing(shop)).toEqual(before);
  });

  test.each<[Fault, object]>([
    ["conflict", { retry: "backoff", status: 409 }],
    ["locked", { retry: "backoff", status: 423 }],
    ["throttled_retry_after", { retry: { afterSeconds: 7 }, status: 429 }],
    ["server_error", { retry: "backoff", status: 500 }],
    ["truncated", { retry: "backoff" }],
  ])("%s at every step is tried again", async (fault, expected) => {
    const shop = await setUp(source, seed);
    const before = await standing(shop);
    await lose(table, shop.domain, [range.startDay]);
    let thrown = 0;
    const engine = engineFor(source);
    const end = await drive(engine, shop.backfill, {
      once: async (advance) => {
        airbyte().answerWith(fault, 1);
        try {
          return await advance();
        } catch (error) {
          expect(error).toBeInstanceOf(AirbyteError);
          expect(error).toMatchObject(expected);
          thrown += 1;
        }
        airbyte().answerWith(null);
        passSeconds(8);
        return advance();
      },
    });
    airbyte().answerWith(null);
    expect(end.kind).toBe("loaded");
    expect(thrown).toBeGreaterThan(5);
    const { schedule, connections } = await standing(shop);
    expect({ schedule, connections }).toEqual({ schedule: before.schedule, connections: before.connections });
    expect((await rowsOf(table, shop.domain)).get(range.startDay)).toBeGreaterThan(0);
  });
});
