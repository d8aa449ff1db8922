import { z } from "zod";
import type { SyncRunStatus } from "../connectors/connector.ts";
import { failureReasonFrom, keptErrorMessage } from "./failure-words.ts";
import type { SyncRunReport } from "./sync-run.ts";

// OpenLineage 2-0-2 (specs/openlineage): of an event what is read here is checked as its schema says, and all else may
// be anything. What `producer` and `schemaURL` hold is not read: the vendor's own examples do not always send a URI.

/** A sender's clock may be ahead of ours by as much. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
const EARLIEST = Date.parse("2000-01-01T00:00:00Z");

const EventInstant = z.iso
  .datetime({ offset: true, abort: true, error: "must be an instant with its offset: 2026-11-24T06:00:00Z" })
  .refine((text) => Date.parse(text) >= EARLIEST, "must not be before the year 2000");

const Dataset = z.object({ namespace: z.string(), name: z.string() });

const OutputStatistics = z.object({
  rowCount: z.int().optional().describe("rows written; summed over the outputs"),
  size: z.int().optional().describe("bytes written; summed over the outputs"),
});
const OutputDataset = Dataset.extend({
  outputFacets: z.object({ outputStatistics: OutputStatistics.optional() }).optional(),
});

const baseEvent = { eventTime: EventInstant, producer: z.string(), schemaURL: z.string() };
const jobAndData = {
  job: z.object({ namespace: z.string(), name: z.string() }),
  inputs: z.array(Dataset).optional(),
  outputs: z.array(OutputDataset).optional(),
};

/** An event of a run: the kind that says something about syncs. */
export const RunEvent = z.object({
  ...baseEvent,
  eventType: z.enum(["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]).optional(),
  run: z.object({
    runId: z.guid().describe("events that share it are about one run"),
    facets: z.object({ errorMessage: z.object({ message: z.string() }).optional() }).optional(),
  }),
  ...jobAndData,
});
export type RunEvent = z.infer<typeof RunEvent>;

/** What a job is like, or a dataset: valid, and nothing about a run. */
export const JobEvent = z.object({ ...baseEvent, ...jobAndData });
export const DatasetEvent = z.object({ ...baseEvent, dataset: Dataset });

/** `POST /api/v1/lineage` */
export const LineageEvent = z.union([RunEvent, JobEvent, DatasetEvent]);

/** `POST /api/v1/lineage/batch`; each event is looked at by itself. */
export const LineageBatch = z.array(z.unknown()).max(100);

/** Why an event feeds nothing: it is not of a run, it says nothing of the run's state, or its job is no connector's. */
export const IgnoredReason = z.enum(["not_a_run", "no_state", "no_such_source", "synced_by_airbyte"]);
export type IgnoredReason = z.infer<typeof IgnoredReason>;

export const LineageAnswer = z.union([
  z.object({ status: z.literal("recorded") }),
  z.object({ status: z.literal("ignored"), reason: IgnoredReason }),
]);
export type LineageAnswer = z.infer<typeof LineageAnswer>;

/** Nothing here is worth sending again as it is: what could be is refused whole, with 503. */
export const LineageBatchAnswer = z.object({
  status: z.enum(["success", "partial_success"]),
  summary: z.object({
    received: z.int(),
    successful: z.int(),
    failed: z.int(),
    retriable: z.int(),
    non_retriable: z.int(),
  }),
  failed_events: z.array(z.object({ index: z.int(), reason: z.string(), retriable: z.boolean() })),
});
export type LineageBatchAnswer = z.infer<typeof LineageBatchAnswer>;

/** Which kind of event a body is meant to be, by what it holds; what is none of them is taken for a run's, and refused as one. */
export function kindOfEvent(body: unknown): "run" | "job" | "dataset" {
  const has = (key: string) => typeof body === "object" && body !== null && Object.hasOwn(body, key);
  if (has("job")) return has("run") || has("dataset") ? "run" : "job";
  return has("dataset") ? "dataset" : "run";
}

/** Messages for an event of the future, per field; the schema has no clock. It would make a connector look fresh for ever. */
export function findFutureInstant(eventTime: string, now: Date): Record<string, string[]> {
  if (Date.parse(eventTime) <= now.getTime() + CLOCK_TOLERANCE_MS) return {};
  return { eventTime: ["must not be more than 5 minutes in the future"] };
}

/**
 * The status that an event says its run has; null when it says none. "OTHER" adds facts at any time, even before the
 * start, so it neither makes a run nor changes one.
 */
export function statusSaidBy({ eventType = "OTHER" }: RunEvent): SyncRunStatus | null {
  switch (eventType) {
    case "START":
    case "RUNNING":
      return "running";
    case "COMPLETE":
      return "succeeded";
    case "FAIL":
      return "failed";
    case "ABORT":
      return "cancelled";
    case "OTHER":
      return null;
  }
}

/** The event in the one shape of all doors. */
export function toSyncRunReport(event: RunEvent, status: SyncRunStatus, connectorId: string): SyncRunReport {
  const at = new Date(event.eventTime);
  const error = status === "failed" ? event.run.facets?.errorMessage?.message : undefined;
  return {
    connectorId,
    externalRunId: event.run.runId.toLowerCase(),
    status,
    queuedAt: null,
    startedAt: status === "running" ? at : null,
    endedAt: status === "running" ? null : at,
    rowsSynced: sumOver(event, "rowCount"),
    bytesSynced: sumOver(event, "size"),
    failureReason: error === undefined ? null : failureReasonFrom(error),
    errorMessage: error === undefined ? null : keptErrorMessage(error),
  };
}

/** A statistic over all outputs that state it; null when none does. Some engines say -1 for "not known". */
function sumOver({ outputs = [] }: RunEvent, statistic: "rowCount" | "size"): number | null {
  const stated = outputs
    .map((output) => output.outputFacets?.outputStatistics?.[statistic])
    .filter((count) => count !== undefined && count >= 0);
  const sum = stated.reduce<number>((total, count) => total + (count ?? 0), 0);
  return stated.length > 0 && Number.isSafeInteger(sum) ? sum : null;
}
