import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { loadHealth } from "../health/load-health.server.ts";
import { saveShopHealth } from "../health/shop-health.store.server.ts";
import type { Actor, Shop } from "../shops/shop.ts";
import { insertLift, lockLift, setLiftExpiry } from "./dashboard-lifts.store.server.ts";
import { type Lift, LiftRequest, LONGEST_LIFT_DAYS, StaffReason } from "./lift.ts";

const DAY_MS = 86_400_000;

/** Which member of staff, for which shop; the transaction is bound to it. */
interface By {
  shop: Shop;
  actor: Actor;
  requestId: string;
}

/**
 * Lets a dashboard be shown in spite of what holds it back now, until the lift expires. What goes wrong later blocks it
 * again. Data of another shop is shown by nobody less than an admin.
 * @throws AppError invalid; conflict when it is not blocked; forbidden
 */
export async function liftBlock(tx: ShopTx, by: By, asked: LiftRequest, now: Date): Promise<Lift> {
  const { shop, actor, requestId } = by;
  refuseOthersThanStaff(actor);
  const { dashboard, reason, expiresAt } = parse(asked, now);
  const { dashboards } = await loadHealth(tx, shop, now);
  const reasons = dashboards.find(({ key }) => key === dashboard)?.reasons ?? [];
  if (reasons.length === 0)
    throw new AppError("conflict", "This dashboard is not blocked; there is nothing to lift.");
  if (reasons.some(({ code }) => code === "security") && actor.role !== "admin")
    throw new AppError("forbidden", "Only an admin can lift a security block.");
  const covers = reasons.map(({ code, connectorId }) => ({ code, connectorId }));
  const lift = await insertLift(tx, shop.id, {
    dashboard,
    covers,
    reason,
    createdBy: actor.name,
    createdAt: now,
    expiresAt,
  });
  await recordAudit(tx, {
    shopId: shop.id,
    actor,
    action: "dashboard.lift_block",
    target: dashboard,
    before: { blocked: true, reasons: covers },
    after: { liftId: lift.id, expiresAt: expiresAt.toISOString() },
    reason,
    requestId,
    at: now,
  });
  await saveShopHealth(tx, [shop.id], now);
  return lift;
}

/**
 * Ends a lift before it expires: what held the dashboard back holds again.
 * @throws AppError invalid; not_found; conflict when it is over already; forbidden
 */
export async function endLift(
  tx: ShopTx,
  by: By,
  { liftId, reason }: { liftId: string; reason: string },
  now: Date,
): Promise<Lift> {
  const { shop, actor, requestId } = by;
  refuseOthersThanStaff(actor);
  const why = StaffReason.safeParse(reason);
  if (!why.success) throw invalid({ reason: why.error.issues.map(({ message }) => message) });
  const lift = await lockLift(tx, shop.id, liftId);
  if (!lift) throw notFound("lift");
  if (lift.expiresAt <= now) throw new AppError("conflict", "This lift is already over.");
  await setLiftExpiry(tx, shop.id, lift.id, now);
  await recordAudit(tx, {
    shopId: shop.id,
    actor,
    action: "dashboard.end_lift",
    target: lift.dashboard,
    before: { liftId: lift.id, expiresAt: lift.expiresAt.toISOString() },
    after: { expiresAt: now.toISOString() },
    reason: why.data,
    requestId,
    at: now,
  });
  await saveShopHealth(tx, [shop.id], now);
  return { ...lift, expiresAt: now };
}

function refuseOthersThanStaff({ role }: Actor): void {
  if (role !== "support" && role !== "admin") throw new AppError("forbidden", "Only staff can lift a block.");
}

function parse(asked: LiftRequest, now: Date): LiftRequest {
  const parsed = LiftRequest.safeParse(asked);
  const errors = parsed.success
    ? {}
    : Object.fromEntries(parsed.error.issues.map(({ path, message }) => [path.join("."), [message]]));
  const inMs = asked.expiresAt.getTime() - now.getTime();
  if (!(inMs > 0 && inMs <= LONGEST_LIFT_DAYS * DAY_MS))
    errors.expiresAt = [`must lie ahead, at most ${LONGEST_LIFT_DAYS} days`];
  if (!parsed.success || Object.keys(errors).length > 0) throw invalid(errors);
  return parsed.data;
}

const invalid = (errors: Record<string, string[]>) =>
  new AppError("invalid", "This lift cannot be given as it is.", { errors });
