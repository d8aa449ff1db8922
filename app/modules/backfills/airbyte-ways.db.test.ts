import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SeedConnection } from "#demo/airbyte/stand-in.ts";
import { env, openAirbyteBackfills, range, today } from "#e2e/support/airbyte-backfills.ts";
import type { Source } from "../connectors/sources.ts";
import { dayBefore } from "../shops/shop-days.ts";
import { chooseAirbyteEngine } from "./airbyte-engine.server.ts";

const { airbyte, clients, engineFor, setUp, rowsOf, lose, standing, drive } = openAirbyteBackfills();

describe("what is particular to a way", () => {
  test("of two connectors on one connection only the wanted one is read again", async () => {
    const shop = await setUp("shopify_refunds", { kind: "shopify" });
    const refunds = await rowsOf("shopify_refunds", shop.domain);
    // Small shops have days without a refund; it is read again up to now, so any day from the first on will do.
    const day = [...refunds.keys()].sort().find((each) => each >= range.startDay)!;
    await lose("shopify_orders", shop.domain, [range.startDay]);
    await lose("shopify_refunds", shop.domain, [day]);
    expect((await drive(engineFor("shopify_refunds"), shop.backfill)).kind).toBe("loaded");
    expect((await rowsOf("shopify_refunds", shop.domain)).get(day)).toBe(refunds.get(day));
    expect((await rowsOf("shopify_orders", shop.domain)).get(range.startDay)).toBeUndefined();
  });

  test("a bounded one leaves days outside its range, but for one on either side", async () => {
    const shop = await setUp("meta_ads", { kind: "facebook-marketing", hasBackfillSource: true });
    const outside = [dayBefore(today, 5), dayBefore(today, 16)];
    await lose("meta_ads", shop.domain, [...outside, range.startDay, range.endDay]);
    expect((await drive(engineFor("meta_ads", { withConfigApi: true }), shop.backfill)).kind).toBe("loaded");
    const after = await rowsOf("meta_ads", shop.domain);
    expect([range.startDay, range.endDay].map((day) => after.get(day))).toEqual([4, 4]);
    expect(outside.map((day) => after.get(day))).toEqual([undefined, undefined]);
  });

  test.each([
    ["a second source", true, "airbyte_bounded"],
    ["none", false, "airbyte_rewind"],
  ])("with %s the way that was found is told from the first step on", async (_, hasBackfillSource, way) => {
    const { backfill } = await setUp("meta_ads", { kind: "facebook-marketing", hasBackfillSource });
    const ways: unknown[] = [];
    await drive(engineFor("meta_ads"), backfill, {
      once: async (advance) => {
        const step = await advance();
        if (step.kind === "working") ways.push(step.strategy);
        return step;
      },
    });
    expect(new Set(ways)).toEqual(new Set([way]));
  });

  test("the longer a sync runs the more seldom it is looked at", async () => {
    const { backfill, connection } = await setUp("klaviyo", { kind: "klaviyo" });
    airbyte().behave(connection.connectionId, "importing");
    const engine = engineFor("klaviyo");
    const startedAt = Date.now();
    const looks: number[] = [];
    let state = {};
    for (let n = 0, seconds = 0; n < 30; n += 1) {
      const now = new Date(startedAt + seconds * 1000);
      const step = await engine.advance({ backfill, state, isCancelling: false, now });
      if (step.kind !== "working") throw new Error(step.kind);
      state = step.state;
      seconds += step.lookAgainSeconds;
      if (step.lookAgainSeconds > 0) looks.push(step.lookAgainSeconds);
      if (n === 20) seconds += 3_600;
    }
    expect(looks.slice(0, 5)).toEqual([2, 2, 2, 2, 2]);
    expect(looks).toEqual([...looks].sort((a, b) => a - b));
    expect(looks.at(-1)).toBe(60);
  });

  test("rows grow while a long range is read", async () => {
    const shop = await setUp("shopify_orders", { kind: "shopify" });
    const { rowsSeen } = await drive(engineFor("shopify_orders"), shop.backfill);
    const seen = [...new Set(rowsSeen.filter((rows) => rows !== null && rows > 0))];
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => (a ?? 0) - (b ?? 0)));
  });

  test("a sync that runs is waited for, before anything is rewound", async () => {
    const shop = await setUp("recharge", { kind: "recharge" });
    airbyte().trigger(shop.connection.connectionId);
    expect((await drive(engineFor("recharge"), shop.backfill)).kind).toBe("loaded");
    expect(
      airbyte()
        .jobs(shop.connection.connectionId)
        .map((job) => job.status),
    ).toEqual(Array(3).fill("succeeded"));
  });

  test("without the Config API a schedule that only it can give back is not touched", async () => {
    const shop = await setUp("meta_ads", { kind: "facebook-marketing", hasBackfillSource: true });
    const engine = engineFor("meta_ads", { withConfigApi: false });
    expect(await drive(engine, shop.backfill)).toMatchObject({ kind: "needs_operator", steps: 0 });
    const byCron = await setUp("meta_ads", {
      kind: "facebook-marketing",
      hasBackfillSource: true,
      everyMinutes: 15,
    });
    const before = await standing(byCron);
    expect((await drive(engine, byCron.backfill)).kind).toBe("loaded");
    expect(await standing(byCron)).toEqual(before);
  });
});

describe("what only a person can do changes nothing", () => {
  test.each([
    [
      "rows would be there twice",
      "klaviyo",
      { kind: "klaviyo", syncMode: "incremental_append" },
      { kind: "needs_operator", reason: "unsafe_destination" },
    ],
    [
      "rows would be there twice",
      "meta_ads",
      { kind: "facebook-marketing", hasBackfillSource: true, syncMode: "incremental_append" },
      { kind: "needs_operator", reason: "unsafe_destination" },
    ],
    [
      "the connection is switched off",
      "klaviyo",
      { kind: "klaviyo", status: "inactive" },
      { kind: "failed", reason: "connection_disabled" },
    ],
    [
      "another source's streams",
      "ga4",
      { kind: "recharge" },
      { kind: "needs_operator", reason: "no_way_to_backfill" },
    ],
  ] as const satisfies [string, Source, SeedConnection, object][])(
    "%s: %s",
    async (_, source, seed, expected) => {
      const shop = await setUp(source, seed);
      const before = await standing(shop);
      expect(await drive(engineFor(source), shop.backfill)).toMatchObject({
        ...expected,
        steps: 0,
        state: {},
      });
      expect(await standing(shop)).toEqual(before);
    },
  );

  test("a day before the source's own start", async () => {
    const { backfill } = await setUp("klaviyo", { kind: "klaviyo" });
    expect(
      await drive(engineFor("klaviyo"), { ...backfill, startDay: "2023-12-31", endDay: "2024-01-02" }),
    ).toMatchObject({ kind: "needs_operator", reason: "no_way_to_backfill" });
  });

  test("a connection that is gone", async () => {
    const { backfill } = await setUp("klaviyo", { kind: "klaviyo" });
    const gone = { ...backfill, connection: { ...backfill.connection!, externalId: randomUUID() } };
    expect(await drive(engineFor("klaviyo"), gone)).toMatchObject({
      kind: "failed",
      reason: "connection_missing",
    });
  });

  test("no second source and no Config API; no Airbyte", async () => {
    const { backfill } = await setUp("meta_ads", { kind: "facebook-marketing", everyMinutes: 15 });
    const { api } = clients();
    expect(await drive(engineFor("meta_ads", { withConfigApi: false }), backfill)).toMatchObject({
      kind: "needs_operator",
      reason: "no_way_to_backfill",
    });
    expect(chooseAirbyteEngine("klaviyo", env, { api, configApi: null })).toBeNull();
    expect(chooseAirbyteEngine("klaviyo", env)).toBeNull();
  });
});
