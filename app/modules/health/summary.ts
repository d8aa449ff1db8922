import { z } from "zod";
import { Connector } from "../connectors/connector.ts";

const Instant = z.iso.datetime();

/** What took points from the score. `connectorId` is null for the cap while a dashboard is blocked. */
export const Deduction = z.object({
  connectorId: z.uuid().nullable(),
  reason: z.string(),
  points: z.int().min(1),
});
export type Deduction = z.infer<typeof Deduction>;

export const StatusCounts = z.object({
  healthy: z.int(),
  delayed: z.int(),
  error: z.int(),
  unknown: z.int(),
  learning: z.int(),
  paused: z.int(),
});
export type StatusCounts = z.infer<typeof StatusCounts>;

/** `GET /api/sync-health/summary` */
export const Summary = z.object({
  score: z.int().min(0).max(100).nullable().describe("null when no connector can be judged"),
  status: z.enum(["healthy", "degraded", "critical", "unknown"]),
  counts: StatusCounts,
  blocked: z.boolean(),
  checkedAt: Instant.nullable(),
  nextCheckAt: Instant,
  stale: z.boolean().describe("the checks have not finished for two intervals: nothing is shown as healthy"),
  deductions: z.array(Deduction),
  connectors: z.array(Connector),
});
export type Summary = z.infer<typeof Summary>;
