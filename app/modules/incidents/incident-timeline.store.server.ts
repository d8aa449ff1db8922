import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Severity } from "../severity.ts";
import { type TimelineEntry, type TimelineKind, timelineKinds } from "./timeline.ts";

const MOST_ENTRIES = 200;

/** An incident's story, newest first. Staff are "support": a merchant is not told who it was. */
export async function loadTimeline(tx: ShopTx, incidentId: string): Promise<TimelineEntry[]> {
  const rows = await tx.$queryRaw<
    { id: string; at: Date; kind: string; severity: Severity | null; role: string; note: string }[]
  >`
    SELECT id, at, kind, severity, actor_role AS role, note FROM incident_events
    WHERE incident_id = ${incidentId}::uuid ORDER BY at DESC, kind LIMIT ${MOST_ENTRIES}`;
  return rows.flatMap(({ id, at, kind, severity, role, note }) =>
    isTimelineKind(kind) ? [{ id, at: at.toISOString(), kind, severity, by: whoIs(role), note }] : [],
  );
}

const isTimelineKind = (kind: string): kind is TimelineKind => timelineKinds.some((known) => known === kind);

const whoIs = (role: string): TimelineEntry["by"] =>
  role === "merchant" ? "merchant" : role === "system" ? "system" : "support";
