import type { z } from "zod";
import { AirbyteError } from "./errors.ts";
import { readAnswer } from "./read-answer.ts";
import { type AirbyteOptions, createSend } from "./request.ts";
import {
  AirbyteConnection,
  AirbyteConnectionDetail,
  AirbyteJob,
  type AirbyteSchedule,
  AirbyteSource,
  AirbyteSourceDetail,
  type AirbyteStream,
  AirbyteWorkspace,
  Page,
} from "./schemas.ts";

/** What the product asks of Airbyte. Every method throws AirbyteError and nothing else. */
export interface AirbyteClient {
  /** Every workspace that our credentials reach. */
  listWorkspaces(): Promise<AirbyteWorkspace[]>;
  listConnections(workspaceId: string): Promise<AirbyteConnection[]>;
  getSource(sourceId: string): Promise<AirbyteSource>;
  /** Jobs updated since then, each once, latest first. */
  listJobs(asked: { workspaceId: string; updatedAtStart: Date }): Promise<AirbyteJob[]>;
  getJob(jobId: string): Promise<AirbyteJob>;
  /** Starts a sync, or attaches to the one already running. */
  triggerSync(connectionId: string): Promise<AirbyteJob>;
  /** A connection's latest jobs of any kind, the newest first; a hundred at most. */
  listLatestJobs(connectionId: string): Promise<AirbyteJob[]>;
  /** Stops a job; one that has ended stays as it ended. */
  cancelJob(jobId: string): Promise<AirbyteJob>;
  getConnection(connectionId: string): Promise<AirbyteConnectionDetail>;
  /** A `basic` schedule cannot be written here: see the Config API. */
  patchSchedule(connectionId: string, schedule: WritableSchedule): Promise<void>;
  createConnection(wanted: WantedConnection): Promise<AirbyteConnectionDetail>;
  /** Rows in the destination stay. One that is gone already is as good as deleted. */
  deleteConnection(connectionId: string): Promise<void>;
  listSources(workspaceId: string): Promise<AirbyteSourceDetail[]>;
  getSourceDetail(sourceId: string): Promise<AirbyteSourceDetail>;
  /** Changes only the settings named, also within objects; secrets that are not named stay. */
  patchSource(
    sourceId: string,
    configuration: Record<string, unknown>,
    secrets?: readonly string[],
  ): Promise<void>;
}

export type WritableSchedule = Exclude<AirbyteSchedule, { scheduleType: "basic" }>;

export interface WantedConnection {
  name: string;
  sourceId: string;
  destinationId: string;
  schedule: WritableSchedule;
  configurations: { streams: AirbyteStream[] };
  namespaceDefinition?: string;
  namespaceFormat?: string;
  prefix?: string;
}

const pageSize = 100;
const mostPages = 1_000;
const connectionPath = (connectionId: string) => `/connections/${encodeURIComponent(connectionId)}`;
const sourcePath = (sourceId: string) => `/sources/${encodeURIComponent(sourceId)}`;

/** Speaks Airbyte's public API (https://reference.airbyte.com). Keeps nothing but its token. */
export function createAirbyteClient(options: AirbyteOptions): AirbyteClient {
  const send = createSend(options);

  /** Pages by our own offset: `next` is there even on the last page and forgets the filters. */
  async function listAll<Schema extends z.ZodType>(
    path: string,
    query: Record<string, string>,
    schema: Schema,
    idOf: (item: z.infer<Schema>) => string,
  ) {
    const found = new Map<string, z.infer<Schema>>();
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await send({
        path,
        query: { ...query, limit: String(pageSize), offset: String(page * pageSize) },
      });
      const { data: rows } = readAnswer(Page, answer);
      for (const row of rows) {
        // An entry without its ids cannot be told from another: it is passed over, the rest counts.
        const parsed = schema.safeParse(row);
        // Rows move between pages while we read, the latest state comes first.
        if (parsed.success && !found.has(idOf(parsed.data))) found.set(idOf(parsed.data), parsed.data);
      }
      if (rows.length < pageSize) return [...found.values()];
    }
    throw new AirbyteError(
      "rejected",
      "never",
      null,
      `Airbyte's list has more than ${mostPages * pageSize} entries.`,
    );
  }

  const latestJobs = (filter: Record<string, string>) =>
    listAll("/jobs", { ...filter, orderBy: "updatedAt|DESC" }, AirbyteJob, (job) => job.jobId);

  return {
    listWorkspaces: () => listAll("/workspaces", {}, AirbyteWorkspace, (workspace) => workspace.workspaceId),
    listConnections: (workspaceId) =>
      listAll(
        "/connections",
        { workspaceIds: workspaceId },
        AirbyteConnection,
        (connection) => connection.connectionId,
      ),
    getSource: async (sourceId) => readAnswer(AirbyteSource, await send({ path: sourcePath(sourceId) })),
    listJobs: ({ workspaceId, updatedAtStart }) =>
      latestJobs({ workspaceIds: workspaceId, updatedAtStart: updatedAtStart.toISOString() }),
    getJob: async (jobId) =>
      readAnswer(AirbyteJob, await send({ path: `/jobs/${encodeURIComponent(jobId)}` })),
    triggerSync: async (connectionId) => {
      try {
        return readAnswer(
          AirbyteJob,
          await send({ method: "POST", path: "/jobs", body: { connectionId, jobType: "sync" } }),
        );
      } catch (error) {
        if (!(error instanceof AirbyteError) || error.kind !== "conflict") throw error;
        const answer = await send({
          path: "/jobs",
          query: { connectionId, jobType: "sync", orderBy: "createdAt|DESC", limit: "5" },
        });
        const running = readAnswer(Page, answer)
          .data.map((row) => AirbyteJob.safeParse(row).data)
          .find((job) => job && !hasEnded(job));
        if (running) return running;
        throw error;
      }
    },
    listLatestJobs: async (connectionId) => {
      const query = { connectionId, orderBy: "createdAt|DESC", limit: String(pageSize) };
      return readAnswer(Page, await send({ path: "/jobs", query })).data.flatMap(
        (row) => AirbyteJob.safeParse(row).data ?? [],
      );
    },
    cancelJob: async (jobId) => {
      const path = `/jobs/${encodeURIComponent(jobId)}`;
      try {
        return readAnswer(AirbyteJob, await send({ method: "DELETE", path }));
      } catch (error) {
        if (!(error instanceof AirbyteError) || error.kind !== "conflict") throw error;
        const job = readAnswer(AirbyteJob, await send({ path }));
        if (hasEnded(job)) return job;
        throw error;
      }
    },
    getConnection: async (connectionId) =>
      readAnswer(AirbyteConnectionDetail, await send({ path: connectionPath(connectionId) })),
    patchSchedule: async (connectionId, schedule) => {
      await send({ method: "PATCH", path: connectionPath(connectionId), body: { schedule } });
    },
    createConnection: async (wanted) =>
      readAnswer(
        AirbyteConnectionDetail,
        // Airbyte asks the source for its streams first.
        await send({ method: "POST", path: "/connections", body: wanted, timeoutMs: 60_000 }),
      ),
    deleteConnection: async (connectionId) => {
      try {
        await send({ method: "DELETE", path: connectionPath(connectionId) });
      } catch (error) {
        if (!(error instanceof AirbyteError) || error.kind !== "not_found") throw error;
      }
    },
    listSources: (workspaceId) =>
      listAll("/sources", { workspaceIds: workspaceId }, AirbyteSourceDetail, (source) => source.sourceId),
    getSourceDetail: async (sourceId) =>
      readAnswer(AirbyteSourceDetail, await send({ path: sourcePath(sourceId) })),
    patchSource: async (sourceId, configuration, secrets = []) => {
      await send({ method: "PATCH", path: sourcePath(sourceId), body: { configuration }, secrets });
    },
  };
}

/** True when nothing more will happen to the job. A status we do not know is taken for "still going". */
export const hasEnded = (job: AirbyteJob): boolean =>
  job.status === "succeeded" || job.status === "failed" || job.status === "cancelled";
