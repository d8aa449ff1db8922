import type { ConnectorDetail, HistoryDay } from "../connectors/connector.ts";
import type { DashboardBlock } from "../dashboards/dashboard-block.ts";
import type { Incident } from "../incidents/incident.ts";
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
  checkedAt: string | null;
  stale: boolean;
  engineUnreachableSince: string | null;
  pollSeconds: number;
}
