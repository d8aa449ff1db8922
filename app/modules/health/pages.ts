import type { Backfill } from "../backfills/backfill.ts";
import type { SeriesChart } from "../checks/series-chart.ts";
import type { Connector, ConnectorDetail, HistoryDay } from "../connectors/connector.ts";
import type { DayNote } from "../connectors/history.ts";
import type { DashboardBlock } from "../dashboards/dashboard-block.ts";
import type { Incident } from "../incidents/incident.ts";
import type { TimelineEntry } from "../incidents/timeline.ts";
import type { Notice } from "../notices/notice.ts";
import type { SyncView } from "../sync-runs/sync-request.ts";
import type { Summary } from "./summary.ts";

/** How a page formats: the shop's own zone, currency and language. */
export interface ShopView {
  domain: string;
  timeZone: string;
  currency: string;
  locale: string;
}

/** Everything the Home page draws; JSON, instants in RFC 3339 UTC. */
export interface HomePage {
  shop: ShopView;
  now: string;
  summary: Summary;
  block: DashboardBlock;
  /** Open and acknowledged, worst first, at most 10. */
  incidents: Incident[];
  /** The last 30 shop days of each connector, oldest first, by connector id. */
  strips: Record<string, HistoryDay[]>;
  /** Whether each connector can be synced now, by connector id. */
  syncs: Record<string, SyncView>;
  /** The last backfill of each connector where that failed within a week, by connector id. */
  failedBackfills: Record<string, Backfill>;
  /** What happened lately and was not dismissed, newest first, at most 3. */
  notices: Notice[];
  /** The merchant has put the introduction away. */
  isGettingStartedDismissed: boolean;
  /** "Airbyte unreachable since …": set while we cannot see the engine. */
  engineUnreachableSince: string | null;
  /** Poll again after this many seconds: 15 while something runs, else 60. */
  pollSeconds: number;
}

/** Everything a connector's page draws. */
export interface ConnectorPage {
  shop: ShopView;
  now: string;
  connector: ConnectorDetail;
  /** What was wrong on days of the history, worst first on each, by day. */
  dayNotes: Record<string, DayNote[]>;
  /** Expected and actual of the last 60 days. Null: its data is not read from the warehouse. */
  charts: SeriesChart[] | null;
  sync: SyncView;
  checkedAt: string | null;
  stale: boolean;
  engineUnreachableSince: string | null;
  pollSeconds: number;
}

/** Everything an incident's page draws. */
export interface IncidentDetailPage {
  shop: ShopView;
  now: string;
  incident: Incident;
  /** Newest first. */
  timeline: TimelineEntry[];
  /** Null for an incident of several sources together. */
  connector: Connector | null;
  /** What an incident of several sources together speaks for, newest first. */
  parts: Incident[];
  /** Of its source, with the days it is about; null where it is not about the data. */
  evidence: { charts: SeriesChart[] | null; days: string[] } | null;
  sync: SyncView | null;
  checkedAt: string | null;
  stale: boolean;
  engineUnreachableSince: string | null;
  pollSeconds: number;
}
