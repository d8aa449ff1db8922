import { randomUUID } from "node:crypto";
import { afterCommit } from "#app/platform/after-commit.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { announceIncidents, type IncidentNotice } from "../alerts/announce.server.ts";
import { isSource, sources } from "../connectors/sources.ts";
import { countTransition } from "../dq-metrics.server.ts";
import { addNotices, type NewNotice } from "../notices/notices.store.server.ts";
import type { Severity } from "../severity.ts";
import type { IncidentStatus, Resolution } from "./incident.ts";
import {
  type IncidentStep,
  type MovedIncident,
  saveSteps,
  type Told,
} from "./incident-steps.store.server.ts";
import { describeIncident, describeMinutes } from "./incident-words.ts";
import { decideTransition, type KnownIncident, type Transition } from "./transitions.ts";

/** A verdict that changed, with the latest incident of its connector and check. */
export interface Change {
  shopId: string;
  /** Null: of several connectors together. */
  connectorId: string | null;
  source: string;
  check: string;
  outcome: string;
  severity: Severity | null;
  /** It failed before too, and goes on. */
  wasFailing: boolean;
  value: number | null;
  slaMinutes: number;
  failureReason: string | null;
  failuresInARow: number;
  incidentId: string | null;
  incidentStatus: IncidentStatus | null;
  incidentSeverity: Severity | null;
  openedAt: Date | null;
  resolvedAt: Date | null;
  resolution: Resolution | null;
  /** The event of many shops, or of this one, that it is part of and that speaks for it. */
  upstreamEventId: string | null;
  parentId: string | null;
  /** What a data check says of itself; freshness and failed syncs are put in words here. */
  told?: Told;
}

/**
 * Opens, escalates, reopens and resolves incidents for changed verdicts, with their timeline, what is told on Home and
 * who is alerted: a handful of statements for any number.
 */
export async function applyChanges(tx: ShopTx, changes: readonly Change[], now: Date): Promise<void> {
  const opened: MovedIncident[] = [];
  const moved: MovedIncident[] = [];
  const steps: IncidentStep[] = [];
  const retold: ({ shop_id: string; id: string } & Told)[] = [];
  const notices: NewNotice[] = [];
  const alerts: IncidentNotice[] = [];
  for (const change of changes) {
    const latest = latestOf(change);
    const transition = decideTransition(latest, change, now);
    if (transition.kind === "none") {
      // It goes on, but perhaps with other days: what is read of it is what is true now.
      if (latest && latest.status !== "resolved" && change.told)
        retold.push({ shop_id: change.shopId, id: latest.id, ...change.told });
      continue;
    }
    const id = transition.kind === "open" ? randomUUID() : transition.incidentId;
    const severity = transition.kind === "auto_resolve" ? null : transition.severity;
    const words = severity ? wordsFor(change, severity) : null;
    (transition.kind === "open" ? opened : moved).push({
      shop_id: change.shopId,
      id,
      connector_id: change.connectorId,
      check_name: change.check,
      kind: transition.kind,
      severity,
      parent_id: change.parentId,
      upstream_event_id: change.upstreamEventId,
      ...words,
    });
    steps.push({
      shop_id: change.shopId,
      incident_id: id,
      kind: timelineKind[transition.kind],
      severity,
      note: words?.detail ?? "",
    });
    const worst = severity ?? latest!.severity;
    alerts.push({
      shopId: change.shopId,
      incidentId: id,
      event: noticeEvent[transition.kind],
      severity: worst,
    });
    afterCommit(tx, () => countTransition(transition.kind, worst));
    if (transition.kind === "auto_resolve") notices.push(...noticeOf(change, id, now));
  }
  await saveSteps(tx, { opened, moved, retold, steps }, now);
  await addNotices(tx, notices, now);
  await announceIncidents(tx, alerts, now);
}

const latestOf = (change: Change): KnownIncident | null =>
  change.incidentId && change.incidentStatus && change.incidentSeverity
    ? {
        id: change.incidentId,
        status: change.incidentStatus,
        severity: change.incidentSeverity,
        resolvedAt: change.resolvedAt,
        resolution: change.resolution,
      }
    : null;

/** A problem that mattered is over: Home says so once. A warning passes without a word. */
function noticeOf(change: Change, incidentId: string, now: Date): NewNotice[] {
  if (!change.openedAt || !change.connectorId || change.incidentSeverity === "warning") return [];
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

type Step = Exclude<Transition["kind"], "none">;
const timelineKind = {
  open: "opened",
  reopen: "reopened",
  escalate: "escalated",
  auto_resolve: "auto_resolved",
} as const satisfies Record<Step, string>;
const noticeEvent = {
  open: "opened",
  reopen: "reopened",
  escalate: "escalated",
  auto_resolve: "resolved",
} as const satisfies Record<Step, string>;

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
