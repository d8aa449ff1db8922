import { z } from "zod";
import { DashboardKey, Source } from "../connectors/sources.ts";
import { Severity } from "../severity.ts";

export const IncidentStatus = z.enum(["open", "acknowledged", "resolved"]);
export type IncidentStatus = z.infer<typeof IncidentStatus>;

/** How an incident ended: by itself, or in the words of whoever resolved it. */
export const Resolution = z.enum(["auto", "fixed", "expected", "false_alarm", "other"]);
export type Resolution = z.infer<typeof Resolution>;

const Instant = z.iso.datetime();

/** An incident as the API shows it. Its severity is the worst it has been. */
export const Incident = z.object({
  id: z.uuid(),
  connectorId: z.uuid().nullable(),
  source: Source.nullable(),
  check: z.string(),
  severity: Severity,
  status: IncidentStatus,
  title: z.string(),
  detail: z.string(),
  openedAt: Instant,
  resolvedAt: Instant.nullable(),
  acknowledgedAt: Instant.nullable(),
  affectedDashboards: z.array(DashboardKey),
  parent: z.object({ kind: z.enum(["upstream", "shop"]), id: z.uuid() }).nullable(),
});
export type Incident = z.infer<typeof Incident>;

/** `GET /api/sync-health/incidents` */
export const IncidentPage = z.object({ incidents: z.array(Incident), nextCursor: z.string().nullable() });
export type IncidentPage = z.infer<typeof IncidentPage>;
