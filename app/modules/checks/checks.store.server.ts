import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { CheckRow } from "./describe-result.ts";

/** A connector's checks, each with its latest result. */
export async function loadChecks(tx: ShopTx, connectorId: string): Promise<CheckRow[]> {
  return tx.$queryRaw<CheckRow[]>`
    SELECT k.check_name AS "check", k.enabled, k.outcome, k.severity, r.evaluated_at AS "evaluatedAt", r.value,
      r.expected_low AS "expectedLow", r.expected_high AS "expectedHigh", r.sentence
    FROM dq_checks k
    LEFT JOIN LATERAL (SELECT * FROM dq_results WHERE shop_id = k.shop_id AND connector_id = k.connector_id AND check_name = k.check_name
      ORDER BY evaluated_at DESC LIMIT 1) r ON true
    WHERE k.connector_id = ${connectorId}::uuid ORDER BY k.check_name`;
}
