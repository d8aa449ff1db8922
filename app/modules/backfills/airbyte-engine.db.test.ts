import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAirbyteClient } from "#app/integrations/airbyte/client.ts";
import { createAirbyteConfigApi } from "#app/integrations/airbyte/config-api.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import { loadHistory } from "#demo/airbyte/load-rows.ts";
import { type SourceKindName, sourceKinds, type WarehouseTable } from "#demo/airbyte/source-kinds.ts";
import {
  type AirbyteStandIn,
  type Fault,
  type SeedConnection,
  type SeededConnection,
  startAirbyteStandIn,
} from "#demo/airbyte/stand-in.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import type { Source } from "../connectors/sources.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";
import { chooseAirbyteEngine } from "./airbyte-engine.server.ts";
import type { BackfillEngine, EngineBackfill, EngineState, EngineStep } from "./engine.ts";

const credentials = { clientId: "id", clientSecret: "secret" };
const timeZone = "America/New_York";
const today = dayOf(new Date(), timeZone);
const range = { startDay: dayBefore(today, 12), endDay: dayBefore(today, 10) };
const env = {
  AIRBYTE_API_URL: undefined,
  AIRBYTE_CONFIG_API_URL: undefined,
  AIRBYTE_CLIENT_ID: undefined,
  AIRBYTE_CLIENT_SECRET: undefined,
};

let database: TestDatabase;
let warehouse: pg.Pool;
let standIn: AirbyteStandIn;
/** What the clients take for now: a throttle is over when this says so. */
let clockMs: number;
beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = new pg.Pool({ connectionString: database.ownerUrl, max: 3 });
});
afterAll(async () => {
  await warehouse?.end();
  await database?.drop();
});
beforeEach(async () => {
  clockMs = Date.now();
  standIn = await startAirbyteStandIn({
    ...credentials,
    warehouse,
    pace: { tickMs: 60_000, pendingMs: 5, syncMs: 25, stretchMs: 15 },
  });
});
afterEach(() => standIn.stop());

const clients = ({ withConfigApi = true } = {}) => {
  const shared = { ...credentials, requestsPerSecond: 1_000, now: () => new Date(clockMs) };
  return {
    api: createAirbyteClient({ ...shared, apiUrl: standIn.url }),
    configApi: withConfigApi ? createAirbyteConfigApi({ ...shared, apiUrl: standIn.configUrl }) : null,
  };
};
const engineFor = (source: Source, options?: { withConfigApi: boolean }): BackfillEngine => {
  const engine = chooseAirbyteEngine(source, env, clients(options));
  if (!engine) throw new Error(`no engine for ${source}`);
  return engine;
};

interface Setup {
  backfill: EngineBackfill;
  connection: SeededConnection;
  domain: string;
}

/** A shop whose tables hold 20 days of a source, read up to now. */
async function setUp(source: Source, seed: SeedConnection): Promise<Setup> {
  const domain = `${randomUUID()}.myshopify.com`;
  const { connections } = standIn.seedWorkspace({
    workspaceId: randomUUID(),
    name: domain,
    shopDomain: domain,
    scale: 0.2,
    connections: [seed],
  });
  const [connection] = connections;
  const now = new Date();
  for (const table of tablesOf(seed.kind))
    await loadHistory(
      warehouse,
      table,
      { shopDomain: domain, currency: "USD", scale: 0.2, through: connection!.connectionId },
      new Date(now.getTime() - 20 * 86_400_000),
      now,
    );
  standIn.setLastSuccess(connection!.connectionId, now);
  const backfill: EngineBackfill = {
    id: randomUUID(),
    shopId: randomUUID(),
    domain,
    timeZone,
    source,
    ...range,
    connection: {
      externalId: connection!.connectionId,
      sourceId: connection!.sourceId,
      destinationId: connection!.destinationId,
      streams: [],
    },
  };
  return { backfill, connection: connection!, domain };
}

const tablesOf = (kind: SourceKindName): readonly WarehouseTable[] => sourceKinds[kind].tables;
const timeOf = (table: string) =>
  table.startsWith("shopify") ? `(created_at AT TIME ZONE '${timeZone}')::date` : "day";

/** How many rows each day holds, and whether any id is there twice. */
async function rowsOf(table: string, domain: string) {
  const { rows } = await warehouse.query<{ day: string; rows: number; ids: number }>(
    `SELECT ${timeOf(table)}::text AS day, count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM warehouse.${table} WHERE shop_domain = $1 GROUP BY 1`,
    [domain],
  );
  expect(rows.every((each) => each.rows === each.ids)).toBe(true);
  return new Map(rows.map((each) => [each.day, each.rows]));
}

const lose = (table: string, domain: string, days: readonly string[]) =>
  warehouse.query(
    `DELETE FROM warehouse.${table} WHERE shop_domain = $1 AND ${timeOf(table)} = ANY ($2::date[])`,
    [domain, days],
  );

/** What must be the same after a backfill that came to nothing. */
async function standing({ connection }: Setup) {
  const { api, configApi } = clients();
  const detail = await api.getConnection(connection.connectionId);
  const state = await configApi?.getState(connection.connectionId);
  const listed = await api.listConnections(detail.workspaceId);
  return {
    schedule: detail.schedule,
    state: state?.streamState,
    connections: listed.map((each) => each.name),
  };
}

/** The schedule, the connections, and the cursors unless a sync was over before it could be stopped. */
async function expectAsBefore(
  shop: Setup,
  before: Awaited<ReturnType<typeof standing>>,
  end: { kind: string; steps: number },
  cancelledAt: number,
): Promise<void> {
  // A sync takes as many looks as it takes: one run may end before the step at which another was cancelled.
  if (end.steps >= cancelledAt) expect([cancelledAt, end.kind]).toEqual([cancelledAt, "stopped"]);
  const after = await standing(shop);
  expect({ ...after, state: null }).toEqual({ ...before, state: null });
  const jobs = standIn.jobs(shop.connection.connectionId).slice(1);
  if (!jobs.some((job) => job.status === "succeeded")) expect(after.state).toEqual(before.state);
}

type Step = (advance: () => Promise<EngineStep>, step: number) => Promise<EngineStep>;

/** Does step after step as the job does, with the state as the database gives it back. Ends with the last one. */
async function drive(
  engine: BackfillEngine,
  backfill: EngineBackfill,
  { once = (advance) => advance(), cancelAt = Infinity }: { once?: Step; cancelAt?: number } = {},
): Promise<EngineStep & { steps: number; rowsSeen: (number | null)[] }> {
  let state: EngineState = {};
  const rowsSeen: (number | null)[] = [];
  for (let n = 0; n < 400; n += 1) {
    const given = structuredClone(state);
    const advance = () =>
      engine.advance({
        backfill,
        state: JSON.parse(JSON.stringify(given)),
        isCancelling: n >= cancelAt,
        now: new Date(),
      });
    const step = await once(advance, n);
    if (step.kind !== "working") return { ...step, steps: n, rowsSeen };
    state = step.state;
    rowsSeen.push(step.rowsLoaded);
    if (step.lookAgainSeconds > 0) await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`never ended: ${JSON.stringify(state)}`);
}

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
    standIn.hold(shop.connection.connectionId);
    const end = await drive(engineFor(source), shop.backfill);
    expect(end).toMatchObject({ kind: "loaded", state: {}, rowsLoaded: expect.any(Number) });
    const after = await rowsOf(table, shop.domain);
    for (const [day, count] of rows)
      if (day > dayBefore(today, 19) && day < today) expect([day, after.get(day)]).toEqual([day, count]);
    const { schedule, connections } = await standing(shop);
    expect({ schedule, connections }).toEqual({ schedule: before.schedule, connections: before.connections });
    expect(standIn.requests().some((line) => /reset|clear|refresh/.test(line))).toBe(false);
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
    const started = standIn.requests().filter((line) => line === "POST /jobs");
    expect(started).toHaveLength(1);
    const made = standIn.requests().filter((line) => line === "POST /connections");
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
    standIn.behave(shop.connection.connectionId, "importing");
    // All preparations are over by then, and it is followed.
    const end = await drive(engineFor(source), shop.backfill, { cancelAt: 20 });
    expect(end.kind).toBe("stopped");
    expect(await standing(shop)).toEqual(before);
    expect(standIn.requests().some((line) => line.startsWith("DELETE /jobs/"))).toBe(true);
  });

  test("a sync that fails fails the backfill, and takes everything back", async () => {
    const shop = await setUp(source, seed);
    const before = await standing(shop);
    standIn.behave(shop.connection.connectionId, "fail");
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
        standIn.answerWith(fault, 1);
        try {
          return await advance();
        } catch (error) {
          expect(error).toBeInstanceOf(AirbyteError);
          expect(error).toMatchObject(expected);
          thrown += 1;
        }
        standIn.answerWith(null);
        clockMs += 8_000;
        return advance();
      },
    });
    standIn.answerWith(null);
    expect(end.kind).toBe("loaded");
    expect(thrown).toBeGreaterThan(5);
    const { schedule, connections } = await standing(shop);
    expect({ schedule, connections }).toEqual({ schedule: before.schedule, connections: before.connections });
    expect((await rowsOf(table, shop.domain)).get(range.startDay)).toBeGreaterThan(0);
  });
});

describe("what is particular to a way", () => {
  test("of two connectors on one connection only the wanted one is read again", async () => {
    const shop = await setUp("shopify_refunds", { kind: "shopify" });
    const refunds = await rowsOf("shopify_refunds", shop.domain);
    const day = [...refunds.keys()].find((each) => each >= range.startDay && each <= range.endDay) ?? "";
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

  test("rows grow while a long range is read", async () => {
    const shop = await setUp("shopify_orders", { kind: "shopify" });
    const { rowsSeen } = await drive(engineFor("shopify_orders"), shop.backfill);
    const seen = [...new Set(rowsSeen.filter((rows) => rows !== null && rows > 0))];
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => (a ?? 0) - (b ?? 0)));
  });

  test("a sync that runs is waited for, before anything is rewound", async () => {
    const shop = await setUp("recharge", { kind: "recharge" });
    standIn.trigger(shop.connection.connectionId);
    expect((await drive(engineFor("recharge"), shop.backfill)).kind).toBe("loaded");
    expect(standIn.jobs(shop.connection.connectionId).map((job) => job.status)).toEqual(
      Array(3).fill("succeeded"),
    );
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
