import type { SyncRunStatus } from "../connectors/connector.ts";
import type { SyncRunReport } from "./sync-run.ts";

/** What matters here of an Airbyte job. */
export interface JobFacts {
  jobId: string;
  status: "pending" | "queued" | "running" | "incomplete" | "failed" | "succeeded" | "cancelled" | "unknown";
  createdAt: Date | null;
  lastUpdatedAt: Date | null;
  durationMs: number | null;
  rowsSynced: number | null;
  bytesSynced: number | null;
}

const statusOf: Readonly<Record<JobFacts["status"], SyncRunStatus>> = {
  pending: "queued",
  queued: "queued",
  running: "running",
  // An attempt failed and Airbyte will try again by itself.
  incomplete: "running",
  unknown: "running",
  failed: "failed",
  succeeded: "succeeded",
  cancelled: "cancelled",
};

/**
 * One job as a run of every connector that its connection feeds. A job counts rows for all its streams together, so they
 * are a connector's own only when it is the only one.
 */
export function reportsOfJob(job: JobFacts, connectorIds: readonly string[]): SyncRunReport[] {
  const status = statusOf[job.status];
  const isAlone = connectorIds.length === 1;
  return connectorIds.map((connectorId) => ({
    connectorId,
    externalRunId: job.jobId,
    status,
    queuedAt: job.createdAt,
    startedAt: status === "queued" ? null : job.createdAt,
    endedAt: status === "queued" || status === "running" ? null : endOf(job),
    rowsSynced: isAlone ? job.rowsSynced : null,
    bytesSynced: isAlone ? job.bytesSynced : null,
    // The public API names no reason; the webhook may.
    failureReason: null,
    errorMessage: null,
  }));
}

/** When an ended job ended; at worst the earliest instant it can have been. */
function endOf({ lastUpdatedAt, createdAt, durationMs }: JobFacts): Date | null {
  if (lastUpdatedAt) return lastUpdatedAt;
  return createdAt && new Date(createdAt.getTime() + (durationMs ?? 0));
}
