import { z } from "zod";
import { Backfill } from "../backfills/backfill.ts";
import { Incident } from "../incidents/incident.ts";
import { Severity } from "../severity.ts";
import { Source } from "./sources.ts";

export const ConnectorStatus = z.enum(["healthy", "delayed", "error", "unknown", "learning", "paused"]);
export type ConnectorStatus = z.infer<typeof ConnectorStatus>;

/** What to do about a problem; the page and other consumers choose how to offer it. */
export const RecommendedAction = z.object({
  code: z.enum([
    "wait",
    "reconnect_source",
    "check_permissions",
    "enable_connection",
    "sync_now",
    "run_backfill",
    "mark_expected",
    "contact_support",
  ]),
  label: z.string(),
});
export type RecommendedAction = z.infer<typeof RecommendedAction>;

export const SlaMinutes = z.object({
  warningMinutes: z.int(),
  highMinutes: z.int(),
  criticalMinutes: z.int(),
});

const Instant = z.iso.datetime();

/** One source of one shop, as the API shows it. Instants in UTC, days in the shop's time zone. */
export const Connector = z.object({
  id: z.uuid(),
  source: Source,
  label: z.string(),
  status: ConnectorStatus,
  neverSynced: z.boolean(),
  severity: Severity.nullable(),
  lastSyncedAt: Instant.nullable(),
  minutesSinceSync: z.int().nullable(),
  sla: SlaMinutes,
  rowsSynced: z
    .int()
    .nullable()
    .describe("rows of the last successful sync; null when the engine does not say"),
  message: z.string(),
  recommendedActions: z.array(RecommendedAction),
  openIncidents: z.int(),
  completeThrough: z.iso.date().nullable().describe("the last day, in the shop's time zone, that is whole"),
  activeBackfill: Backfill.nullable(),
});
export type Connector = z.infer<typeof Connector>;

export const SyncRunStatus = z.enum(["queued", "running", "cancelled", "failed", "succeeded"]);
export type SyncRunStatus = z.infer<typeof SyncRunStatus>;

export const FailureReason = z.enum([
  "credentials",
  "permission",
  "connection_disabled",
  "rate_limited",
  "source_unavailable",
  "destination_unavailable",
  "schema_changed",
  "timed_out",
  "unknown",
]);
export type FailureReason = z.infer<typeof FailureReason>;

export const SyncRun = z.object({
  id: z.uuid(),
  externalRunId: z.string(),
  status: SyncRunStatus,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  rowsSynced: z.int().nullable(),
  failureReason: FailureReason.nullable(),
  errorMessage: z.string().nullable(),
});
export type SyncRun = z.infer<typeof SyncRun>;

/** What one calendar day of the shop looked like for one connector. */
export const HistoryDay = z.object({
  day: z.iso.date(),
  state: z.enum(["synced", "warning", "high", "critical", "failed", "no_sync", "pending", "before_start"]),
  runs: z.int(),
  failedRuns: z.int(),
  rowsSynced: z.int().nullable(),
});
export type HistoryDay = z.infer<typeof HistoryDay>;

export const CheckView = z.object({
  check: z.string(),
  label: z.string(),
  enabled: z.boolean(),
  outcome: z.string(),
  severity: Severity.nullable(),
  evaluatedAt: Instant.nullable(),
  value: z.number().nullable(),
  expectedLow: z.number().nullable(),
  expectedHigh: z.number().nullable(),
  sentence: z.string(),
});
export type CheckView = z.infer<typeof CheckView>;

/** `GET /api/sync-health/connector/{id}` */
export const ConnectorDetail = Connector.extend({
  runs: z.array(SyncRun).max(20),
  checks: z.array(CheckView),
  history: z.array(HistoryDay).length(90),
  incidents: z.array(Incident),
});
export type ConnectorDetail = z.infer<typeof ConnectorDetail>;
