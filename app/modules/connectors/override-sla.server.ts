import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import { slaFromWarning } from "../freshness/freshness.ts";
import { saveShopHealth } from "../health/shop-health.store.server.ts";
import type { By } from "../incidents/act-on-incident.server.ts";
import { findOverrideProblems, type SlaOverride } from "./sla-override.ts";
import { isSource, sources } from "./sources.ts";

/**
 * Staff give a source limits of its own in this shop, for a time or until further notice; `warningMinutes` null takes them
 * back. It is judged by them at once.
 * @throws AppError not_found; invalid with a message for each field; conflict when there is no override to take back
 */
export async function overrideSla(
  tx: ShopTx,
  connectorId: string,
  asked: { warningMinutes: number | null; expiresAt: Date | null; reason: string },
  { actor, now, requestId }: By,
): Promise<SlaOverride> {
  const [row] = await tx.$queryRaw<
    { shopId: string; source: string; warningMinutes: number | null; expiresAt: Date | null }[]
  >`
    SELECT shop_id AS "shopId", source, sla_warning_minutes AS "warningMinutes", sla_expires_at AS "expiresAt"
    FROM connectors WHERE id = ${connectorId}::uuid FOR UPDATE`;
  if (!row || !isSource(row.source)) throw notFound("connector");
  const { warningMinutes, expiresAt } = asked;
  const errors = findOverrideProblems(asked, now);
  if (Object.keys(errors).length > 0)
    throw new AppError("invalid", "These limits cannot be set.", { errors });
  if (warningMinutes === null && row.warningMinutes === null)
    throw new AppError(
      "conflict",
      "This source has its own limits already; there is no override to take back.",
    );
  await tx.$executeRaw`
    UPDATE connectors SET sla_warning_minutes = ${warningMinutes}::int, sla_expires_at = ${expiresAt}::timestamptz WHERE id = ${connectorId}::uuid`;
  await recordAudit(tx, {
    shopId: row.shopId,
    actor,
    action: "connector.override_sla",
    target: connectorId,
    before: { warningMinutes: row.warningMinutes, expiresAt: row.expiresAt?.toISOString() ?? null },
    after: { warningMinutes, expiresAt: expiresAt?.toISOString() ?? null },
    reason: asked.reason,
    requestId,
    at: now,
  });
  await judgeConnectors(tx, { shopIds: [row.shopId], connectorIds: [connectorId], now });
  await saveShopHealth(tx, [row.shopId], now);
  return {
    connectorId,
    sla: slaFromWarning(warningMinutes ?? sources[row.source].warningMinutes),
    isOverridden: warningMinutes !== null,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
