import { z } from "zod";
import { Source } from "../connectors/sources.ts";

export const BackfillStatus = z.enum([
  "queued",
  "starting",
  "running",
  "verifying",
  "cancelling",
  "needs_operator",
  "completed",
  "failed",
  "cancelled",
]);
export type BackfillStatus = z.infer<typeof BackfillStatus>;

export const endedStatuses = ["completed", "failed", "cancelled"] as const satisfies BackfillStatus[];
export const isEnded = (status: BackfillStatus): boolean => endedStatuses.some((ended) => ended === status);

/** Why a backfill failed, or waits for a person. */
export const BackfillReason = z.enum([
  "credentials",
  "permission",
  "connection_disabled",
  "connection_missing",
  "source_failed",
  "engine_unreachable",
  "engine_refused",
  "pipeline_failed",
  "pipeline_silent",
  "not_put_back",
  "not_verified",
  "no_way_to_backfill",
  "unsafe_destination",
]);
export type BackfillReason = z.infer<typeof BackfillReason>;

const Instant = z.iso.datetime();
const Day = z.iso.date();

/** What one day of the range held before and after. */
export const ChangedDay = z.object({ day: Day, rowsBefore: z.int(), rowsAfter: z.int() });
export type ChangedDay = z.infer<typeof ChangedDay>;

/** What a backfill changed, by the profiles of its days before and after. */
export const BackfillResult = z.object({
  /** "14 days changed, +212 orders, revenue +0.8 %" */
  summary: z.string(),
  changedDays: z.array(ChangedDay),
  rowsBefore: z.int(),
  rowsAfter: z.int(),
});
export type BackfillResult = z.infer<typeof BackfillResult>;

/** A refill of a range of days, as the API shows it. Days are the shop's. */
export const Backfill = z.object({
  id: z.uuid(),
  connectorId: z.uuid(),
  source: Source,
  status: BackfillStatus,
  startDate: Day,
  endDate: Day,
  percent: z.int().min(0).max(100),
  rowsLoaded: z.int(),
  etaSeconds: z.int().nullable(),
  reason: z.string().nullable().describe("why it failed or waits, in plain words"),
  result: BackfillResult.nullable(),
  requestedBy: z.string(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
});
export type Backfill = z.infer<typeof Backfill>;

export const BackfillWarning = z.object({
  code: z.enum([
    "long_range",
    "busy_hours",
    "platform_limit",
    "restated_days",
    "reads_to_today",
    "includes_today",
  ]),
  message: z.string(),
});
export type BackfillWarning = z.infer<typeof BackfillWarning>;

/** What a merchant may ask for, in shop days, both inclusive. */
export const BackfillLimits = z.object({
  earliestDate: Day,
  latestDate: Day,
  maxDays: z.int(),
  /** Why no earlier day can be had; null: only the length is limited. */
  reason: z.string().nullable(),
});
export type BackfillLimits = z.infer<typeof BackfillLimits>;

/** `GET /api/sync-health/connectors/{id}/backfill/estimate` */
export const BackfillEstimate = z.object({
  days: z.int(),
  estimatedRows: z.int().nullable(),
  estimatedDurationSeconds: z.int().nullable(),
  basis: z.string().describe("what the estimate rests on, or why there is none yet"),
  warnings: z.array(BackfillWarning),
  suggestedRange: z
    .object({ startDate: Day, endDate: Day, reason: z.string() })
    .nullable()
    .describe("a gap in the history, if there is one"),
  limits: BackfillLimits,
});
export type BackfillEstimate = z.infer<typeof BackfillEstimate>;

/** `GET /api/sync-health/connectors/{id}/backfill/status`: the active one, and ended ones, newest first. */
export const BackfillStatusAnswer = z.object({
  backfill: Backfill.nullable(),
  history: z.array(Backfill),
});
export type BackfillStatusAnswer = z.infer<typeof BackfillStatusAnswer>;

/** Merchants refill at most so many days at once; staff any number. */
export const MOST_MERCHANT_DAYS = 90;
