import { minutesBetween } from "../freshness/freshness.ts";
import { describeMinutes } from "../incidents/incident-words.ts";
import { findStaleCause, type StaleCause } from "./causes.ts";
import { checkConnection, lastError } from "./connection-findings.ts";
import { act, askForSignIn, type Diagnosis, type Finding, findOut } from "./diagnosis.ts";
import type { DiagnosticFacts } from "./facts.ts";
import { ago, countFailures } from "./words.ts";

/** Why a source that has synced is late, or about to be: its syncs fail. Null: it is neither, or it is paused. */
export function diagnoseStale(facts: DiagnosticFacts): Diagnosis | null {
  const { lastSucceededAt, failuresInARow, label, now } = facts;
  if (!lastSucceededAt || facts.isPaused || (!facts.freshness && failuresInARow === 0)) return null;
  return {
    kind: "stale",
    connectorId: facts.connectorId,
    source: facts.source,
    question: facts.freshness
      ? `Why is ${label} ${describeMinutes(minutesBetween(lastSucceededAt, now))} old?`
      : `Why do syncs of ${label} fail?`,
    checked: [
      findOut(
        "Last successful sync",
        facts.freshness === null,
        `${ago(lastSucceededAt, now)}; it should be at most ${describeMinutes(facts.warningMinutes)}`,
      ),
      ...checkConnection(facts),
      findOut(
        "Failed syncs since",
        failuresInARow === 0,
        failuresInARow === 0 ? "None" : `${failuresInARow}: ${countFailures(facts.failures)}`,
      ),
      ...lastError(facts),
      ofReason(facts, "Sign-in and permissions", ["credentials", "permission"]),
      ofReason(facts, "Rate limits", ["rate_limited"]),
      findOut("A sync runs now", facts.runningSince ? true : null, running(facts)),
    ],
    ...concludeFrom(findStaleCause(facts), facts),
  };
}

function ofReason(
  { failures, now, lastFailedAt, failuresInARow }: DiagnosticFacts,
  what: string,
  reasons: (keyof DiagnosticFacts["failures"])[],
): Finding {
  const count = reasons.reduce((sum, reason) => sum + (failures[reason] ?? 0), 0);
  if (count > 0)
    return findOut(
      what,
      false,
      `${count} failed for it${lastFailedAt ? `, the last failure ${ago(lastFailedAt, now)}` : ""}`,
    );
  const isTold = failuresInARow === 0 || (failures.unknown ?? 0) === 0;
  return findOut(
    what,
    isTold ? true : null,
    isTold ? "No sync failed for it" : "Not said: the engine gives no reason",
  );
}

function running({ runningSince, syncRequestedAt, syncRequestProblem, now }: DiagnosticFacts): string {
  if (runningSince) return `Since ${ago(runningSince, now)}`;
  if (syncRequestedAt) return `Asked for ${ago(syncRequestedAt, now)}, not started yet`;
  return syncRequestProblem
    ? `No; the last one asked for did not start (${syncRequestProblem.replaceAll("_", " ")})`
    : "No";
}

function concludeFrom(
  cause: StaleCause,
  { label, engine, connectionName, runningSince, now }: DiagnosticFacts,
): Pick<Diagnosis, "conclusion" | "action"> {
  switch (cause) {
    case "connection_gone":
      return {
        conclusion: `The connection of ${label} is gone from Airbyte: nothing syncs it any more.`,
        action: act("open_setup", "Map another connection under Setup"),
      };
    case "connection_off":
      return {
        conclusion: `The connection${connectionName ? ` “${connectionName}”` : ""} is switched off: no sync starts.`,
        action: act("look_at_airbyte", "Find out who switched it off, and switch it on in Airbyte"),
      };
    case "engine_unreachable":
      return {
        conclusion:
          "Airbyte does not answer: what it did since is not known, and is not taken for staleness.",
        action: act("look_at_airbyte", "Look at Airbyte; the poller goes on by itself"),
      };
    case "credentials":
      return {
        conclusion: `${label} no longer accepts the sign-in. No retry will mend that.`,
        action: askForSignIn(engine),
      };
    case "permission":
      return {
        conclusion: `${label} refuses some of the data: a permission is missing.`,
        action: act("ask_merchant", "Ask the merchant to grant it and to reconnect"),
      };
    case "rate_limited":
      return {
        conclusion: `${label} asks us to slow down. Syncs go through again when its limit resets.`,
        action: act("wait", "Wait; if it lasts for a day, sync less often or ask the platform for more"),
      };
    case "source_unavailable":
      return {
        conclusion: `${label} itself does not answer.`,
        action: act(
          "wait",
          "Look at the Upstream page whether other shops have it too; it is tried again by itself",
        ),
      };
    case "destination_unavailable":
      return {
        conclusion: "The warehouse does not answer the engine.",
        action: act("look_at_airbyte", "Look at the warehouse: more sources than this one will be affected"),
      };
    case "schema_changed":
      return {
        conclusion: `${label} changed how its records look, and the connection stopped at it.`,
        action: act("look_at_airbyte", "Accept the new schema of the connection in Airbyte, then sync now"),
      };
    case "timed_out":
      return {
        conclusion: "Syncs take longer than they may.",
        action: act("sync_now", "Sync now; if it times out again, split what the connection reads"),
      };
    case "fails_for_unknown_reason":
      return {
        conclusion: "Syncs fail, and the engine does not say why.",
        action: act("sync_now", "Read the job's log in Airbyte, mend it, then sync now"),
      };
    case "running":
      return {
        conclusion: `A sync is running${runningSince ? ` since ${ago(runningSince, now)}` : ""}: it is fresh when that ends.`,
        action: act("wait", "Wait for it to end; look at it in Airbyte if it takes far longer than usual"),
      };
    case "sync_requested":
      return { conclusion: "A sync was asked for and is on its way.", action: act("wait", "Wait a minute") };
    case "pipeline_silent":
      return {
        conclusion: `The pipeline that sends ${label} has reported no run since, neither good nor bad.`,
        action: act("look_at_pipeline", "Check that it runs and that its key is still live (Setup)"),
      };
    case "no_sync_started":
      return {
        conclusion:
          "Nothing has failed: no sync was started since. Its schedule may have been changed or paused.",
        action: act("sync_now", "Sync now, then look at its schedule in Airbyte"),
      };
  }
}
