import type {
  CheckView,
  ConnectorStatus,
  FailureReason,
  HistoryDay,
} from "../modules/connectors/connector.ts";
import type { DayNote } from "../modules/connectors/history.ts";
import type { DashboardKey } from "../modules/connectors/sources.ts";
import type { Summary } from "../modules/health/summary.ts";
import type { IncidentStatus } from "../modules/incidents/incident.ts";
import type { Severity } from "../modules/severity.ts";
import { counted } from "./format.ts";

export type Tone = "success" | "attention" | "warning" | "critical" | "info" | "neutral";

export interface BadgeWords {
  tone: Tone;
  label: string;
}

const statusBadges: Record<ConnectorStatus, BadgeWords> = {
  healthy: { tone: "success", label: "Up to date" },
  delayed: { tone: "warning", label: "Delayed" },
  error: { tone: "critical", label: "Error" },
  unknown: { tone: "neutral", label: "Unknown" },
  learning: { tone: "info", label: "Learning" },
  paused: { tone: "neutral", label: "Paused" },
};

/** What a connector's badge says. While the checks do not run, nothing is called up to date. */
export function statusBadge(status: ConnectorStatus, isStale: boolean): BadgeWords {
  return statusBadges[isStale && (status === "healthy" || status === "learning") ? "unknown" : status];
}

const severityBadges: Record<Severity, BadgeWords> = {
  warning: { tone: "attention", label: "Warning" },
  high: { tone: "warning", label: "High" },
  critical: { tone: "critical", label: "Critical" },
};
export const severityBadge = (severity: Severity): BadgeWords => severityBadges[severity];

const incidentStatusBadges: Record<IncidentStatus, BadgeWords> = {
  open: { tone: "neutral", label: "Open" },
  acknowledged: { tone: "info", label: "Seen" },
  resolved: { tone: "success", label: "Over" },
};
export const incidentStatusBadge = (status: IncidentStatus): BadgeWords => incidentStatusBadges[status];

const summaryBadges: Record<Summary["status"], BadgeWords> = {
  healthy: { tone: "success", label: "All up to date" },
  degraded: { tone: "warning", label: "Some sources have problems" },
  critical: { tone: "critical", label: "Needs attention" },
  unknown: { tone: "neutral", label: "Not known yet" },
};
export const summaryBadge = (status: Summary["status"], isStale: boolean): BadgeWords =>
  isStale ? { tone: "neutral", label: "Not checked" } : summaryBadges[status];

export const dashboardLabels: Record<DashboardKey, string> = {
  revenue: "Revenue",
  marketing: "Marketing",
  subscriptions: "Subscriptions",
  messaging: "Messaging",
  traffic: "Traffic",
};

const runStatusBadges = {
  queued: { tone: "neutral", label: "Waiting" },
  running: { tone: "info", label: "Running" },
  cancelled: { tone: "neutral", label: "Cancelled" },
  failed: { tone: "critical", label: "Failed" },
  succeeded: { tone: "success", label: "Synced" },
} as const;
export const runStatusBadge = (status: keyof typeof runStatusBadges): BadgeWords => runStatusBadges[status];

/** Why a sync failed. What the engine itself says may hold addresses and ids, so merchants read this instead. */
export const failureReasons: Record<FailureReason, string> = {
  credentials: "The connection's sign-in no longer works.",
  permission: "The connection is not allowed to read this.",
  connection_disabled: "The connection is switched off.",
  rate_limited: "The source asked us to slow down.",
  source_unavailable: "The source could not be reached.",
  destination_unavailable: "Our storage could not be reached.",
  schema_changed: "The source changed how its records look.",
  timed_out: "It took too long.",
  unknown: "No reason was given.",
};

type DayState = HistoryDay["state"];

export const dayStateLabels: Record<DayState, string> = {
  synced: "In sync",
  warning: "Warning",
  high: "High",
  critical: "Critical",
  failed: "Failed",
  no_sync: "No sync",
  pending: "Not synced yet",
  before_start: "Not connected yet",
};

const shownFirst: readonly DayState[] = [
  "synced",
  "warning",
  "high",
  "critical",
  "failed",
  "no_sync",
  "pending",
];

/** "28 of 30 days in sync": the line under a strip. Days before the connector existed, and one just begun, do not count. */
export function daysInSync(days: readonly HistoryDay[]): string {
  const lived = days.filter((day) => day.state !== "before_start" && day.state !== "pending");
  if (lived.length === 0) return "No history yet";
  const synced = lived.filter((day) => day.state === "synced").length;
  return `${synced} of ${counted(lived.length, "day")} in sync`;
}

/** What a strip or calendar shows, for those who do not see it. */
export function historyInWords(days: readonly HistoryDay[]): string {
  const parts = shownFirst.flatMap((state) => {
    const count = days.filter((day) => day.state === state).length;
    return count === 0 ? [] : [`${dayStateLabels[state].toLowerCase()}: ${count}`];
  });
  if (parts.length === 0) return `Last ${counted(days.length, "day")}: no history yet.`;
  return `Last ${counted(days.length, "day")}, by number of days. ${parts.join(", ").replace(/^./, (first) => first.toUpperCase())}.`;
}

const checkOutcomes: Record<string, BadgeWords> = {
  fresh: { tone: "success", label: "Passed" },
  ok: { tone: "success", label: "Passed" },
  passed: { tone: "success", label: "Passed" },
  failed: { tone: "attention", label: "Failed" },
  learning: { tone: "info", label: "Learning" },
  not_enough_volume: { tone: "neutral", label: "Too little data" },
  not_due: { tone: "neutral", label: "Not due yet" },
  never_synced: { tone: "neutral", label: "Never synced" },
  first_import_running: { tone: "info", label: "First import" },
  paused: { tone: "neutral", label: "Paused" },
  not_judged: { tone: "neutral", label: "Not checked yet" },
  unknown: { tone: "neutral", label: "Unknown" },
};

/** What a check last said. A failing one shows how bad; nothing is called passed while the checks do not run. */
export function checkBadge(
  check: Pick<CheckView, "check" | "enabled" | "outcome" | "severity">,
  isStale: boolean,
): BadgeWords {
  if (!check.enabled) return { tone: "neutral", label: "Off" };
  if (check.severity) return severityBadges[check.severity];
  if (check.check === "metric_inconsistency" && check.outcome === "not_due")
    return { tone: "neutral", label: "Nothing to compare" };
  const badge = checkOutcomes[check.outcome] ?? {
    tone: "neutral",
    label: check.outcome.replaceAll("_", " "),
  };
  return isStale && badge.tone === "success" ? checkOutcomes.unknown! : badge;
}

/** "2 need attention, 13 passed, 1 is learning": what a list of checks says before it is read. */
export function checksInWords(checks: readonly CheckView[], isStale: boolean): string {
  const tally = new Map<string, number>();
  for (const check of checks) {
    const word =
      check.enabled && check.severity ? "need attention" : checkBadge(check, isStale).label.toLowerCase();
    tally.set(word, (tally.get(word) ?? 0) + 1);
  }
  const failing = tally.get("need attention") ?? 0;
  tally.delete("need attention");
  const parts = [...tally].sort(([, a], [, b]) => b - a).map(([word, count]) => `${count} ${word}`);
  if (failing > 0) parts.unshift(`${failing} need${failing === 1 ? "s" : ""} attention`);
  return `${counted(checks.length, "check")}: ${parts.join(", ")}.`;
}

/** What was wrong on a day, in one line: "High. 61 orders, usually 88–144 on a Thursday." */
export function dayInWords({ state, failedRuns }: HistoryDay, notes: readonly DayNote[] = []): string {
  const told = notes.map(({ words, isOver }) => (isOver ? `${words} This is over.` : words));
  const failed = state !== "failed" && failedRuns > 0 ? [`${counted(failedRuns, "sync")} failed.`] : [];
  return [`${dayStateLabels[state]}.`, ...told, ...failed].join(" ");
}

const deductionReasons: Record<string, string> = {
  dashboard_blocked: "A dashboard is paused",
  delayed_warning: "warning",
  delayed_high: "high severity",
  error: "error",
};

/** One line of the score's explanation. A reason we have no words for is shown as it is written. */
export function deductionInWords(connectorLabel: string | null, reason: string): string {
  const words = deductionReasons[reason] ?? reason.replaceAll("_", " ");
  return connectorLabel ? `${connectorLabel}: ${words}` : words;
}
