import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { StreamState } from "./cursors.ts";
import { type SourceKind, type SourceKindName, sourceKinds } from "./source-kinds.ts";

export interface SeedConnection {
  kind: SourceKindName;
  /** Default: "<Source> → Warehouse". */
  name?: string;
  /** Default: the kind's own. Null: by hand only. */
  everyMinutes?: number | null;
  /** Streams other than the kind's own. */
  streams?: readonly string[];
  status?: "active" | "inactive" | "deprecated" | "locked";
  /** Somebody has made a second source with the same credentials, for backfills between two days. */
  hasBackfillSource?: boolean;
  /** As the real one names them. Default: all are deduped. */
  syncMode?: string;
}

/** Where a workspace wants to be told of each event. */
export type Notifications = Readonly<Partial<Record<"success" | "failure", string>>>;

export interface SeedWorkspace {
  workspaceId: string;
  name: string;
  shopDomain: string;
  currency?: string;
  /** How many times the rows of an ordinary shop; 0.025 makes three orders a day. */
  scale?: number;
  connections: readonly SeedConnection[];
  /** Where it wants to be told of its jobs. */
  notifications?: Notifications;
}

export interface SeededConnection {
  kind: SourceKindName;
  connectionId: string;
  sourceId: string;
  destinationId: string;
  name: string;
}

export interface SeededWorkspace {
  workspaceId: string;
  connections: SeededConnection[];
}

/** `held` starts nothing by itself, `fail` lets every sync fail, `importing` lets one run for hours. */
export type Behaviour = "normal" | "held" | "fail" | "importing";

export interface SourceSettings {
  start_date: string;
  credentials: { auth_type: string; access_token: string };
}

export interface ConnectionState extends SeededConnection {
  workspaceId: string;
  shopDomain: string;
  currency: string;
  scale: number;
  streams: string[];
  everyMinutes: number | null;
  status: "active" | "inactive" | "deprecated" | "locked";
  behaviour: Behaviour;
  createdAt: Date;
  syncMode: string;
  /** How far each stream is read, as its connector writes it. One that is not here goes by the last success. */
  cursors: Record<string, StreamState>;
  /** The schedule is what the API was last told, and no longer what the seed says. */
  isScheduleSet: boolean;
  backfillSource: { sourceId: string; configuration: Record<string, unknown> } | null;
  /** What its source is set to. The platform takes an access token that begins with `demo-`, and no other. */
  sourceSettings: SourceSettings;
  /** The connection whose second source this one reads, between that source's two days. */
  copyOf: string | null;
}

export interface JobState {
  jobId: number;
  connectionId: string;
  jobType: "sync" | "reset" | "refresh" | "clear";
  status: "pending" | "queued" | "running" | "incomplete" | "failed" | "succeeded" | "cancelled";
  createdAt: Date;
  updatedAt: Date;
  rows: number | null;
}

interface PastJob {
  status: "succeeded" | "failed" | "cancelled";
  startedAt: Date;
  endedAt: Date;
  rows?: number;
}

/** What a connection has that nothing was said of; also one that an earlier version stored. */
const unsaid = () => ({
  syncMode: "incremental_deduped_history",
  cursors: {},
  isScheduleSet: false,
  backfillSource: null,
  copyOf: null,
  sourceSettings: {
    start_date: "2024-01-01",
    credentials: { auth_type: "oauth2.0", access_token: "demo-access-token" },
  },
});
const keptJobs = 1500;
/** Whether the platform behind a source lets it in. */
export const isLetIn = ({ sourceSettings }: ConnectionState): boolean =>
  sourceSettings.credentials.access_token.startsWith("demo-");

const ended = new Set<JobState["status"]>(["failed", "succeeded", "cancelled"]);
export const hasEnded = (job: JobState) => ended.has(job.status);

export type State = ReturnType<typeof openState>;

/** What the stand-in knows, kept in one JSON file so that a second start goes on where the first stopped. */
export function openState(file: string | undefined) {
  const connections = new Map<string, ConnectionState>();
  const jobs = new Map<string, JobState[]>();
  const byId = new Map<number, JobState>();
  /** Told anew at each start. */
  const workspaces = new Map<string, { name: string; notifications: Notifications }>();
  let lastJobId = 9_000;
  let timer: NodeJS.Timeout | undefined;

  if (file && existsSync(file)) {
    const stored = JSON.parse(readFileSync(file, "utf8"), revive) as {
      lastJobId: number;
      connections: ConnectionState[];
      jobs: JobState[];
    };
    lastJobId = stored.lastJobId;
    for (const connection of stored.connections)
      connections.set(connection.connectionId, { ...unsaid(), ...connection });
    for (const job of stored.jobs) {
      // Whatever was under way died with the last process.
      if (!hasEnded(job)) job.status = "failed";
      place(job);
    }
  }

  function place(job: JobState): JobState {
    const list = jobs.get(job.connectionId) ?? [];
    list.push(job);
    jobs.set(job.connectionId, list);
    byId.set(job.jobId, job);
    while (list.length > keptJobs) byId.delete(list.shift()?.jobId ?? -1);
    return job;
  }

  function remove(connectionId: string, unwanted: (job: JobState) => boolean): void {
    const list = jobs.get(connectionId) ?? [];
    for (const job of list) if (unwanted(job)) byId.delete(job.jobId);
    jobs.set(
      connectionId,
      list.filter((job) => !unwanted(job)),
    );
  }

  function save(): void {
    if (!file) return;
    clearTimeout(timer);
    timer = undefined;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      `${file}.new`,
      JSON.stringify({ lastJobId, connections: [...connections.values()], jobs: [...byId.values()] }),
    );
    renameSync(`${file}.new`, file);
  }

  function changed(): void {
    if (file) timer ??= setTimeout(save, 500).unref();
  }

  function need(connectionId: string): ConnectionState {
    const found = connections.get(connectionId);
    if (!found) throw new Error(`The Airbyte stand-in has no connection ${connectionId}.`);
    return found;
  }

  function add(connectionId: string, job: Omit<JobState, "jobId" | "connectionId">): JobState {
    need(connectionId);
    lastJobId += 1;
    const placed = place({ jobId: lastJobId, connectionId, ...job });
    changed();
    return placed;
  }

  const past = (job: PastJob) => ({
    jobType: "sync" as const,
    status: job.status,
    createdAt: job.startedAt,
    updatedAt: job.endedAt,
    rows: job.rows ?? (job.status === "succeeded" ? 0 : null),
  });

  return {
    changed,
    connections: () => [...connections.values()],
    find: (connectionId: string) => connections.get(connectionId) ?? null,
    need,
    allJobs: () => [...byId.values()],
    jobsOf: (connectionId: string) => [...(jobs.get(connectionId) ?? [])],
    findJob: (jobId: number) => byId.get(jobId) ?? null,
    runningJob: (connectionId: string) => jobs.get(connectionId)?.findLast((job) => !hasEnded(job)) ?? null,
    lastSuccess: (connectionId: string) =>
      latest(
        (jobs.get(connectionId) ?? []).filter((job) => job.status === "succeeded" && job.jobType === "sync"),
      ),
    latestJob: (connectionId: string) => latest(jobs.get(connectionId) ?? []),
    addJob: add,
    addConnection: (connection: ConnectionState) => {
      connections.set(connection.connectionId, connection);
      changed();
    },
    behave: (connectionId: string, behaviour: Behaviour) => {
      need(connectionId).behaviour = behaviour;
      changed();
    },
    workspaces: () => [...workspaces].map(([workspaceId, { name }]) => ({ workspaceId, name })),
    notificationsOf: (workspaceId: string): Notifications => workspaces.get(workspaceId)?.notifications ?? {},
    seedWorkspace: (workspace: SeedWorkspace, now: Date): SeededWorkspace => {
      workspaces.set(workspace.workspaceId, {
        name: workspace.name,
        notifications: workspace.notifications ?? {},
      });
      const seeded = workspace.connections.map((wanted): SeededConnection => {
        const kind: SourceKind = sourceKinds[wanted.kind];
        const idOf = (what: string) => idOfPart(workspace.workspaceId, wanted.kind, wanted.name, what);
        const known = connections.get(idOf("connection"));
        const connection: ConnectionState = {
          kind: wanted.kind,
          connectionId: idOf("connection"),
          sourceId: idOf("source"),
          destinationId: uuidFrom(`${workspace.workspaceId}:destination`),
          name: wanted.name ?? `${kind.sourceName} → Warehouse`,
          workspaceId: workspace.workspaceId,
          shopDomain: workspace.shopDomain,
          currency: workspace.currency ?? "USD",
          scale: workspace.scale ?? 1,
          streams: [...(wanted.streams ?? kind.streams)],
          everyMinutes: known?.isScheduleSet
            ? known.everyMinutes
            : wanted.everyMinutes === undefined
              ? kind.everyMinutes
              : wanted.everyMinutes,
          syncMode: wanted.syncMode ?? unsaid().syncMode,
          cursors: known?.cursors ?? {},
          sourceSettings: known?.sourceSettings ?? unsaid().sourceSettings,
          isScheduleSet: known?.isScheduleSet ?? false,
          backfillSource: wanted.hasBackfillSource
            ? (known?.backfillSource ?? { sourceId: idOf("backfill-source"), configuration: {} })
            : null,
          copyOf: null,
          status: wanted.status ?? "active",
          behaviour: known?.behaviour ?? "normal",
          createdAt: known?.createdAt ?? now,
        };
        connections.set(connection.connectionId, connection);
        const { connectionId, sourceId, destinationId, name } = connection;
        return { kind: wanted.kind, connectionId, sourceId, destinationId, name };
      });
      changed();
      return { workspaceId: workspace.workspaceId, connections: seeded };
    },
    setLastSuccess: (connectionId: string, endedAt: Date, rows: number): JobState => {
      // Anything that ended at or after the instant, and anything under way, never was.
      remove(connectionId, (job) => !hasEnded(job) || job.updatedAt >= endedAt);
      return add(
        connectionId,
        past({ status: "succeeded", startedAt: new Date(endedAt.getTime() - 30_000), endedAt, rows }),
      );
    },
    replaceJobs: (connectionId: string, wanted: readonly PastJob[]): JobState[] => {
      remove(connectionId, () => true);
      return wanted.map((job) => add(connectionId, past(job)));
    },
    appendJobs: (connectionId: string, wanted: readonly PastJob[]): JobState[] =>
      wanted.map((job) => add(connectionId, past(job))),
    close: () => save(),
  };
}

const latest = (jobs: readonly JobState[]) =>
  jobs.reduce<JobState | null>((best, job) => (!best || job.updatedAt >= best.updatedAt ? job : best), null);

const revive = (key: string, value: unknown) =>
  /At$/.test(key) && typeof value === "string" ? new Date(value) : value;

const idOfPart = (workspaceId: string, kind: SourceKindName, name = "", part: string) =>
  uuidFrom(`${workspaceId}:${kind}:${name}:${part}`);

/** The id that a workspace's connection of a kind gets, unless it is given a name. */
export const connectionIdOf = (workspaceId: string, kind: SourceKindName): string =>
  idOfPart(workspaceId, kind, "", "connection");

/** A UUID that follows from a text, so that a reset demo has the same ids again. */
export function uuidFrom(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
