import { z } from "zod";
import { DashboardKey } from "../connectors/sources.ts";

export const Support = z.object({ email: z.string().nullable(), url: z.string().nullable() });
export type Support = z.infer<typeof Support>;

export const BlockReason = z.object({
  code: z.enum(["stale", "empty_table", "security"]),
  connectorId: z.uuid().nullable(),
  message: z.string(),
});
export type BlockReason = z.infer<typeof BlockReason>;

export const DashboardState = z.object({
  key: DashboardKey,
  blocked: z.boolean(),
  reasons: z.array(BlockReason),
  completeThrough: z.iso
    .date()
    .nullable()
    .describe(
      "the last day that is whole; up to it the numbers may be read even while blocked. Null: no day is",
    ),
  nextSteps: z.array(z.string()),
});
export type DashboardState = z.infer<typeof DashboardState>;

/** `GET /api/sync-health/dashboard-block` */
export const DashboardBlock = z.object({
  blocked: z.boolean(),
  dashboards: z.array(DashboardState),
  support: Support,
});
export type DashboardBlock = z.infer<typeof DashboardBlock>;
