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

const Instant = z.iso.datetime();

/** A refill of a range of days, as the API shows it. Days are the shop's. */
export const Backfill = z.object({
  id: z.uuid(),
  connectorId: z.uuid(),
  source: Source,
  status: BackfillStatus,
  startDate: z.iso.date(),
  endDate: z.iso.date(),
  percent: z.int().min(0).max(100),
  rowsLoaded: z.int(),
  etaSeconds: z.int().nullable(),
  reason: z.string().nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  requestedBy: z.string(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
});
export type Backfill = z.infer<typeof Backfill>;
