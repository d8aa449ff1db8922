import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { createAirbyteClient } from "#app/integrations/airbyte/client.ts";
import { createAirbyteConfigApi } from "#app/integrations/airbyte/config-api.ts";
import { chooseAirbyteEngine } from "#app/modules/backfills/airbyte-engine.server.ts";
import type {
  BackfillEngine,
  EngineBackfill,
  EngineState,
  EngineStep,
} from "#app/modules/backfills/engine.ts";
import type { Source } from "#app/modules/connectors/sources.ts";
import { dayBefore, dayOf } from "#app/modules/shops/shop-days.ts";
import { loadHistory } from "#demo/airbyte/load-rows.ts";
import { type SourceKindName, sourceKinds, type WarehouseTable } from "#demo/airbyte/source-kinds.ts";
import {
  type AirbyteStandIn,
  type SeedConnection,
  type SeededConnection,
  startAirbyteStandIn,
} from "#demo/airbyte/stand-in.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

const credentials = { clientId: "id", clientSecret: "secret" };
const timeZone = "America/New_York";
export const today = dayOf(new Date(), timeZone);
export const range = { startDay: dayBefore(today, 12), endDay: dayBefore(today, 10) };
export const env = {
  AIRBYTE_API_URL: undefined,
  AIRBYTE_CONFIG_API_URL: undefined,
  AIRBYTE_CLIENT_ID: undefined,
  AIRBYTE_CLIENT_SECRET: undefined,
};

interface Setup {
  backfill: EngineBackfill;
  connection: SeededConnection;
  domain: string;
}

type Step = (advance: () => Promise<EngineStep>, step: number) => Promise<EngineStep>;

const tablesOf = (kind: SourceKindName): readonly WarehouseTable[] => sourceKinds[kind].tables;
const timeOf = (table: string) =>
  table.startsWith("shopify") ? `(created_at AT TIME ZONE '${timeZone}')::date` : "day";

/** A living Airbyte with a real warehouse, made anew for each test, and what drives backfills through it. */
export function openAirbyteBackfills() {
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

  return {
    airbyte: () => standIn,
    /** Lets the clients think that it is later. */
    passSeconds: (seconds: number) => {
      clockMs += seconds * 1_000;
    },
    clients,
    engineFor,
    setUp,
    rowsOf,
    lose,
    standing,
    expectAsBefore,
    drive,
  };
}
