import { z } from "zod";
import type { IncidentStatus } from "./incident.ts";

/** `GET /api/sync-health/incidents?status=&cursor=&limit=` */
export const IncidentsQuery = z.object({
  status: z
    .enum(["open", "acknowledged", "resolved", "all"])
    .optional()
    .describe("only incidents of this status; without it, open and acknowledged"),
  cursor: z.string().optional().describe("`nextCursor` of the page before"),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});
export type IncidentsQuery = z.infer<typeof IncidentsQuery>;

/** The statuses that are asked for. */
export function statusesOf(status: IncidentsQuery["status"]): IncidentStatus[] {
  if (status === "all") return ["open", "acknowledged", "resolved"];
  return status ? [status] : ["open", "acknowledged"];
}
