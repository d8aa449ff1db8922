import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { IncidentSpan } from "../connectors/history.ts";
import type { Severity } from "../severity.ts";

interface SpanRow {
  connectorId: string;
  check: string;
  severity: Severity;
  title: string;
  detail: string;
  openedAt: Date;
  resolvedAt: Date | null;
  firstDay: string | null;
  lastDay: string | null;
  failing: { subject: string; severity: Severity; sentence: string }[];
}

/**
 * The days that incidents of each connector are about, since `from`: of the data exactly the days that fail while it is
 * open, then the days it was about; of the syncs the time it was open. What a person called expected or a false alarm
 * was no problem.
 */
export async function loadIncidentSpans(
  tx: ShopTx,
  from: Date,
  connectorId?: string,
): Promise<Map<string, IncidentSpan[]>> {
  const rows = await tx.$queryRaw<SpanRow[]>`
    SELECT i.connector_id AS "connectorId", i.check_name AS "check", i.severity, i.title, i.detail, i.opened_at AS "openedAt",
      i.resolved_at AS "resolvedAt", to_char(i.first_day, 'YYYY-MM-DD') AS "firstDay", to_char(i.last_day, 'YYYY-MM-DD') AS "lastDay",
      coalesce(f.failing, '[]') AS failing
    FROM dq_incidents i
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('subject', one ->> 'subject', 'severity', one ->> 'severity', 'sentence', one ->> 'sentence')) AS failing
      FROM dq_checks k, jsonb_array_elements(k.findings -> 'failing') one
      WHERE k.shop_id = i.shop_id AND k.connector_id = i.connector_id AND k.check_name = i.check_name
        AND i.status <> 'resolved' AND one ->> 'subject' <> ''
    ) f ON true
    WHERE i.connector_id IS NOT NULL AND (i.resolution IS NULL OR i.resolution NOT IN ('expected', 'false_alarm'))
      AND (coalesce(i.resolved_at, 'infinity') >= ${from}::timestamptz)
      ${connectorId ? sql`AND i.connector_id = ${connectorId}::uuid` : emptySql}`;
  const byConnector = new Map<string, IncidentSpan[]>();
  for (const row of rows)
    byConnector.set(row.connectorId, [...(byConnector.get(row.connectorId) ?? []), ...spansOf(row)]);
  return byConnector;
}

function spansOf({ check, severity, title, detail, failing, ...row }: SpanRow): IncidentSpan[] {
  const isOver = row.resolvedAt !== null;
  if (failing.length > 0)
    return failing.map((finding) => {
      const day = finding.subject.slice(0, 10);
      return {
        kind: "days",
        check,
        severity: finding.severity,
        title,
        isOver,
        from: day,
        to: day,
        detail: finding.sentence,
      };
    });
  if (row.firstDay && row.lastDay)
    return [{ kind: "days", check, severity, title, isOver, from: row.firstDay, to: row.lastDay, detail }];
  return [{ kind: "time", check, severity, title, isOver, from: row.openedAt, to: row.resolvedAt }];
}

/** The days that one incident of the data is about: those that fail while it is open, then those from its first to its last. */
export async function loadIncidentDays(tx: ShopTx, incidentId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ day: string }[]>`
    SELECT DISTINCT d.day FROM dq_incidents i
    LEFT JOIN dq_checks k ON k.shop_id = i.shop_id AND k.connector_id = i.connector_id AND k.check_name = i.check_name AND i.status <> 'resolved'
    CROSS JOIN LATERAL (
      SELECT left(one ->> 'subject', 10) AS day FROM jsonb_array_elements(k.findings -> 'failing') one WHERE one ->> 'subject' <> ''
      UNION ALL
      SELECT to_char(t, 'YYYY-MM-DD') FROM generate_series(i.first_day::timestamp, i.last_day::timestamp, '1 day') t
      WHERE coalesce(jsonb_array_length(k.findings -> 'failing'), 0) = 0
    ) d
    WHERE i.id = ${incidentId}::uuid ORDER BY d.day`;
  return rows.map(({ day }) => day);
}
