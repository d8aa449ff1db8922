import type { z } from "zod";
import { AirbyteError } from "./errors.ts";
import { type AirbyteOptions, createSend } from "./request.ts";
import { AirbyteConnection, AirbyteJob, AirbyteSource, AirbyteWorkspace, Page } from "./schemas.ts";

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
}

const pageSize = 100;
const mostPages = 1_000;

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
      const { data: rows } = read(Page, answer);
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
    getSource: async (sourceId) =>
      read(AirbyteSource, await send({ path: `/sources/${encodeURIComponent(sourceId)}` })),
    listJobs: ({ workspaceId, updatedAtStart }) =>
      latestJobs({ workspaceIds: workspaceId, updatedAtStart: updatedAtStart.toISOString() }),
    getJob: async (jobId) => read(AirbyteJob, await send({ path: `/jobs/${encodeURIComponent(jobId)}` })),
    triggerSync: async (connectionId) => {
      try {
        return read(
          AirbyteJob,
          await send({ method: "POST", path: "/jobs", body: { connectionId, jobType: "sync" } }),
        );
      } catch (error) {
        if (!(error instanceof AirbyteError) || error.kind !== "conflict") throw error;
        const answer = await send({
          path: "/jobs",
          query: { connectionId, jobType: "sync", orderBy: "createdAt|DESC", limit: "5" },
        });
        const running = read(Page, answer)
          .data.map((row) => AirbyteJob.safeParse(row).data)
          .find((job) => job && !hasEnded(job));
        if (running) return running;
        throw error;
      }
    },
  };
}

/** True when nothing more will happen to the job. A status we do not know is taken for "still going". */
export const hasEnded = (job: AirbyteJob): boolean =>
  job.status === "succeeded" || job.status === "failed" || job.status === "cancelled";

function read<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AirbyteError(
    "unreachable",
    "backoff",
    200,
    `Airbyte's answer could not be read (${parsed.error.issues[0]?.path.join(".") || "no object"}).`,
  );
}
