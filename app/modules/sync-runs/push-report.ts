import { z } from "zod";
import { FailureReason, SyncRunStatus } from "../connectors/connector.ts";
import { Source } from "../connectors/sources.ts";
import { keptErrorMessage } from "./failure-words.ts";
import type { SyncRunReport } from "./sync-run.ts";

/** A sender's clock may be ahead of ours by as much. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
const EARLIEST = Date.parse("2000-01-01T00:00:00Z");

const terminal: ReadonlySet<SyncRunStatus> = new Set(["succeeded", "failed", "cancelled"]);

const RunInstant = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) >= EARLIEST, "must not be before the year 2000");

// What Postgres cannot store as text: a zero byte, half a surrogate pair.
const storable = (text: string) => !text.includes("\0") && text.isWellFormed();

/** One run of one of the shop's sources, as a pipeline of the shop reports it. */
export const PushedRun = z
  .object({
    source: Source,
    externalRunId: z
      .string()
      .min(1)
      .max(200)
      .refine(storable, "must be text")
      .describe("the pipeline's own id of the run: reports that share it are about one run"),
    status: SyncRunStatus,
    queuedAt: RunInstant.optional(),
    startedAt: RunInstant.optional(),
    endedAt: RunInstant.optional().describe("required once the run has ended, refused before"),
    rowsSynced: z.int().min(0).optional(),
    bytesSynced: z.int().min(0).optional(),
    failureReason: FailureReason.optional(),
    errorMessage: z.string().optional().describe("kept up to 2,000 characters"),
  })
  .superRefine((run, context) => {
    const hasEnded = terminal.has(run.status);
    if (hasEnded && !run.endedAt) {
      context.addIssue({
        code: "custom",
        path: ["endedAt"],
        message: `is required: the run is ${run.status}`,
      });
    }
    if (!hasEnded && run.endedAt) {
      context.addIssue({
        code: "custom",
        path: ["endedAt"],
        message: `must not be set: the run is ${run.status}`,
      });
    }
  });
export type PushedRun = z.infer<typeof PushedRun>;

/** `POST /api/ingest/sync-runs` */
export const PushReport = z.object({
  type: z.literal("sync_runs.reported"),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.object({ runs: z.array(PushedRun).min(1).max(500) }),
});
export type PushReport = z.infer<typeof PushReport>;

/** Messages for the instants that lie in the future, per field; the schema has no clock. */
export function findFutureInstants(runs: readonly PushedRun[], now: Date): Record<string, string[]> {
  const latest = now.getTime() + CLOCK_TOLERANCE_MS;
  const errors: Record<string, string[]> = {};
  for (const [index, run] of runs.entries()) {
    for (const field of ["queuedAt", "startedAt", "endedAt"] as const) {
      const text = run[field];
      if (text !== undefined && Date.parse(text) > latest) {
        errors[`data.runs.${index}.${field}`] = ["must not be more than 5 minutes in the future"];
      }
    }
  }
  return errors;
}

const instant = (text: string | undefined) => (text === undefined ? null : new Date(text));

/** The report in the one shape of all doors. */
export function toSyncRunReport(run: PushedRun, connectorId: string): SyncRunReport {
  return {
    connectorId,
    externalRunId: run.externalRunId,
    status: run.status,
    queuedAt: instant(run.queuedAt),
    startedAt: instant(run.startedAt),
    endedAt: instant(run.endedAt),
    rowsSynced: run.rowsSynced ?? null,
    bytesSynced: run.bytesSynced ?? null,
    failureReason: run.failureReason ?? null,
    errorMessage: run.errorMessage === undefined ? null : keptErrorMessage(run.errorMessage),
  };
}
