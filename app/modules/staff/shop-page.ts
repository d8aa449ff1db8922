import { z } from "zod";
import type { BackfillResult, BackfillStatus } from "../backfills/backfill.ts";
import { Connector, type SyncRun } from "../connectors/connector.ts";
import { DashboardKey } from "../connectors/sources.ts";
import { BlockReason } from "../dashboards/dashboard-block.ts";
import { Diagnosis } from "../diagnostics/diagnosis.ts";
import { Summary } from "../health/summary.ts";
import { Incident } from "../incidents/incident.ts";
import type { Severity } from "../severity.ts";

const Instant = z.iso.datetime();
const Day = z.iso.date();

export const shopTabs = [
  "overview",
  "incidents",
  "runs",
  "checks",
  "backfills",
  "alerts",
  "jobs",
  "audit",
] as const;
export const ShopTab = z.enum(shopTabs);
export type ShopTab = z.infer<typeof ShopTab>;

/** A connector with what only staff see. */
export const StaffConnector = Connector.extend({
  engine: z.enum(["airbyte", "push"]),
  connection: z.object({ name: z.string(), status: z.string() }).nullable(),
  pausedAt: Instant.nullable(),
  slaOverride: z.object({ expiresAt: Instant.nullable() }).nullable(),
  syncState: z.enum(["available", "requested", "running", "unavailable"]),
});
export type StaffConnector = z.infer<typeof StaffConnector>;

export const StaffDashboard = z.object({
  key: DashboardKey,
  blocked: z.boolean(),
  reasons: z.array(BlockReason),
  completeThrough: Day.nullable(),
  lifts: z.array(z.object({ id: z.uuid(), reason: z.string(), createdBy: z.string(), expiresAt: Instant })),
});
export type StaffDashboard = z.infer<typeof StaffDashboard>;

export const Maintenance = z.object({
  id: z.uuid(),
  connectorId: z.uuid().nullable(),
  startsAt: Instant,
  endsAt: Instant,
  reason: z.string(),
  createdBy: z.string(),
});
export type Maintenance = z.infer<typeof Maintenance>;

/** An incident with what only staff see. */
export const StaffIncident = Incident.extend({
  snoozedUntil: Instant.nullable(),
  isStaffAcknowledged: z.boolean(),
  resolution: z.string().nullable(),
  reopenedCount: z.int(),
});
export type StaffIncident = z.infer<typeof StaffIncident>;

/** `GET /api/staff/shops/{shop}`, and the first tab of the shop's page. */
export const ShopOverview = z.object({
  summary: Summary.omit({ connectors: true }),
  connectors: z.array(StaffConnector),
  dashboards: z.array(StaffDashboard),
  maintenance: z.array(Maintenance),
  diagnoses: z.array(Diagnosis),
  incidents: z.array(StaffIncident).describe("open and acknowledged, the worst first, at most 50"),
});
export type ShopOverview = z.infer<typeof ShopOverview>;

export type StaffRun = SyncRun & { connectorId: string; source: string };

export interface StaffCheck {
  connectorId: string;
  source: string;
  check: string;
  label: string;
  enabled: boolean;
  outcome: string;
  severity: Severity | null;
  since: string | null;
  sentence: string;
}

export interface StaffBackfill {
  id: string;
  connectorId: string;
  source: string;
  status: BackfillStatus;
  strategy: string | null;
  startDate: string;
  endDate: string;
  percent: number;
  rowsLoaded: number;
  /** The stored code, not the merchant's words. */
  reason: string | null;
  result: BackfillResult | null;
  requestedBy: string;
  requestedRole: string;
  attempts: number;
  troubleSince: string | null;
  createdAt: string;
  endedAt: string | null;
  /** What the engine remembers between steps, without secrets. */
  engineState: string;
}

export interface StaffDelivery {
  id: string;
  incidentId: string | null;
  title: string | null;
  channel: string;
  event: string;
  severity: Severity;
  state: string;
  reason: string;
  attempts: number;
  httpStatus: number | null;
  createdAt: string;
  dueAt: string | null;
  endedAt: string | null;
}

export interface StaffJob {
  id: string;
  task: string;
  state: "ready" | "scheduled" | "running" | "failed";
  attempts: number;
  maxAttempts: number;
  runAt: string;
  lastError: string | null;
}

export interface StaffAuditRow {
  id: string;
  at: string;
  actor: string;
  role: string;
  action: string;
  target: string;
  reason: string;
}

export type ShopTabContent =
  | ({ tab: "overview" } & ShopOverview)
  | { tab: "incidents"; incidents: StaffIncident[] }
  | { tab: "runs"; runs: StaffRun[]; onlyFailed: boolean }
  | { tab: "checks"; checks: StaffCheck[] }
  | { tab: "backfills"; backfills: StaffBackfill[] }
  | { tab: "alerts"; deliveries: StaffDelivery[] }
  | { tab: "jobs"; jobs: StaffJob[] }
  | { tab: "audit"; rows: StaffAuditRow[] };

/** What is above every tab of a shop's page. */
export interface ShopHead {
  id: string;
  domain: string;
  timeZone: string;
  currency: string;
  locale: string;
  uninstalledAt: string | null;
  score: number | null;
  status: Summary["status"];
  blocked: boolean;
  stale: boolean;
  checkedAt: string | null;
  openIncidents: number;
  /** Null: the shop has no Airbyte workspace. */
  workspace: {
    id: string;
    lastPolledAt: string | null;
    unreachableSince: string | null;
    reason: string | null;
  } | null;
}

export interface StaffTimelineEntry {
  id: string;
  at: string;
  kind: string;
  severity: Severity | null;
  role: string;
  actor: string;
  note: string;
}

/** Everything that an incident's page draws. */
export interface StaffIncidentPage {
  head: ShopHead;
  now: string;
  incident: StaffIncident;
  /** Newest first. */
  timeline: StaffTimelineEntry[];
  deliveries: StaffDelivery[];
}

export interface ShopPage {
  head: ShopHead;
  now: string;
  /** A sync or a backfill is running or on its way: the page asks again by itself. */
  isBusy: boolean;
  content: ShopTabContent;
}
