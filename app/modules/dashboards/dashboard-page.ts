import type { Connector } from "../connectors/connector.ts";
import type { DashboardKey } from "../connectors/sources.ts";
import type { ShopView } from "../health/pages.ts";
import type { DashboardState, Support } from "./dashboard-block.ts";
import type { FigureUnit } from "./dashboard-catalog.ts";
import type { Period } from "./source-days.ts";

export const periodLengths = [30, 90] as const;
export type PeriodLength = (typeof periodLengths)[number];

/** What an address asks for; one that asks for no such period gets the shortest. */
export const readPeriodLength = (days: string | null): PeriodLength =>
  periodLengths.find((length) => String(length) === days) ?? periodLengths[0];

/** A number over a period. */
export interface Figure {
  key: string;
  label: string;
  unit: FigureUnit;
  about: string | null;
  /** Null: it cannot be said. */
  value: number | null;
  /** Against the period before, 0.1 for 10 % more. Null: the two cannot be compared. */
  change: number | null;
  /** Sources that brought nothing yet of some days of the period: the number is without them. */
  missing: { label: string; days: number }[];
  /** Days of the period that an open problem of its data is about: the number may be wrong. */
  problemDays: number;
  /** Sources the figure needs and the shop does not have. */
  lacks: string[];
}

/** A number day by day, for the days of the page's period. */
export interface FigureChart {
  key: string;
  title: string;
  unit: FigureUnit;
  /** One for each day. Null: nothing can be said of it. */
  values: (number | null)[];
  /** From this day on the sources may still restate their figures. Null: all have settled. */
  provisionalFrom: string | null;
  /** By day, where there is something to say: sources without which it is, and sources with an open problem on it. */
  notes: Record<string, { missing: string[]; problems: string[] }>;
}

export interface Breakdown {
  title: string;
  rowLabel: string;
  columns: { key: string; label: string }[];
  rows: { connectorId: string; label: string; figures: (Figure | null)[] }[];
  chartsTitle: string;
  charts: FigureChart[];
}

export type DashboardContent =
  /** None of its sources is connected. */
  | { kind: "not_connected" }
  /** Blocked, and no day may be read. */
  | { kind: "held_back" }
  /** Connected, and nothing read of it yet. */
  | { kind: "waiting" }
  | {
      kind: "figures";
      /** Blocked: only what was whole before is shown. */
      isHistory: boolean;
      current: Period;
      previous: Period;
      days: string[];
      totals: Figure[];
      charts: FigureChart[];
      breakdown: Breakdown | null;
    };

/** A connected source of a dashboard. */
export type DashboardSource = Pick<
  Connector,
  "id" | "label" | "status" | "neverSynced" | "lastSyncedAt" | "completeThrough" | "message" | "openIncidents"
> & {
  isLate: boolean;
  /** Whole days until its figures stay as they are. Null: it does not say. */
  settledAfterDays: number | null;
};

/** Everything one dashboard's page draws; JSON, instants in RFC 3339 UTC. */
export interface DashboardPage {
  shop: ShopView;
  now: string;
  state: DashboardState;
  /** What it answers. */
  about: string;
  support: Support;
  /** Shown because staff lifted what is said here, until then. */
  lifted: { messages: string[]; until: string } | null;
  length: PeriodLength;
  content: DashboardContent;
  sources: DashboardSource[];
  notConnected: string[];
  checkedAt: string | null;
  stale: boolean;
  engineUnreachableSince: string | null;
  pollSeconds: number;
}

/** One line of the list of dashboards. */
export interface DashboardListEntry {
  key: DashboardKey;
  about: string;
  state: DashboardState;
  sources: DashboardSource[];
}

/** Everything the list of dashboards draws. */
export interface DashboardsPage {
  shop: ShopView;
  now: string;
  dashboards: DashboardListEntry[];
  support: Support;
  checkedAt: string | null;
  stale: boolean;
  engineUnreachableSince: string | null;
  pollSeconds: number;
}
