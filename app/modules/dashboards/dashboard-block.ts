import { z } from "zod";
import { DashboardKey } from "../connectors/sources.ts";

export const Support = z.object({ email: z.string().nullable(), url: z.string().nullable() });
export type Support = z.infer<typeof Support>;

export const DashboardState = z.object({
  key: DashboardKey,
  blocked: z.boolean(),
  reasons: z.array(
    z.object({
      code: z.enum(["stale", "empty_table", "security"]),
      connectorId: z.uuid().nullable(),
      message: z.string(),
    }),
  ),
  completeThrough: z.iso.date().nullable(),
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
