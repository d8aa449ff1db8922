import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Severity } from "../severity.ts";
import type { PastIncident } from "./simulate-check.ts";

export interface StoredSetting {
  check: string;
  enabled: boolean;
  thresholds: unknown;
  outcome: string;
  severity: Severity | null;
  openIncidentId: string | null;
}

/** How each stored check of a connector is set. Those named are locked until the transaction ends. */
export async function loadCheckSettings(
  tx: ShopTx,
  connectorId: string,
  lock: string | null = null,
): Promise<StoredSetting[]> {
  if (lock !== null)
    await tx.$queryRaw`SELECT 1 FROM dq_checks WHERE connector_id = ${connectorId}::uuid AND check_name = ${lock} FOR UPDATE`;
  return tx.$queryRaw<StoredSetting[]>`
    SELECT k.check_name AS "check", k.enabled, k.thresholds, k.outcome, k.severity, i.id AS "openIncidentId"
    FROM dq_checks k LEFT JOIN dq_incidents i ON i.shop_id = k.shop_id AND i.connector_id = k.connector_id AND i.check_name = k.check_name
      AND i.status <> 'resolved'
    WHERE k.connector_id = ${connectorId}::uuid`;
}

/**
 * Sets a check, and has the connector judged anew at the next tick: days that fail are looked at again by the new limits,
 * as if their numbers had changed.
 */
export async function saveCheckSetting(
  tx: ShopTx,
  { shopId, connectorId, check }: { shopId: string; connectorId: string; check: string },
  { enabled, thresholds }: { enabled: boolean; thresholds: object },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO dq_checks AS k (shop_id, connector_id, check_name, enabled, thresholds)
    VALUES (${shopId}::uuid, ${connectorId}::uuid, ${check}, ${enabled}, ${JSON.stringify(thresholds)}::jsonb)
    ON CONFLICT (shop_id, connector_id, check_name) DO UPDATE SET enabled = excluded.enabled, thresholds = excluded.thresholds,
      findings = CASE WHEN k.findings ? 'basisAt' THEN jsonb_set(k.findings, '{basisAt}', '"1970-01-01T00:00:00.000Z"') ELSE k.findings END`;
  await tx.$executeRaw`UPDATE connectors SET judged_at = NULL WHERE id = ${connectorId}::uuid`;
}

/** A check that was switched off has found nothing, and begins anew when it is switched on again. */
export async function forgetFindings(tx: ShopTx, connectorId: string, check: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE dq_checks SET failing_streak = 0, passing_streak = 0, outcome = 'not_judged', severity = NULL, findings = '{}', evaluated_at = NULL
    WHERE connector_id = ${connectorId}::uuid AND check_name = ${check}`;
}

/** A check's incidents about days, of the last days. */
export function listPastIncidents(
  tx: ShopTx,
  connectorId: string,
  check: string,
  since: Date,
): Promise<PastIncident[]> {
  return tx.$queryRaw<PastIncident[]>`
    SELECT id, to_char(first_day, 'YYYY-MM-DD') AS "firstDay", to_char(coalesce(last_day, first_day), 'YYYY-MM-DD') AS "lastDay", resolution
    FROM dq_incidents WHERE connector_id = ${connectorId}::uuid AND check_name = ${check} AND first_day IS NOT NULL
      AND coalesce(last_day, first_day) >= ${since}::date ORDER BY first_day, opened_at`;
}
