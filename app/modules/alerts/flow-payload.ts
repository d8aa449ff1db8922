import { type DashboardKey, isSource, sources } from "../connectors/sources.ts";
import type { Severity } from "../severity.ts";

/** What a workflow is told, field by field. The keys are those of `extensions/<handle>/shopify.extension.toml`: change both. */
export interface FlowEventOf<Handle extends string, Properties> {
  handle: Handle;
  properties: Properties;
}

interface IncidentProperties extends Record<string, string | number> {
  Source: string;
  /** `warning`, `high` or `critical`: a condition in a workflow compares it. */
  Severity: Severity;
  Title: string;
  Detail: string;
  /** "Revenue, Marketing", or "None": no field is ever left empty. */
  "Affected dashboards": string;
  /** RFC 3339, UTC: what Flow's Liquid makes dates of. */
  "Opened at": string;
  "Incident link": string;
  /** The same in both triggers, so that a workflow can find what it began with. */
  "Incident ID": string;
}

/** Why it is told: a workflow that waits for something critical hears of what began as less. */
const changes = { opened: "Opened", escalated: "Got worse", reopened: "Came back" } as const;
export type FlowChange = keyof typeof changes;

export type IncidentOpened = FlowEventOf<
  "sync-incident-opened",
  IncidentProperties & { Change: (typeof changes)[FlowChange] }
>;
export type IncidentResolved = FlowEventOf<
  "sync-incident-resolved",
  IncidentProperties & { "Resolved at": string; "Duration minutes": number }
>;
export type BackfillCompleted = FlowEventOf<
  "backfill-completed",
  {
    Source: string;
    "First day": string;
    "Last day": string;
    "Rows loaded": number;
    Summary: string;
    "Completed at": string;
    "Source link": string;
    "Backfill ID": string;
  }
>;

/** An incident in a merchant's words. */
export interface FlowIncident {
  id: string;
  /** Null: of several sources together; the title names them. */
  source: string | null;
  severity: Severity;
  title: string;
  detail: string;
  affectedDashboards: readonly DashboardKey[];
  openedAt: Date;
  /** Its page inside of Shopify admin, absolute. */
  url: string;
}

export function tellFlowOpened(incident: FlowIncident, change: FlowChange): IncidentOpened {
  return {
    handle: "sync-incident-opened",
    properties: { ...describe(incident), Change: changes[change] },
  };
}

export function tellFlowResolved(incident: FlowIncident & { resolvedAt: Date }): IncidentResolved {
  const { openedAt, resolvedAt } = incident;
  return {
    handle: "sync-incident-resolved",
    properties: {
      ...describe(incident),
      "Resolved at": resolvedAt.toISOString(),
      "Duration minutes": Math.max(0, Math.floor((resolvedAt.getTime() - openedAt.getTime()) / 60_000)),
    },
  };
}

export function tellFlowBackfill(backfill: {
  id: string;
  source: string;
  /** Days of the shop, `2026-11-17`. */
  startDate: string;
  endDate: string;
  rowsLoaded: number;
  /** "14 days changed, +212 orders, revenue +0.8 %" */
  summary: string;
  endedAt: Date;
  /** The source's page inside of Shopify admin, absolute. */
  url: string;
}): BackfillCompleted {
  return {
    handle: "backfill-completed",
    properties: {
      Source: nameSource(backfill.source),
      "First day": backfill.startDate,
      "Last day": backfill.endDate,
      "Rows loaded": backfill.rowsLoaded,
      Summary: oneLine(backfill.summary, LONGEST_DETAIL),
      "Completed at": backfill.endedAt.toISOString(),
      "Source link": backfill.url,
      "Backfill ID": backfill.id,
    },
  };
}

const LONGEST_TITLE = 200;
const LONGEST_DETAIL = 1_000;

function describe(incident: FlowIncident): IncidentProperties {
  return {
    Source: nameSource(incident.source),
    Severity: incident.severity,
    Title: oneLine(incident.title, LONGEST_TITLE),
    Detail: oneLine(incident.detail, LONGEST_DETAIL),
    "Affected dashboards": incident.affectedDashboards.map(capitalized).join(", ") || "None",
    "Opened at": incident.openedAt.toISOString(),
    "Incident link": incident.url,
    "Incident ID": incident.id,
  };
}

function nameSource(source: string | null): string {
  if (source === null) return "Several sources";
  return isSource(source) ? sources[source].label : source;
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** A field of a trigger is one line of text. Cut between characters, never inside of one. */
function oneLine(text: string, longest: number): string {
  const characters = [...text.replaceAll(/\s+/g, " ").trim()];
  return characters.length <= longest ? characters.join("") : `${characters.slice(0, longest - 1).join("")}…`;
}
