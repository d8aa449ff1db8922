import type { AirbyteErrorKind } from "#app/integrations/airbyte/errors.ts";
import { counter, histogram } from "#app/platform/metrics.server.ts";
import { catalog, type TaskName } from "#jobs/catalog.ts";
import { channels } from "./alerts/routing.ts";
import { checkNames, type DataCheckName } from "./checks/check-names.ts";
import { isSource, sourceKeys } from "./connectors/sources.ts";
import type { Transition } from "./incidents/transitions.ts";
import { Severity } from "./severity.ts";

const severity = Severity.options;
const isDataCheck = (check: string): check is DataCheckName =>
  check !== "freshness" && check !== "sync_failed" && (checkNames as string[]).includes(check);

const tasks = Object.keys(catalog) as TaskName[];
const jobOutcomes = ["done", "retry", "gave_up"] as const;
/** Where pipelines report: signed pushes, a refill's progress, OpenLineage, Airbyte's notifications. */
const ingestDoors = ["push", "progress", "lineage", "airbyte_webhook"] as const;
export type IngestDoor = (typeof ingestDoors)[number];
const airbyteTroubles = [
  "throttled",
  "unauthorized",
  "unreachable",
  "rejected",
  "not_found",
  "conflict",
] as const satisfies readonly AirbyteErrorKind[];

/** What the product counts, over all processes. A shop is never a label. */
export const dqMetrics = {
  freshnessCheckSeconds: histogram(
    "dq.freshness_check.duration_seconds",
    "How long it took to judge one batch of shops.",
    { unit: "s", bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30], labels: {} },
  ),
  freshnessFailures: counter(
    "dq.freshness_check.failures_total",
    "Freshness verdicts that turned to late, or to later, by the severity they turned to.",
    { source: sourceKeys, severity },
  ),
  anomalyDetections: counter(
    "dq.anomaly_check.detections_total",
    "Failing verdicts of the checks of the data.",
    { check: checkNames.filter(isDataCheck), severity },
  ),
  incidentsCreated: counter("dq.incident.created_total", "Incidents opened.", { severity }),
  incidentsResolved: counter(
    "dq.incident.resolved_total",
    "Incidents resolved, by their severity then: by themselves (auto) or by a person.",
    { severity, how: ["auto", "person"] },
  ),
  backfillsRequested: counter("dq.backfill.requested_total", "Backfills asked for.", { source: sourceKeys }),
  backfillsCompleted: counter("dq.backfill.completed_total", "Backfills that ended.", {
    outcome: ["completed", "failed", "cancelled"],
  }),
  deliveries: counter(
    "dq.alert.deliveries_total",
    "Attempts to tell a notice, by channel and what came of them.",
    {
      channel: channels,
      outcome: ["sent", "retry", "skipped", "failed"],
    },
  ),
  jobs: counter("dq.job.attempts_total", "Attempts of jobs: done, to be tried again (retry) or given up.", {
    task: tasks,
    outcome: jobOutcomes,
  }),
  jobSeconds: histogram("dq.job.duration_seconds", "How long attempts of jobs took.", {
    unit: "s",
    bounds: [0.05, 0.25, 1, 5, 15, 60, 300],
    labels: { task: tasks, outcome: jobOutcomes },
  }),
  ingestReports: counter(
    "dq.ingest.reports_total",
    "Reports of pipelines, by the door they came to and what became of them.",
    { door: ingestDoors, outcome: ["accepted", "unauthenticated", "rate_limited", "invalid", "failed"] },
  ),
  airbytePolls: counter("dq.airbyte.polls_total", "Polls of Airbyte, one a shop, and what it said.", {
    outcome: ["answered", ...airbyteTroubles],
  }),
};

/** Counts changed verdicts that are freshness failures. */
export function countFreshnessFailures(
  changes: readonly { check: string; source: string; severity: Severity | null }[],
): void {
  for (const change of changes) {
    if (change.check === "freshness" && change.severity && isSource(change.source))
      dqMetrics.freshnessFailures.add(1, { source: change.source, severity: change.severity });
  }
}

/** Counts failing verdicts of data checks. */
export function countDetections(detections: readonly { check: string; severity: string }[]): void {
  for (const { check, severity: said } of detections) {
    const { data: known } = Severity.safeParse(said);
    if (known && isDataCheck(check)) dqMetrics.anomalyDetections.add(1, { check, severity: known });
  }
}

/** Counts what was done to an incident. One that came back, or got worse, is neither new nor over. */
export function countTransition(kind: Transition["kind"] | "resolve", incidentSeverity: Severity): void {
  if (kind === "open") dqMetrics.incidentsCreated.add(1, { severity: incidentSeverity });
  if (kind === "auto_resolve" || kind === "resolve")
    dqMetrics.incidentsResolved.add(1, {
      severity: incidentSeverity,
      how: kind === "resolve" ? "person" : "auto",
    });
}
