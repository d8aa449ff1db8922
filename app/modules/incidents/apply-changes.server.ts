import { randomUUID } from "node:crypto";
import { afterCommit } from "#app/platform/after-commit.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource, sources } from "../connectors/sources.ts";
import { countTransition } from "../dq-metrics.server.ts";
import { addNotices, type NewNotice } from "../notices/notices.store.server.ts";
import type { Severity } from "../severity.ts";
import type { IncidentStatus } from "./incident.ts";
import { describeIncident, describeMinutes } from "./incident-words.ts";
import { decideTransition } from "./transitions.ts";

/** A verdict that changed, with the latest incident of its connector and check. */
export interface Change {
  shopId: string;
  connectorId: string;
  source: string;
  check: string;
  outcome: string;
  severity: Severity | null;
  value: number | null;
  slaMinutes: number;
  failureReason: string | null;
  failuresInARow: number;
  incidentId: string | null;
  incidentStatus: IncidentStatus | null;
  incidentSeverity: Severity | null;
  openedAt: Date | null;
  resolvedAt: Date | null;
  /** What a data check says of itself; freshness and failed syncs are put in words here. */
  told?: Told;
}

export interface Told {
  title: string;
  detail: string;
  firstDay: string | null;
  lastDay: string | null;
}

/** Opens, escalates, reopens and resolves incidents for changed verdicts, with their timeline and what is told on Home: a handful of statements for any number. */
export async function applyChanges(tx: ShopTx, changes: readonly Change[], now: Date): Promise<void> {
  const opened: object[] = [];
  const moved: object[] = [];
  const events: object[] = [];
  const notices: NewNotice[] = [];
  const retold: object[] = [];
  for (const change of changes) {
    const latest =
      change.incidentId && change.incidentStatus && change.incidentSeverity
        ? {
            id: change.incidentId,
            status: change.incidentStatus,
            severity: change.incidentSeverity,
            resolvedAt: change.resolvedAt,
          }
        : null;
    const transition = decideTransition(latest, change.severity, now);
    if (transition.kind === "none") {
      // It goes on, but perhaps with other days: what is read of it is what is true now.
      if (latest && latest.status !== "resolved" && change.told)
        retold.push({ shop_id: change.shopId, id: latest.id, ...change.told });
      continue;
    }
    const id = transition.kind === "open" ? randomUUID() : transition.incidentId;
    const severity = transition.kind === "auto_resolve" ? null : transition.severity;
    const words = severity ? wordsFor(change, severity) : null;
    const row = {
      shop_id: change.shopId,
      id,
      connector_id: change.connectorId,
      check_name: change.check,
      kind: transition.kind,
      severity,
      ...words,
    };
    (transition.kind === "open" ? opened : moved).push(row);
    afterCommit(tx, () => countTransition(transition.kind, severity ?? latest!.severity));
    if (transition.kind === "auto_resolve") notices.push(...noticeOf(change, id, now));
    events.push({
      shop_id: change.shopId,
      incident_id: id,
      kind: timelineKind[transition.kind],
      severity,
      note: words?.detail ?? "",
    });
  }
  if (opened.length > 0) {
    await tx.$executeRaw`
      INSERT INTO dq_incidents (shop_id, id, connector_id, check_name, severity, title, detail, first_day, last_day, opened_at)
      SELECT shop_id, id, connector_id, check_name, severity, title, detail, "firstDay", "lastDay", ${now}
      FROM jsonb_to_recordset(${JSON.stringify(opened)}::jsonb) AS o (shop_id uuid, id uuid, connector_id uuid, check_name text, severity text,
        title text, detail text, "firstDay" date, "lastDay" date)`;
  }
  if (moved.length > 0) {
    // Something got worse or came back: nobody has seen that yet, so an acknowledgement no longer holds.
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
        resolved_at = CASE m.kind WHEN 'auto_resolve' THEN ${now}::timestamptz END,
        resolution = CASE m.kind WHEN 'auto_resolve' THEN 'auto' END,
        reopened_count = i.reopened_count + CASE m.kind WHEN 'reopen' THEN 1 ELSE 0 END
      FROM jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) AS m (shop_id uuid, id uuid, kind text, severity text, title text, detail text,
        "firstDay" date, "lastDay" date)
      WHERE i.shop_id = m.shop_id AND i.id = m.id`;
  }
  if (retold.length > 0) {
    await tx.$executeRaw`
      UPDATE dq_incidents i SET title = r.title, detail = r.detail, first_day = r."firstDay", last_day = r."lastDay"
      FROM jsonb_to_recordset(${JSON.stringify(retold)}::jsonb) AS r (shop_id uuid, id uuid, title text, detail text, "firstDay" date, "lastDay" date)
      WHERE i.shop_id = r.shop_id AND i.id = r.id AND (i.detail, i.first_day, i.last_day) IS DISTINCT FROM (r.detail, r."firstDay", r."lastDay")`;
  }
  if (events.length > 0) {
    await tx.$executeRaw`
      INSERT INTO incident_events (shop_id, incident_id, at, kind, severity, actor_role, actor, note)
      SELECT shop_id, incident_id, ${now}, kind, severity, 'system', 'system', note
      FROM jsonb_to_recordset(${JSON.stringify(events)}::jsonb) AS e (shop_id uuid, incident_id uuid, kind text, severity text, note text)`;
  }
  await addNotices(tx, notices, now);
}

/** A problem that mattered is over: Home says so once. A warning passes without a word. */
function noticeOf(change: Change, incidentId: string, now: Date): NewNotice[] {
  if (!change.openedAt || change.incidentSeverity === "warning") return [];
  const minutes = Math.max(1, Math.floor((now.getTime() - change.openedAt.getTime()) / 60_000));
  return [
    {
      shopId: change.shopId,
      kind: "problem_solved",
      connectorId: change.connectorId,
      title: `${labelOf(change)} is all right again`,
      body: `The problem lasted ${describeMinutes(minutes)} and is over. You do not need to do anything.`,
      path: `/app/incidents/${incidentId}`,
    },
  ];
}

const labelOf = ({ source }: Change): string => (isSource(source) ? sources[source].label : source);

const timelineKind = {
  open: "opened",
  reopen: "reopened",
  escalate: "escalated",
  auto_resolve: "auto_resolved",
} as const;

function wordsFor(change: Change, severity: Severity): Told {
  if (change.told) return change.told;
  const words = describeIncident({
    check: change.check,
    label: labelOf(change),
    severity,
    outcome: change.outcome,
    ageMinutes: change.value,
    slaMinutes: change.slaMinutes,
    failureReason: change.failureReason,
    failuresInARow: change.failuresInARow,
  });
  return { ...words, firstDay: null, lastDay: null };
}
