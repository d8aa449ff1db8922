import type { ShopTx } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";

/** Overrides of the bound shops that are over: the sources' own limits count again. Before a full pass judges them. */
export async function endSlaOverrides(tx: ShopTx, shopIds: readonly string[], now: Date): Promise<void> {
  const ended = await tx.$queryRaw<{ shopId: string; id: string; minutes: number; expiresAt: Date }[]>`
    UPDATE connectors c SET sla_warning_minutes = NULL, sla_expires_at = NULL
    FROM (SELECT shop_id, id, sla_warning_minutes, sla_expires_at FROM connectors
      WHERE shop_id = ANY (${[...shopIds]}::uuid[]) AND sla_expires_at <= ${now}::timestamptz FOR UPDATE) o
    WHERE c.shop_id = o.shop_id AND c.id = o.id
    RETURNING c.shop_id AS "shopId", c.id, o.sla_warning_minutes AS minutes, o.sla_expires_at AS "expiresAt"`;
  for (const { shopId, id, minutes, expiresAt } of ended)
    await recordAudit(tx, {
      shopId,
      actor: { role: "system", name: "system" },
      action: "connector.sla_override_ended",
      target: id,
      before: { warningMinutes: minutes, expiresAt: expiresAt.toISOString() },
      after: { warningMinutes: null, expiresAt: null },
      requestId: "",
      at: now,
    });
}
