import { z } from "zod";
import { DashboardKey } from "../connectors/sources.ts";

/** `GET /api/sync-health/dashboard-block?dashboard=` */
export const DashboardBlockQuery = z.object({
  dashboard: DashboardKey.optional().describe("only this dashboard; without it, all"),
});
