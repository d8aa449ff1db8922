import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor } from "../shops/shop.ts";
import type { Incident } from "./incident.ts";
import { findIncidents, presentIncident } from "./incidents.store.server.ts";

/**
 * Marks an incident as seen. Again: the same answer, nothing written. A merchant's acknowledgement does not silence
 * on-call; staff's does, until the severity rises.
 * @throws AppError not_found; conflict when it is already resolved
 */
export async function acknowledgeIncident(
  tx: ShopTx,
  incidentId: string,
  actor: Actor,
  now: Date,
  requestId: string,
): Promise<Incident> {
  const [locked] = await tx.$queryRaw<
    { shopId: string }[]
  >`SELECT shop_id AS "shopId" FROM dq_incidents WHERE id = ${incidentId}::uuid FOR UPDATE`;
  const [before] = locked ? await findIncidents(tx, { incidentId, limit: 1 }) : [];
  if (!locked || !before) throw notFound("incident");
  if (before.status === "resolved")
    throw new AppError("conflict", "This incident is already resolved; there is nothing to acknowledge.");
  if (before.status === "acknowledged") return presentIncident(before);
  const isStaff = actor.role === "support" || actor.role === "admin";
  await tx.$executeRaw`
    UPDATE dq_incidents SET status = 'acknowledged', acknowledged_at = ${now}::timestamptz,
      staff_acknowledged_at = CASE WHEN ${isStaff} THEN ${now}::timestamptz ELSE staff_acknowledged_at END
    WHERE id = ${incidentId}::uuid`;
  await tx.$executeRaw`
    INSERT INTO incident_events (shop_id, incident_id, at, kind, actor_role, actor)
    VALUES (${locked.shopId}::uuid, ${incidentId}::uuid, ${now}::timestamptz, 'acknowledged', ${actor.role}, ${actor.name})`;
  await recordAudit(tx, {
    shopId: locked.shopId,
    actor,
    action: "incident.acknowledge",
    target: incidentId,
    before: { status: before.status },
    after: { status: "acknowledged" },
    requestId,
    at: now,
  });
  return presentIncident({ ...before, status: "acknowledged", acknowledgedAt: now });
}
