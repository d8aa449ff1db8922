import { findNeverSyncedCause, type NeverSyncedCause } from "./causes.ts";
import { checkConnection, lastError } from "./connection-findings.ts";
import { act, askForSignIn, type Diagnosis, findOut } from "./diagnosis.ts";
import type { DiagnosticFacts } from "./facts.ts";
import { ago, failureWords } from "./words.ts";

/** Why a source has never brought data. Null: it has, or it is paused. */
export function diagnoseNeverSynced(facts: DiagnosticFacts): Diagnosis | null {
  if (facts.lastSucceededAt || facts.isPaused) return null;
  const { label, now, firstRunStartedAt, runningSince, failuresInARow, failureReason } = facts;
  return {
    kind: "never_synced",
    connectorId: facts.connectorId,
    source: facts.source,
    question: `Why has ${label} never synced?`,
    checked: [
      findOut(
        "Configured",
        true,
        `Added ${ago(facts.addedAt, now)}, synced by ${facts.engine === "push" ? "its own pipeline" : "Airbyte"}`,
      ),
      ...checkConnection(facts),
      findOut(
        "A sync ever started",
        facts.hasStarted,
        facts.hasStarted && firstRunStartedAt
          ? `First ${ago(firstRunStartedAt, now)}`
          : facts.hasStarted
            ? "Yes"
            : "No",
      ),
      findOut(
        "A sync runs now",
        runningSince ? true : null,
        runningSince
          ? `Since ${ago(runningSince, now)}`
          : facts.syncRequestedAt
            ? `Asked for ${ago(facts.syncRequestedAt, now)}, not started yet`
            : "No",
      ),
      findOut(
        "Failed syncs",
        failuresInARow === 0,
        failuresInARow === 0
          ? "None"
          : `${failuresInARow}, the last ${facts.lastFailedAt ? ago(facts.lastFailedAt, now) : ""}: ${failureWords[failureReason ?? "unknown"]}`,
      ),
      ...lastError(facts),
    ],
    ...concludeFrom(findNeverSyncedCause(facts), facts),
  };
}

function concludeFrom(
  cause: NeverSyncedCause,
  { label, engine, failureReason, connectionName }: DiagnosticFacts,
): Pick<Diagnosis, "conclusion" | "action"> {
  switch (cause) {
    case "no_connection":
      return {
        conclusion: `No Airbyte connection is matched to ${label}: nothing can sync it.`,
        action: act("open_setup", "Map its connection under Setup, or make one in Airbyte"),
      };
    case "connection_gone":
      return {
        conclusion: `The connection of ${label} is gone from Airbyte.`,
        action: act("open_setup", "Make a new connection in Airbyte and map it under Setup"),
      };
    case "connection_off":
      return {
        conclusion: `The connection “${connectionName}” is switched off in Airbyte: no sync starts.`,
        action: act("look_at_airbyte", "Find out who switched it off, and switch it on in Airbyte"),
      };
    case "engine_unreachable":
      return {
        conclusion: "Airbyte does not answer, so what happened since is not known.",
        action: act("look_at_airbyte", "Look at Airbyte; the poller goes on by itself"),
      };
    case "first_import_running":
      return {
        conclusion: "The first import is running. It may take up to 72 hours before it counts as late.",
        action: act("wait", "Wait for it to end"),
      };
    case "first_sync_requested":
      return {
        conclusion: "The first sync was asked for and is on its way.",
        action: act("wait", "Wait a minute"),
      };
    case "first_sync_failed":
      return {
        conclusion: `Every sync so far failed: ${failureWords[failureReason ?? "unknown"]}.`,
        action:
          failureReason === "credentials" || failureReason === "permission"
            ? askForSignIn(engine)
            : act("sync_now", "Read the error below, mend it, then sync now"),
      };
    case "pipeline_never_reported":
      return {
        conclusion: `The pipeline that sends ${label} has never reported a run.`,
        action: act("look_at_pipeline", "Check that it runs, and that it has the shop's ingest key (Setup)"),
      };
    case "never_started":
      return {
        conclusion:
          "The connection is there and active, but no sync has ever started: its schedule may be manual.",
        action: act("sync_now", "Sync now, then look at its schedule in Airbyte"),
      };
    case "started_without_end":
      return {
        conclusion:
          "Syncs have started, and none has ended well or badly: they were cancelled, or their end was never told.",
        action: act("sync_now", "Sync now, and follow the run"),
      };
  }
}
