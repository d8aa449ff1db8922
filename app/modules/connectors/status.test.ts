import { expect, test } from "vitest";
import type { Severity } from "../severity.ts";
import { decideStatus, type StatusFacts } from "./status.ts";

const verdict = (check: string, severity: Severity, outcome: string) => ({
  check,
  severity,
  outcome,
  sentence: null,
});
const healthy: StatusFacts = {
  label: "Meta Ads",
  engine: "airbyte",
  isPaused: false,
  isStale: false,
  isEngineUnreachable: false,
  currentVerdicts: [],
  isLearning: false,
  freshnessOutcome: "fresh",
  failureReason: null,
  failuresInARow: 0,
  minutesSinceSync: 5,
  isRunning: false,
  isSyncRequested: false,
  connectionStatus: "active",
  hasStarted: true,
  failedBackfillReason: null,
};
const late = {
  currentVerdicts: [verdict("freshness", "high", "late")],
  freshnessOutcome: "late",
  minutesSinceSync: 3_000,
};
const never = {
  freshnessOutcome: "never_synced",
  minutesSinceSync: null,
  hasStarted: false,
};
const neverTooLong = { ...never, currentVerdicts: [verdict("freshness", "high", "never_synced")] };

test.each<[string, Partial<StatusFacts>, string[]]>([
  ["nothing where all is well", {}, []],
  ["late, nothing started", late, ["Sync now", "Contact support if it lasts"]],
  [
    "late, one sync failed without a reason",
    { ...late, failuresInARow: 1, failureReason: "unknown" },
    ["Sync now", "Contact support if it lasts"],
  ],
  ["late, a sync runs", { ...late, isRunning: true }, ["Wait for the running sync"]],
  ["late, a sync is on its way", { ...late, isSyncRequested: true }, ["Wait for the sync to start"]],
  [
    "late, the source slows us down",
    { ...late, failuresInARow: 2, failureReason: "rate_limited" },
    ["Wait; Meta Ads asked us to slow down and we catch up by ourselves"],
  ],
  [
    "late, the source is down",
    { ...late, failuresInARow: 1, failureReason: "source_unavailable" },
    ["Wait until Meta Ads answers again; we keep trying", "Contact support if it lasts"],
  ],
  [
    "late, its connection is gone",
    { ...late, connectionStatus: "deprecated" },
    ["Connect Meta Ads again", "Contact support if it is connected"],
  ],
  [
    "late, its pipeline is silent",
    { ...late, engine: "push", connectionStatus: null },
    ["Check the pipeline that reports it; contact support if it lasts"],
  ],
  [
    "cannot sync without a sign-in",
    {
      currentVerdicts: [verdict("sync_failed", "high", "cannot_sync")],
      failuresInARow: 1,
      failureReason: "credentials",
    },
    ["Reconnect Meta Ads"],
  ],
  [
    "cannot sync, switched off",
    {
      currentVerdicts: [verdict("sync_failed", "high", "cannot_sync")],
      failureReason: "connection_disabled",
      connectionStatus: "inactive",
    },
    ["Switch the connection on again"],
  ],
  ["just added", never, ["Wait for the first sync"]],
  [
    "just added, without a connection",
    { ...never, connectionStatus: null },
    ["Connect Meta Ads again", "Contact support if it is connected"],
  ],
  ["just added, switched off", { ...never, connectionStatus: "inactive" }, ["Switch the connection on"]],
  ["never synced for too long", neverTooLong, ["Start the first sync", "Contact support if it lasts"]],
  [
    "never synced, its pipeline never reported",
    { ...neverTooLong, engine: "push", connectionStatus: null },
    ["Check that the pipeline that sends Meta Ads data runs", "Contact support"],
  ],
  [
    "never synced, every sync failed",
    { ...neverTooLong, hasStarted: true, failuresInARow: 1, failureReason: "permission" },
    ["Check permissions in Meta Ads"],
  ],
  [
    "a backfill failed for want of a sign-in",
    { failedBackfillReason: "credentials" },
    ["Reconnect Meta Ads, then run the backfill again"],
  ],
  [
    "the same, and syncs say it already",
    {
      currentVerdicts: [verdict("sync_failed", "high", "cannot_sync")],
      failuresInARow: 1,
      failureReason: "credentials",
      failedBackfillReason: "credentials",
    },
    ["Reconnect Meta Ads"],
  ],
  [
    "a backfill failed for a reason that passes",
    { failedBackfillReason: "source_failed" },
    ["Run the backfill again"],
  ],
  ["a backfill that our team has", { failedBackfillReason: "no_way_to_backfill" }, []],
  ["paused, whatever failed", { isPaused: true, failedBackfillReason: "source_failed" }, []],
  ["not checked", { isStale: true, failedBackfillReason: "source_failed" }, ["Wait for the next check"]],
])("what a merchant is told to do: %s", (_, facts, expected) => {
  expect(decideStatus({ ...healthy, ...facts }).recommendedActions.map(({ label }) => label)).toEqual(
    expected,
  );
});
