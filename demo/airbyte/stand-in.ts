import type { Server } from "node:http";
import type pg from "pg";
import { type Api, serveApi } from "./api.ts";
import type { Fault } from "./faults.ts";
import { loadRows } from "./load-rows.ts";
import { notify } from "./notify.ts";
import type { Pace } from "./pace.ts";
import { createScheduler } from "./scheduler.ts";
import {
  type Behaviour,
  type ConnectionState,
  type JobState,
  openState,
  type SeededWorkspace,
  type SeedWorkspace,
} from "./state.ts";
import { createWarehouseTables } from "./warehouse.ts";

export type { Fault } from "./faults.ts";
export type {
  Behaviour,
  ConnectionState,
  JobState,
  SeedConnection,
  SeededConnection,
  SeededWorkspace,
  SeedWorkspace,
} from "./state.ts";

export interface HistoryJob {
  status: "succeeded" | "failed" | "cancelled";
  startedAt: Date;
  endedAt: Date;
  rows?: number;
}

export interface AirbyteStandIn {
  /** The public API root, e.g. `http://127.0.0.1:1234/api/public/v1`. */
  url: string;
  /** The Config API's root, on the same server. */
  configUrl: string;
  stop(): Promise<void>;
  /** Adds a shop's workspace with its connections. Known ones keep their jobs: safe at every start. Ids follow from the workspace id. */
  seedWorkspace(workspace: SeedWorkspace): SeededWorkspace;
  connections(workspaceId?: string): ConnectionState[];
  jobs(connectionId: string): JobState[];
  /** How this connection behaves from now on. */
  behave(connectionId: string, behaviour: Behaviour): void;
  /** How the whole API answers from now on; null: as it should. `times`: only for so many calls. */
  answerWith(fault: Fault | null, times?: number): void;
  hold(connectionId: string): void;
  release(connectionId: string): void;
  /** Rewrites the jobs so that the last succeeded one ended then; later ones are gone. Rows in the warehouse stay. */
  setLastSuccess(connectionId: string, endedAt: Date, rows?: number): JobState;
  /** A sync that really fails, at once; resolves when it ended. */
  failNow(connectionId: string): Promise<JobState>;
  /** A sync that really loads rows, at once; resolves when it ended. Attaches to a running one, whatever that ends in. */
  succeedNow(connectionId: string): Promise<JobState>;
  /** Puts ended jobs into the past, oldest first; returns them with their ids. Replaces what was there. */
  history(connectionId: string, jobs: readonly HistoryJob[]): JobState[];
  /** As `history`, but adds to what is there. */
  addHistory(connectionId: string, jobs: readonly HistoryJob[]): JobState[];
  /** Starts a sync now, or attaches to the running one, without waiting. */
  trigger(connectionId: string): JobState;
  /** Invalidates every token handed out so far, as expiry does. */
  expireTokens(): void;
  /** Every request so far: method and path with query. For tests. */
  requests(): readonly string[];
}

export interface StandInOptions {
  port?: number;
  host?: string;
  clientId: string;
  clientSecret: string;
  /** May write schema `warehouse`. Null: syncs run but load nothing (tests of the API alone). */
  warehouse: pg.Pool | null;
  stateFile?: string;
  now?: () => Date;
  pace?: Partial<Pace>;
  tokenLifeSeconds?: number;
}

/** A local Airbyte: speaks its public API over HTTP, runs syncs by their schedules and loads rows into the warehouse. */
export async function startAirbyteStandIn(options: StandInOptions): Promise<AirbyteStandIn> {
  const now = options.now ?? (() => new Date());
  const { warehouse } = options;
  if (warehouse) await createWarehouseTables(warehouse);
  const state = openState(options.stateFile);
  const scheduler = createScheduler({
    state,
    now,
    load: async (connection, stretch) => (warehouse ? loadRows(warehouse, connection, stretch) : 0),
    onEnded: (job, connection) => void notify(state.notificationsOf(connection.workspaceId), job, connection),
    ...(options.pace ? { pace: options.pace } : {}),
  });
  const api: Api = await serveApi({ ...options, state, scheduler, now });
  scheduler.start();

  return {
    url: api.url,
    configUrl: api.configUrl,
    stop: async () => {
      await scheduler.stop();
      await closeServer(api.server);
      state.close();
    },
    seedWorkspace: (workspace) => state.seedWorkspace(workspace, now()),
    connections: (workspaceId) =>
      state.connections().filter((each) => !workspaceId || each.workspaceId === workspaceId),
    jobs: (connectionId) => state.jobsOf(connectionId),
    behave: (connectionId, behaviour) => state.behave(connectionId, behaviour),
    answerWith: (fault, times) => api.answerWith(fault, times),
    hold: (connectionId) => state.behave(connectionId, "held"),
    release: (connectionId) => state.behave(connectionId, "normal"),
    setLastSuccess: (connectionId, endedAt, rows = 0) => {
      scheduler.drop(connectionId);
      return state.setLastSuccess(connectionId, endedAt, rows);
    },
    failNow: (connectionId) => scheduler.runNow(connectionId, "failed"),
    succeedNow: (connectionId) => scheduler.runNow(connectionId, "succeeded"),
    history: (connectionId, jobs) => {
      scheduler.drop(connectionId);
      return state.replaceJobs(connectionId, jobs);
    },
    addHistory: (connectionId, jobs) => state.appendJobs(connectionId, jobs),
    trigger: (connectionId) => scheduler.trigger(connectionId),
    expireTokens: () => api.expireTokens(),
    requests: () => api.requests,
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
