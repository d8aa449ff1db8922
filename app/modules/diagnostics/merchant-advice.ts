import type { BackfillReason } from "../backfills/backfill.ts";
import type { RecommendedAction } from "../connectors/connector.ts";
import { type CauseFacts, findNeverSyncedCause, findStaleCause } from "./causes.ts";

const action = (code: RecommendedAction["code"], label: string): RecommendedAction => ({ code, label });
const support = (label = "Contact support"): RecommendedAction => action("contact_support", label);
const ifItLasts = support("Contact support if it lasts");

/** What a merchant can do about a source that has never synced. */
export function adviseNeverSynced(label: string, facts: CauseFacts): RecommendedAction[] {
  switch (findNeverSyncedCause(facts)) {
    case "no_connection":
    case "connection_gone":
      return [
        action("reconnect_source", `Connect ${label} again`),
        support("Contact support if it is connected"),
      ];
    case "connection_off":
      return [action("enable_connection", "Switch the connection on")];
    case "engine_unreachable":
      return [action("wait", "Wait; we keep trying")];
    case "first_import_running":
      return [action("wait", "Wait for the first import")];
    case "first_sync_requested":
      return [action("wait", "Wait for the first sync to start")];
    case "first_sync_failed":
      return adviseFailure(label, facts);
    case "started_without_end":
      return [action("sync_now", "Sync now"), ifItLasts];
    case "pipeline_never_reported":
      return [action("wait", `Check that the pipeline that sends ${label} data runs`), support()];
    case "never_started":
      return [action("sync_now", "Start the first sync"), ifItLasts];
  }
}

/** What a merchant can do about a source that is late, or whose syncs fail. */
export function adviseStale(label: string, facts: CauseFacts): RecommendedAction[] {
  switch (findStaleCause(facts)) {
    case "connection_gone":
      return [
        action("reconnect_source", `Connect ${label} again`),
        support("Contact support if it is connected"),
      ];
    case "engine_unreachable":
      return [action("wait", "Wait; we keep trying")];
    case "running":
      return [action("wait", "Wait for the running sync")];
    case "sync_requested":
      return [action("wait", "Wait for the sync to start")];
    case "pipeline_silent":
      return [action("wait", "Check the pipeline that reports it; contact support if it lasts")];
    case "fails_for_unknown_reason":
    case "timed_out":
      return facts.engine === "push" ? [ifItLasts] : [action("sync_now", "Sync now"), ifItLasts];
    case "no_sync_started":
      return [action("sync_now", "Sync now"), ifItLasts];
    default:
      return adviseFailure(label, facts);
  }
}

/** By the reason of the last failed sync. */
export function adviseFailure(
  label: string,
  {
    failureReason,
    connectionStatus,
    engine,
  }: Pick<CauseFacts, "failureReason" | "connectionStatus" | "engine">,
): RecommendedAction[] {
  if (engine === "airbyte" && (connectionStatus === "inactive" || connectionStatus === "locked"))
    return [action("enable_connection", "Switch the connection on again")];
  switch (failureReason) {
    case "credentials":
      return [action("reconnect_source", `Reconnect ${label}`)];
    case "permission":
      return [action("check_permissions", `Check permissions in ${label}`)];
    case "connection_disabled":
      return [action("enable_connection", "Switch the connection on again")];
    case "rate_limited":
      return [action("wait", `Wait; ${label} asked us to slow down and we catch up by ourselves`)];
    case "source_unavailable":
      return [action("wait", `Wait until ${label} answers again; we keep trying`), ifItLasts];
    case "destination_unavailable":
      return [action("wait", "Wait; our storage is being looked after")];
    default:
      return [ifItLasts];
  }
}

/** What a merchant can do about a backfill that failed. Null: there is nothing but what the card says. */
export function adviseFailedBackfill(label: string, reason: BackfillReason | null): RecommendedAction | null {
  switch (reason) {
    case "credentials":
      return action("reconnect_source", `Reconnect ${label}, then run the backfill again`);
    case "permission":
      return action("check_permissions", `Check permissions in ${label}, then run the backfill again`);
    case "connection_disabled":
      return action("enable_connection", "Switch the connection on, then run the backfill again");
    case "connection_missing":
    case "engine_refused":
    case "not_put_back":
      return support("Contact support about the backfill");
    case "source_failed":
    case "engine_unreachable":
    case "not_verified":
    case "pipeline_failed":
    case "pipeline_silent":
      return action("run_backfill", "Run the backfill again");
    default:
      return null;
  }
}
