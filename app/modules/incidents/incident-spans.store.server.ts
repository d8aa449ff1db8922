import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { IncidentSpan } from "../connectors/history.ts";
import type { Severity } from "../severity.ts";

/** When incidents of each connector were open since `from`, for drawing its days. */
export async function loadIncidentSpans(
  tx: ShopTx,
  from: Date,
  connectorId?: string,
): Promise<Map<string, IncidentSpan[]>> {
  const rows = await tx.$queryRaw<{ connectorId: string; severity: Severity; from: Date; to: Date | null }[]>`
    SELECT connector_id AS "connectorId", severity, opened_at AS "from", resolved_at AS "to" FROM dq_incidents
    WHERE connector_id IS NOT NULL AND coalesce(resolved_at, 'infinity') >= ${from}::timestamptz
      ${connectorId ? sql`AND connector_id = ${connectorId}::uuid` : emptySql}`;
  const byConnector = new Map<string, IncidentSpan[]>();
  for (const { connectorId: id, ...span } of rows)
    byConnector.set(id, [...(byConnector.get(id) ?? []), span]);
  return byConnector;
}
