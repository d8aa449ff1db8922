import { afterCommit } from "#app/platform/after-commit.server.ts";
import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { announceIncidents } from "../alerts/announce.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { restartCheck } from "../checks/checks.store.server.ts";
import { countTransition } from "../dq-metrics.server.ts";
import { saveShopHealth } from "../health/shop-health.store.server.ts";
import type { Actor } from "../shops/shop.ts";
import type { Incident, Resolution } from "./incident.ts";
import { type IncidentStep, saveSteps } from "./incident-steps.store.server.ts";
import { findIncidents, type IncidentRow, presentIncident } from "./incidents.store.server.ts";
import { decideAction, type IncidentAction } from "./transitions.ts";

/** Who does it, when, and in which request. */
export interface By {
  actor: Actor;
  now: Date;
  requestId: string;
}

const isStaff = ({ role }: Actor): boolean => role === "support" || role === "admin";

/**
 * Marks an incident as seen. Again: the same answer, nothing written. A merchant's acknowledgement does not silence
 * on-call; staff's does, until the severity rises, and is passed on to PagerDuty.
 * @throws AppError not_found; conflict when it is already resolved
 */
export async function acknowledgeIncident(
  tx: ShopTx,
  incidentId: string,
  by: By,
  reason?: string,
): Promise<Incident> {
  const before = await decide(tx, incidentId, { kind: "acknowledge", byStaff: isStaff(by.actor) }, by.now);
  if (before.isDone) return presentIncident(before);
  await tx.$executeRaw`
    UPDATE dq_incidents SET status = 'acknowledged', acknowledged_at = coalesce(acknowledged_at, ${by.now}::timestamptz),
      staff_acknowledged_at = CASE WHEN ${isStaff(by.actor)} THEN ${by.now}::timestamptz ELSE staff_acknowledged_at END
    WHERE id = ${incidentId}::uuid`;
  await record(tx, before, by, {
    kind: "acknowledged",
    action: "incident.acknowledge",
    after: { status: "acknowledged" },
    ...(reason ? { reason } : {}),
  });
  if (isStaff(by.actor))
    await announceIncidents(
      tx,
      [{ shopId: before.shopId, incidentId, event: "acknowledged", severity: before.severity }],
      by.now,
    );
  return presentIncident({
    ...before,
    status: "acknowledged",
    acknowledgedAt: before.acknowledgedAt ?? by.now,
  });
}

/**
 * Staff put an incident aside until an instant at most 30 days away: it counts for nothing and nobody is told of it,
 * until then or until it gets worse.
 * @throws AppError not_found; conflict when it is resolved; invalid for an end that is past or too far away
 */
export async function snoozeIncident(
  tx: ShopTx,
  incidentId: string,
  { until, reason }: { until: Date; reason: string },
  by: By,
): Promise<Incident> {
  const before = await decide(tx, incidentId, { kind: "snooze", until }, by.now);
  if (before.isDone) return presentIncident(before);
  await tx.$executeRaw`UPDATE dq_incidents SET snoozed_until = ${until}::timestamptz WHERE id = ${incidentId}::uuid`;
  await record(tx, before, by, {
    kind: "snoozed",
    action: "incident.snooze",
    after: { snoozedUntil: until.toISOString() },
    reason,
  });
  await saveShopHealth(tx, [before.shopId], by.now);
  return presentIncident(before);
}

/** What a person says when resolving an incident. */
export interface ResolutionGiven {
  reason: Exclude<Resolution, "auto">;
  /** Required for `other`. */
  comment: string;
}

/**
 * Staff close an incident. `fixed` is taken at its word until the next check: if that still fails, the incident is back.
 * The other reasons say that it is no problem: it stays closed while the same goes on, and `expected` and
 * `false_alarm` leave what is usual as it was.
 * @throws AppError not_found; conflict when it is already resolved; invalid for `other` without a comment
 */
export async function resolveIncident(
  tx: ShopTx,
  incidentId: string,
  { reason, comment }: ResolutionGiven,
  by: By,
): Promise<Incident> {
  const before = await decide(tx, incidentId, { kind: "resolve", reason, comment }, by.now);
  await tx.$executeRaw`
    UPDATE dq_incidents SET status = 'resolved', resolved_at = ${by.now}::timestamptz, resolution = ${reason}, snoozed_until = NULL
    WHERE id = ${incidentId}::uuid`;
  if (before.connectorId && reason === "fixed") await restartCheck(tx, before.connectorId, before.check);
  await record(tx, before, by, {
    kind: "resolved",
    action: "incident.resolve",
    after: { status: "resolved", resolution: reason },
    reason: comment,
  });
  await saveShopHealth(tx, [before.shopId], by.now);
  await announceIncidents(
    tx,
    [{ shopId: before.shopId, incidentId, event: "resolved", severity: before.severity }],
    by.now,
  );
  afterCommit(tx, () => countTransition("resolve", before.severity));
  return presentIncident({ ...before, status: "resolved", resolvedAt: by.now });
}

/**
 * Ends the snoozes of the bound shops that are over: whoever would have been told is told that it is still open.
 * @returns how many ended
 */
export async function endSnoozes(tx: ShopTx, now: Date): Promise<number> {
  const ended = await tx.$queryRaw<
    { shopId: string; id: string; severity: Incident["severity"]; isOpen: boolean }[]
  >`
    UPDATE dq_incidents SET snoozed_until = NULL WHERE snoozed_until <= ${now}::timestamptz
    RETURNING shop_id AS "shopId", id, severity, status <> 'resolved' AS "isOpen"`;
  const open = ended.filter(({ isOpen }) => isOpen);
  const steps = open.map(
    ({ shopId, id, severity }): IncidentStep => ({
      shop_id: shopId,
      incident_id: id,
      kind: "snooze_ended",
      severity,
      note: "",
    }),
  );
  await saveSteps(tx, { opened: [], moved: [], retold: [], steps }, now);
  await announceIncidents(
    tx,
    open.map(({ shopId, id, severity }) => ({ shopId, incidentId: id, event: "snooze_ended", severity })),
    now,
  );
  await saveShopHealth(tx, [...new Set(ended.map(({ shopId }) => shopId))], now);
  return ended.length;
}

type Decided = IncidentRow & { shopId: string; isDone: boolean };

/** Locks the incident and asks the state machine. `isDone`: it is so already. */
async function decide(tx: ShopTx, incidentId: string, action: IncidentAction, now: Date): Promise<Decided> {
  const [locked] = await tx.$queryRaw<
    { shopId: string; snoozedUntil: Date | null; isStaffAcknowledged: boolean }[]
  >`
    SELECT shop_id AS "shopId", snoozed_until AS "snoozedUntil", staff_acknowledged_at IS NOT NULL AS "isStaffAcknowledged"
    FROM dq_incidents WHERE id = ${incidentId}::uuid FOR UPDATE`;
  const [before] = locked ? await findIncidents(tx, { incidentId, limit: 1 }) : [];
  if (!locked || !before) throw notFound("incident");
  const decided = decideAction({ ...locked, status: before.status }, action, now);
  if (decided.outcome === "refused") throw new AppError(decided.code, decided.why);
  return { ...before, shopId: locked.shopId, isDone: decided.outcome === "unchanged" };
}

/** One row of the timeline and one of the audit. */
async function record(
  tx: ShopTx,
  { shopId, id, status }: Decided,
  { actor, now, requestId }: By,
  step: { kind: string; action: string; after: object; reason?: string },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO incident_events (shop_id, incident_id, at, kind, actor_role, actor, note)
    VALUES (${shopId}::uuid, ${id}::uuid, ${now}::timestamptz, ${step.kind}, ${actor.role}, ${actor.name}, ${step.reason ?? ""})`;
  await recordAudit(tx, {
    shopId,
    actor,
    action: step.action,
    target: id,
    before: { status },
    after: step.after,
    ...(step.reason ? { reason: step.reason } : {}),
    requestId,
    at: now,
  });
}
