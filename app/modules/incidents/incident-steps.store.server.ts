import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Severity } from "../severity.ts";
import type { TimelineKind } from "./timeline.ts";

/** What is said of an incident, and the shop days it is about. */
export interface Told {
  title: string;
  detail: string;
  firstDay: string | null;
  lastDay: string | null;
}

/** An incident to open or to change, as its row will be. Words are left out where they stay. */
export interface MovedIncident extends Partial<Told> {
  shop_id: string;
  id: string;
  connector_id: string | null;
  check_name: string;
  kind: "open" | "reopen" | "escalate" | "auto_resolve";
  /** Null where it stays. */
  severity: Severity | null;
  parent_id: string | null;
  upstream_event_id: string | null;
}

/** A row of the timeline, by the system. */
export interface IncidentStep {
  shop_id: string;
  incident_id: string;
  kind: TimelineKind;
  severity: Severity | null;
  note: string;
}

/** Stores what was decided of many incidents: one statement to open, one to change, one to retell, one for the timeline. */
export async function saveSteps(
  tx: ShopTx,
  {
    opened,
    moved,
    retold,
    steps,
  }: {
    opened: readonly MovedIncident[];
    moved: readonly MovedIncident[];
    retold: readonly ({ shop_id: string; id: string } & Told)[];
    steps: readonly IncidentStep[];
  },
  now: Date,
): Promise<void> {
  if (opened.length > 0) {
    await tx.$executeRaw`
      INSERT INTO dq_incidents (shop_id, id, connector_id, check_name, severity, title, detail, first_day, last_day, parent_id, upstream_event_id, opened_at)
      SELECT shop_id, id, connector_id, check_name, severity, title, detail, "firstDay", "lastDay", parent_id, upstream_event_id, ${now}
      FROM jsonb_to_recordset(${JSON.stringify(opened)}::jsonb) AS o (shop_id uuid, id uuid, connector_id uuid, check_name text, severity text,
        title text, detail text, "firstDay" date, "lastDay" date, parent_id uuid, upstream_event_id uuid)`;
  }
  if (moved.length > 0) {
    // Something got worse or came back: nobody has seen that yet, so neither an acknowledgement nor a snooze holds.
    await tx.$executeRaw`
      UPDATE dq_incidents i SET
        status = CASE m.kind WHEN 'auto_resolve' THEN 'resolved' ELSE 'open' END,
        severity = CASE WHEN m.kind = 'auto_resolve' THEN i.severity
          WHEN array_position(ARRAY['warning','high','critical'], m.severity) > array_position(ARRAY['warning','high','critical'], i.severity) OR m.kind = 'reopen'
          THEN m.severity ELSE i.severity END,
        title = coalesce(m.title, i.title), detail = coalesce(m.detail, i.detail),
        first_day = coalesce(m."firstDay", i.first_day), last_day = coalesce(m."lastDay", i.last_day),
        acknowledged_at = CASE WHEN m.kind = 'auto_resolve' THEN i.acknowledged_at END,
        staff_acknowledged_at = CASE WHEN m.kind = 'auto_resolve' THEN i.staff_acknowledged_at END,
        snoozed_until = NULL,
        resolved_at = CASE m.kind WHEN 'auto_resolve' THEN ${now}::timestamptz END,
        resolution = CASE m.kind WHEN 'auto_resolve' THEN 'auto' END,
        reopened_count = i.reopened_count + CASE m.kind WHEN 'reopen' THEN 1 ELSE 0 END,
        parent_id = CASE m.kind WHEN 'reopen' THEN m.parent_id ELSE coalesce(m.parent_id, i.parent_id) END,
        upstream_event_id = CASE m.kind WHEN 'reopen' THEN m.upstream_event_id ELSE coalesce(m.upstream_event_id, i.upstream_event_id) END
      FROM jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) AS m (shop_id uuid, id uuid, kind text, severity text, title text, detail text,
        "firstDay" date, "lastDay" date, parent_id uuid, upstream_event_id uuid)
      WHERE i.shop_id = m.shop_id AND i.id = m.id`;
  }
  if (retold.length > 0) {
    await tx.$executeRaw`
      UPDATE dq_incidents i SET title = r.title, detail = r.detail, first_day = r."firstDay", last_day = r."lastDay"
      FROM jsonb_to_recordset(${JSON.stringify(retold)}::jsonb) AS r (shop_id uuid, id uuid, title text, detail text, "firstDay" date, "lastDay" date)
      WHERE i.shop_id = r.shop_id AND i.id = r.id AND (i.detail, i.first_day, i.last_day) IS DISTINCT FROM (r.detail, r."firstDay", r."lastDay")`;
  }
  if (steps.length > 0) {
    await tx.$executeRaw`
      INSERT INTO incident_events (shop_id, incident_id, at, kind, severity, actor_role, actor, note)
      SELECT shop_id, incident_id, ${now}, kind, severity, 'system', 'system', note
      FROM jsonb_to_recordset(${JSON.stringify(steps)}::jsonb) AS e (shop_id uuid, incident_id uuid, kind text, severity text, note text)`;
  }
}
