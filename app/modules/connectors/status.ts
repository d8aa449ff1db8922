import type { BackfillReason } from "../backfills/backfill.ts";
import type { CauseFacts } from "../diagnostics/causes.ts";
import {
  adviseFailedBackfill,
  adviseFailure,
  adviseNeverSynced,
  adviseStale,
} from "../diagnostics/merchant-advice.ts";
import { describeFailure, describeMinutes } from "../incidents/incident-words.ts";
import { type Severity, severityRank, worstSeverity } from "../severity.ts";
import { type ConnectorStatus, FailureReason, type RecommendedAction } from "./connector.ts";

/** What decides how a connector is shown. */
export interface StatusFacts {
  label: string;
  engine: "airbyte" | "push";
  isPaused: boolean;
  /** The runner has not finished for two intervals: nothing may look healthy. */
  isStale: boolean;
  /** We cannot see the engine that syncs it. */
  isEngineUnreachable: boolean;
  /** Of its freshness, and of the checks that hold an open incident; snoozed ones aside. */
  currentVerdicts: readonly { check: string; severity: Severity; outcome: string; sentence: string | null }[];
  /** Its volumes have too little history to be judged by. */
  isLearning: boolean;
  freshnessOutcome: string;
  failureReason: string | null;
  failuresInARow: number;
  minutesSinceSync: number | null;
  /** A sync of it is running; or somebody asked for one and it is on its way. */
  isRunning: boolean;
  isSyncRequested: boolean;
  /** Null: no connection of the engine feeds it. */
  connectionStatus: string | null;
  /** A run of it was ever seen. */
  hasStarted: boolean;
  /** Why its latest backfill failed; null where it did not, or it was long ago. */
  failedBackfillReason: BackfillReason | null;
}

export interface ShownStatus {
  status: ConnectorStatus;
  severity: Severity | null;
  message: string;
  recommendedActions: RecommendedAction[];
}

const action = (code: RecommendedAction["code"], label: string): RecommendedAction => ({ code, label });

const causesOf = (facts: StatusFacts): CauseFacts => ({
  ...facts,
  failureReason: FailureReason.safeParse(facts.failureReason).data ?? null,
});

/** Status, severity, sentence and next steps, from the verdicts as they stand. */
export function decideStatus(facts: StatusFacts): ShownStatus {
  const shown = decideByVerdicts(facts);
  const refill = adviseFailedBackfill(facts.label, facts.failedBackfillReason);
  const isSaid = shown.recommendedActions.some(({ code }) => code === refill?.code);
  if (!refill || isSaid || facts.isPaused || facts.isStale) return shown;
  return { ...shown, recommendedActions: [...shown.recommendedActions, refill] };
}

function decideByVerdicts(facts: StatusFacts): ShownStatus {
  const severity = facts.isPaused
    ? null
    : worstSeverity(facts.currentVerdicts.map((verdict) => verdict.severity));
  const cannotSync = facts.currentVerdicts.some((verdict) => verdict.outcome === "cannot_sync");
  const next = describeProblem(facts, cannotSync);
  if (facts.isPaused)
    return {
      status: "paused",
      severity: null,
      message: "Paused. No data is synced until it is resumed.",
      recommendedActions: [],
    };
  if (facts.isStale)
    return {
      status: "unknown",
      severity,
      message: "Not checked lately. We are looking into it.",
      recommendedActions: [action("wait", "Wait for the next check")],
    };
  if (facts.isEngineUnreachable) {
    return {
      status: "unknown",
      severity,
      message: "We cannot reach the sync service at the moment, so we do not know how fresh this is.",
      recommendedActions: [action("wait", "Wait; we keep trying")],
    };
  }
  if (severity === null) {
    if (facts.freshnessOutcome === "first_import_running")
      return {
        status: "unknown",
        severity,
        message: "Never synced. The first import is running; this can take a while.",
        recommendedActions: [action("wait", "Wait for the first import")],
      };
    if (facts.freshnessOutcome === "never_synced")
      return {
        status: "unknown",
        severity,
        message: "Never synced. The first sync should start soon.",
        recommendedActions: adviseWaiting(facts),
      };
    if (facts.freshnessOutcome === "not_judged")
      return {
        status: "unknown",
        severity,
        message: "Not checked yet. The first check runs within 15 minutes.",
        recommendedActions: [],
      };
    if (facts.isLearning)
      return {
        status: "learning",
        severity,
        message: "Up to date. We are still learning what is usual here: two weeks of history are needed.",
        recommendedActions: [],
      };
    return { status: "healthy", severity, message: "Up to date.", recommendedActions: [] };
  }
  const status = severity === "critical" || cannotSync ? "error" : "delayed";
  return { status, severity, ...next };
}

function describeProblem(
  facts: StatusFacts,
  cannotSync: boolean,
): { message: string; recommendedActions: RecommendedAction[] } {
  const age = facts.minutesSinceSync === null ? null : describeMinutes(facts.minutesSinceSync);
  if (cannotSync || facts.currentVerdicts.some((verdict) => verdict.outcome === "failing")) {
    return {
      message: `${facts.minutesSinceSync === null ? "Never synced. " : ""}${describeFailure(facts.label, facts.failureReason, facts.failuresInARow)}`,
      recommendedActions: adviseFailure(facts.label, causesOf(facts)),
    };
  }
  if (facts.freshnessOutcome === "never_synced") {
    return {
      message: "Never synced. It should have brought data by now.",
      recommendedActions: adviseNeverSynced(facts.label, causesOf(facts)),
    };
  }
  const isLate = facts.currentVerdicts.some((verdict) => verdict.check === "freshness");
  if (!isLate && facts.currentVerdicts.length > 0) return describeData(facts);
  return {
    message: `Late: the last successful sync ended ${age ?? "some time"} ago.`,
    recommendedActions: adviseStale(facts.label, causesOf(facts)),
  };
}

/** It was just added: only what keeps the first sync from starting is worth a word. */
function adviseWaiting(facts: StatusFacts): RecommendedAction[] {
  const advice = adviseNeverSynced(facts.label, causesOf(facts));
  const isInTheWay = advice.some(({ code }) => code === "reconnect_source" || code === "enable_connection");
  return isInTheWay ? advice : [action("wait", "Wait for the first sync")];
}

/** What the worst of the data checks says, and what helps. */
function describeData({ currentVerdicts }: StatusFacts): {
  message: string;
  recommendedActions: RecommendedAction[];
} {
  const worst = [...currentVerdicts].sort((a, b) => severityRank(b.severity) - severityRank(a.severity))[0]!;
  const isPlannable = plannableChecks.has(worst.check);
  const isRefillable = refillableChecks.has(worst.check);
  return {
    message: worst.sentence ?? "Its data does not look right.",
    recommendedActions: [
      ...(isRefillable ? [action("run_backfill", "Run a backfill of the days that lack data")] : []),
      ...(isPlannable
        ? [action("mark_expected", "If this was planned, mark the day as expected in Settings")]
        : []),
      action("contact_support", "Contact support if these numbers are wrong"),
    ],
  };
}

/** What loading the days again may mend. */
const refillableChecks: ReadonlySet<string> = new Set([
  "missing_days",
  "row_count_drop",
  "zero_orders",
  "zero_spend",
  "silent_hours",
  "volume_anomaly",
]);

/** What a sale, a holiday or a paused campaign may explain. */
const plannableChecks: ReadonlySet<string> = new Set([
  "row_count_drop",
  "volume_anomaly",
  "silent_hours",
  "zero_orders",
  "zero_spend",
  "distribution_drift",
  "cardinality_shift",
]);
