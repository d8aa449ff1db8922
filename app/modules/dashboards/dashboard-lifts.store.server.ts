import type { ShopTx } from "#app/platform/tenant.server.ts";
import { DashboardKey } from "../connectors/sources.ts";
import { CoveredReason, type Lift } from "./lift.ts";

type Row = Omit<Lift, "dashboard" | "covers"> & { dashboard: string; covers: unknown };

/** The shop's blocks that are lifted as of `now`, the one that lasts longest first. */
export async function listLifts(tx: ShopTx, shopId: string, now: Date): Promise<Lift[]> {
  const rows = await tx.dashboardLift.findMany({
    where: { shopId, expiresAt: { gt: now } },
    orderBy: [{ expiresAt: "desc" }, { id: "asc" }],
    omit: { shopId: true },
  });
  return rows.flatMap((row) => readLift(row) ?? []);
}

/** A lift of the shop, expired or not, locked until the transaction ends; null when there is none of that id. */
export async function lockLift(tx: ShopTx, shopId: string, id: string): Promise<Lift | null> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT id, dashboard, covers, reason, created_by AS "createdBy", created_at AS "createdAt", expires_at AS "expiresAt"
    FROM dashboard_lifts WHERE shop_id = ${shopId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  return row ? readLift(row) : null;
}

export async function insertLift(tx: ShopTx, shopId: string, lift: Omit<Lift, "id">): Promise<Lift> {
  const { id } = await tx.dashboardLift.create({ data: { shopId, ...lift }, select: { id: true } });
  return { id, ...lift };
}

export async function setLiftExpiry(tx: ShopTx, shopId: string, id: string, expiresAt: Date): Promise<void> {
  await tx.dashboardLift.update({ where: { shopId_id: { shopId, id } }, data: { expiresAt } });
}

/** Null for a dashboard we no longer have. */
function readLift({ dashboard, covers, ...rest }: Row): Lift | null {
  const key = DashboardKey.safeParse(dashboard);
  if (!key.success) return null;
  return { ...rest, dashboard: key.data, covers: CoveredReason.array().catch([]).parse(covers) };
}
