import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { CheckRow } from "./describe-result.ts";

/** A connector's checks, each with its latest result: data checks keep theirs, the others' is among the last tick's. */
export async function loadChecks(tx: ShopTx, connectorId: string): Promise<CheckRow[]> {
  return tx.$queryRaw<CheckRow[]>`
    SELECT k.check_name AS "check", k.enabled, k.outcome, k.severity, coalesce(k.evaluated_at, r.evaluated_at) AS "evaluatedAt",
      coalesce((s.shown ->> 'value')::float8, r.value) AS value,
      coalesce((s.shown ->> 'expectedLow')::float8, r.expected_low) AS "expectedLow",
      coalesce((s.shown ->> 'expectedHigh')::float8, r.expected_high) AS "expectedHigh", coalesce(s.shown ->> 'sentence', r.sentence) AS sentence
    FROM dq_checks k
    CROSS JOIN LATERAL (SELECT CASE WHEN jsonb_typeof(k.findings -> 'shown') = 'object' THEN k.findings -> 'shown' END AS shown) s
    LEFT JOIN LATERAL (SELECT * FROM dq_results WHERE k.evaluated_at IS NULL AND shop_id = k.shop_id AND connector_id = k.connector_id
      AND check_name = k.check_name AND evaluated_at >= k.changed_at ORDER BY evaluated_at DESC LIMIT 1) r ON true
    WHERE k.connector_id = ${connectorId}::uuid ORDER BY k.check_name`;
}

/** What made a check fail is said to be mended: counting begins anew, and its next verdict is news whatever it was. */
export async function restartCheck(tx: ShopTx, connectorId: string, check: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE dq_checks SET failing_streak = 0, passing_streak = 0, outcome = 'not_judged', severity = NULL
    WHERE connector_id = ${connectorId}::uuid AND check_name = ${check}`;
}
