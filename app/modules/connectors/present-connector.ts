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
    // A day is whole once a sync has ended after it: the day before the last success' day.
    completeThrough: facts.lastSucceededAt ? dayBefore(dayOf(facts.lastSucceededAt, timeZone)) : null,
    activeBackfill: null,
  };
}
