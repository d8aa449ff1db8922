import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { queueDeliveries } from "../alerts/deliveries.store.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { By } from "./act-on-incident.server.ts";

/** Work that is planned for longer is no maintenance: what is forgotten comes back. */
const LONGEST_DAYS = 14;
const DAY_MS = 86_400_000;

export interface MaintenanceWindow {
  shopId: string;
  /** Null: all of the shop's. */
  connectorId: string | null;
  startsAt: Date;
  endsAt: Date;
  reason: string;
}

/**
 * Staff announce work: until it ends, nobody on call is told of what begins meanwhile; what is still open then is told.
 * Incidents are opened and shown as ever, and an end is always told.
 * @returns its id
 * @throws AppError invalid for a span that is past, empty or longer than 14 days, or without a reason
 */
export async function planMaintenance(
  tx: ShopTx,
  window: MaintenanceWindow,
  { actor, now, requestId }: By,
): Promise<string> {
  const { shopId, connectorId, startsAt, endsAt, reason } = window;
  const errors: Record<string, string[]> = {};
  if (endsAt <= now) errors.endsAt = [`must be in the future; ${endsAt.toISOString()} is not`];
  else if (endsAt <= startsAt) errors.endsAt = ["must be after startsAt"];
  else if (endsAt.getTime() - startsAt.getTime() > LONGEST_DAYS * DAY_MS)
    errors.endsAt = [`must be at most ${LONGEST_DAYS} days after startsAt`];
  if (reason.trim() === "") errors.reason = ["must say what is done"];
  if (Object.keys(errors).length > 0)
    throw new AppError("invalid", "This maintenance cannot be planned.", { errors });
  const [made] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO maintenance_windows (shop_id, connector_id, starts_at, ends_at, reason, created_by, created_at)
    SELECT s.id, ${connectorId}::uuid, ${startsAt}::timestamptz, ${endsAt}::timestamptz, ${reason}, ${actor.name}, ${now}::timestamptz
    FROM shops s WHERE s.id = ${shopId}::uuid
      AND (${connectorId}::uuid IS NULL OR EXISTS (SELECT FROM connectors c WHERE c.shop_id = s.id AND c.id = ${connectorId}::uuid))
    RETURNING id`;
  if (!made) throw notFound("connector");
  await recordAudit(tx, {
    shopId,
    actor,
    action: "maintenance.plan",
    target: made.id,
    after: { connectorId, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
    reason,
    requestId,
    at: now,
  });
  return made.id;
}

/** Staff end it sooner: what was held for it is told now. Once over, ending it again changes nothing. @throws AppError not_found */
export async function endMaintenance(
  tx: ShopTx,
  windowId: string,
  { actor, now, requestId }: By,
  reason?: string,
): Promise<void> {
  const [window] = await tx.$queryRaw<{ shopId: string; endsAt: Date }[]>`
    SELECT shop_id AS "shopId", ends_at AS "endsAt" FROM maintenance_windows WHERE id = ${windowId}::uuid FOR UPDATE`;
  if (!window) throw notFound("maintenance window");
  if (window.endsAt <= now) return;
  // One that has not begun is as if it had never been: it ends before it begins to matter.
  await tx.$executeRaw`
    UPDATE maintenance_windows SET ends_at = ${now}::timestamptz, starts_at = least(starts_at, ${now}::timestamptz - interval '1 millisecond')
    WHERE id = ${windowId}::uuid`;
  const held = await tx.$queryRaw<{ shopId: string; id: string }[]>`
    UPDATE alert_deliveries SET due_at = ${now}::timestamptz WHERE state = 'held' AND reason = 'maintenance' AND shop_id = ${window.shopId}::uuid
    RETURNING shop_id AS "shopId", id`;
  await queueDeliveries(
    tx,
    held.map((delivery) => ({ ...delivery, dueAt: now })),
  );
  await recordAudit(tx, {
    shopId: window.shopId,
    actor,
    action: "maintenance.end",
    target: windowId,
    before: { endsAt: window.endsAt.toISOString() },
    after: { endsAt: now.toISOString() },
    ...(reason ? { reason } : {}),
    requestId,
    at: now,
  });
}
