import { withShop } from "#app/platform/tenant.server.ts";
import { cancelBackfill } from "../backfills/cancel-backfill.server.ts";
import { finishBackfill } from "../backfills/finish-backfill.server.ts";
import { requestBackfill } from "../backfills/request-backfill.server.ts";
import { overrideSla } from "../connectors/override-sla.server.ts";
import { pauseConnector } from "../connectors/pause-connector.server.ts";
import { endLift, liftBlock } from "../dashboards/lift-block.server.ts";
import { acknowledgeIncident, resolveIncident, snoozeIncident } from "../incidents/act-on-incident.server.ts";
import { endMaintenance, planMaintenance } from "../incidents/maintenance.server.ts";
import type { Actor, Shop } from "../shops/shop.ts";
import { requestSync } from "../sync-runs/request-sync.server.ts";
import type { ShopAction } from "./shop-action.ts";

/** Which member of staff, when, and in which request. */
export interface StaffBy {
  actor: Actor;
  now: Date;
  requestId: string;
}

/**
 * Does what a member of staff asks of one shop, in one transaction with its row of the audit. The page's forms and the
 * API both come here.
 * @throws AppError as the action's own module says; not_found for what is not this shop's
 */
export async function actOnShop(shop: Shop, asked: ShopAction, by: StaffBy): Promise<ShopActionDone> {
  const { actor, now, requestId } = by;
  return withShop(shop.id, async (tx): Promise<ShopActionDone> => {
    switch (asked.intent) {
      case "acknowledge":
        return { incident: await acknowledgeIncident(tx, asked.incidentId, by, asked.reason) };
      case "resolve":
        return {
          incident: await resolveIncident(
            tx,
            asked.incidentId,
            { reason: asked.resolution, comment: asked.reason },
            by,
          ),
        };
      case "snooze":
        return { incident: await snoozeIncident(tx, asked.incidentId, asked, by) };
      case "plan_maintenance": {
        const { connectorId, startsAt = now, endsAt, reason } = asked;
        const windowId = await planMaintenance(
          tx,
          { shopId: shop.id, connectorId, startsAt, endsAt, reason },
          by,
        );
        return { windowId };
      }
      case "end_maintenance":
        await endMaintenance(tx, asked.windowId, by, asked.reason);
        return { windowId: asked.windowId };
      case "lift_block":
        return { lift: await liftBlock(tx, { shop, actor, requestId }, asked, now) };
      case "end_lift":
        return { lift: await endLift(tx, { shop, actor, requestId }, asked, now) };
      case "backfill": {
        const { connectorId, startDate, endDate, idempotencyKey, reason } = asked;
        const wanted = { asked: { startDate, endDate }, idempotencyKey, reason };
        return { backfill: await requestBackfill(tx, shop, connectorId, wanted, by) };
      }
      case "cancel_backfill":
        return { backfill: await cancelBackfill(tx, asked.connectorId, by, asked.reason) };
      case "finish_backfill":
        return { backfill: await finishBackfill(tx, asked.backfillId, asked, by) };
      case "sync":
        return { sync: await requestSync(tx, asked.connectorId, actor, now, requestId, asked.reason) };
      case "pause":
      case "resume": {
        const { connectorId, reason, intent } = asked;
        return {
          connector: await pauseConnector(tx, connectorId, { isPaused: intent === "pause", reason }, by),
        };
      }
      case "override_sla":
        return { override: await overrideSla(tx, asked.connectorId, asked, by) };
    }
  });
}

/** What an action answers: the thing as it is now. */
export type ShopActionDone = Record<string, object | string>;
