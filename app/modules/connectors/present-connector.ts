import type { Backfill } from "../backfills/backfill.ts";
import { minutesBetween, slaFromWarning } from "../freshness/freshness.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";
import type { Connector } from "./connector.ts";
import { type Source, sources } from "./sources.ts";
import { decideStatus, type StatusFacts } from "./status.ts";

/** What is stored of one connector, ready to be shown. */
export interface PresentedFacts extends Omit<StatusFacts, "label" | "minutesSinceSync"> {
  id: string;
  source: Source;
  slaWarningMinutes: number | null;
  lastSucceededAt: Date | null;
  lastRowsSynced: number | null;
  openIncidents: number;
  /** The first day that an open incident says is not whole. */
  firstIncompleteDay: string | null;
  /** Its table holds nothing any more: no day of it is whole. */
  isEmpty: boolean;
  activeBackfill: Backfill | null;
}

/** The connector as the API and the pages show it. */
export function presentConnector(facts: PresentedFacts, timeZone: string, now: Date): Connector {
  const entry = sources[facts.source];
  const minutesSinceSync = facts.lastSucceededAt ? minutesBetween(facts.lastSucceededAt, now) : null;
  const shown = decideStatus({ ...facts, label: entry.label, minutesSinceSync });
  return {
    id: facts.id,
    source: facts.source,
    label: entry.label,
    status: shown.status,
    neverSynced: facts.lastSucceededAt === null,
    severity: shown.severity,
    lastSyncedAt: facts.lastSucceededAt?.toISOString() ?? null,
    minutesSinceSync,
    sla: slaFromWarning(facts.slaWarningMinutes ?? entry.warningMinutes),
    rowsSynced: facts.lastRowsSynced,
    message: shown.message,
    recommendedActions: shown.recommendedActions,
    openIncidents: facts.openIncidents,
    completeThrough:
      facts.lastSucceededAt && !facts.isEmpty
        ? completeThrough(dayOf(facts.lastSucceededAt, timeZone), facts.firstIncompleteDay)
        : null,
    activeBackfill: facts.activeBackfill,
  };
}

/**
 * The last whole day. A day is whole once a sync has ended after it, so at best the one before the last success' day; and
 * nothing is whole from the first day on that is known to lack data.
 */
function completeThrough(lastSyncDay: string, firstIncompleteDay: string | null): string {
  const synced = dayBefore(lastSyncDay);
  if (firstIncompleteDay === null) return synced;
  const known = dayBefore(firstIncompleteDay);
  // biome-ignore lint/complexity/useMathMinMax: days are strings.
  return known < synced ? known : synced;
}
