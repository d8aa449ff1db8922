import { randomUUID } from "node:crypto";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { announceUpstreamEvents } from "../alerts/announce.server.ts";
import { hardFailureReasons, SOFT_FAILURES } from "../checks/sync-failures.ts";
import { sourceKeys, sources } from "../connectors/sources.ts";
import { FIRST_IMPORT_GRACE_HOURS } from "../freshness/freshness.ts";
import type { Severity } from "../severity.ts";
import { decideUpstream, type SourceCounts } from "./upstream-events.ts";

interface SourceRow extends SourceCounts {
  source: string;
  eventId: string | null;
  eventSeverity: Severity | null;
}

/**
 * Decides once per tick, by one query over all shops, which sources are having a problem that is nobody's own, and tells
 * of it. The batches of the tick hang their incidents on it. The transaction has to be bound to no shop.
 */
export async function updateUpstreamEvents(tx: ShopTx, now: Date): Promise<{ open: number }> {
  // One at a time: a tick and a pass by hand may meet.
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('upstream_events', 0))::text`;
  const rows = await tx.$queryRaw<SourceRow[]>`
    SELECT coalesce(f.source, u.source) AS source, coalesce(f.connectors, 0) AS connectors, coalesce(f.failing, 0) AS failing,
      coalesce(f.failing_shops, 0) AS "failingShops", coalesce(f.began, 0) AS began, coalesce(f.began_shops, 0) AS "beganShops", f.severity,
      u.id AS "eventId", u.severity AS "eventSeverity"
    FROM count_failing_sources(${now}::timestamptz, ${[...sourceKeys]}::text[], ${sourceKeys.map((key) => sources[key].warningMinutes)}::int[],
      ${FIRST_IMPORT_GRACE_HOURS * 60}::int, ${SOFT_FAILURES}::int, ${[...hardFailureReasons]}::text[]) f
    FULL JOIN (SELECT * FROM upstream_events WHERE ended_at IS NULL) u ON u.source = f.source`;
  const notices: Parameters<typeof announceUpstreamEvents>[1][number][] = [];
  let open = 0;
  for (const row of rows) {
    const event = row.eventId && row.eventSeverity ? { id: row.eventId, severity: row.eventSeverity } : null;
    const step = decideUpstream(row, event);
    if (step.kind === "start") {
      const id = randomUUID();
      await tx.$executeRaw`
        INSERT INTO upstream_events (id, source, started_at, severity, shops_affected)
        VALUES (${id}::uuid, ${row.source}, ${now}::timestamptz, ${step.severity}, ${row.failingShops})`;
      notices.push({ upstreamEventId: id, event: "opened", severity: step.severity });
      open += 1;
    } else if (event && step.kind === "end") {
      await tx.$executeRaw`UPDATE upstream_events SET ended_at = ${now}::timestamptz WHERE id = ${event.id}::uuid`;
      notices.push({ upstreamEventId: event.id, event: "resolved", severity: event.severity });
    } else if (event) {
      const severity = step.kind === "escalate" ? step.severity : event.severity;
      await tx.$executeRaw`
        UPDATE upstream_events SET severity = ${severity}, shops_affected = greatest(shops_affected, ${row.failingShops}) WHERE id = ${event.id}::uuid`;
      if (step.kind === "escalate") notices.push({ upstreamEventId: event.id, event: "escalated", severity });
      open += 1;
    }
  }
  await announceUpstreamEvents(tx, notices, now);
  return { open };
}
