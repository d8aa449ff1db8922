import type { FailureReason } from "../connectors/connector.ts";

/** What tells why a connector brings no data. */
export interface CauseFacts {
  engine: "airbyte" | "push";
  /** Null: no connection of the engine feeds it. */
  connectionStatus: string | null;
  isEngineUnreachable: boolean;
  /** A run of it was ever seen, whatever became of it. */
  hasStarted: boolean;
  isRunning: boolean;
  isSyncRequested: boolean;
  /** Runs that failed since the last success; of the last of them, why. */
  failuresInARow: number;
  failureReason: FailureReason | null;
}

/** Why it has never brought data. */
export type NeverSyncedCause =
  | "no_connection"
  | "connection_gone"
  | "connection_off"
  | "engine_unreachable"
  | "first_import_running"
  | "first_sync_requested"
  | "first_sync_failed"
  | "pipeline_never_reported"
  | "never_started"
  | "started_without_end";

/** Why it is late though it has synced. */
export type StaleCause =
  | "connection_gone"
  | "connection_off"
  | "engine_unreachable"
  | "credentials"
  | "permission"
  | "rate_limited"
  | "source_unavailable"
  | "destination_unavailable"
  | "schema_changed"
  | "timed_out"
  | "fails_for_unknown_reason"
  | "running"
  | "sync_requested"
  | "pipeline_silent"
  | "no_sync_started";

/** What is wrong with the connection, before any of its runs is looked at. */
function connectionCause({
  engine,
  connectionStatus,
}: CauseFacts): "connection_gone" | "connection_off" | null {
  if (engine === "push" || connectionStatus === "active") return null;
  return connectionStatus === "inactive" || connectionStatus === "locked"
    ? "connection_off"
    : "connection_gone";
}

/** The first thing on the way from "added" to "synced" that is missing. */
export function findNeverSyncedCause(facts: CauseFacts): NeverSyncedCause {
  if (facts.engine === "airbyte" && facts.connectionStatus === null) return "no_connection";
  const ofConnection = connectionCause(facts);
  if (ofConnection) return ofConnection;
  if (facts.isEngineUnreachable) return "engine_unreachable";
  if (facts.isRunning) return "first_import_running";
  if (facts.failuresInARow > 0) return "first_sync_failed";
  if (facts.isSyncRequested) return "first_sync_requested";
  if (facts.hasStarted) return "started_without_end";
  return facts.engine === "push" ? "pipeline_never_reported" : "never_started";
}

const failureCauses: Record<FailureReason, StaleCause> = {
  credentials: "credentials",
  permission: "permission",
  connection_disabled: "connection_off",
  rate_limited: "rate_limited",
  source_unavailable: "source_unavailable",
  destination_unavailable: "destination_unavailable",
  schema_changed: "schema_changed",
  timed_out: "timed_out",
  unknown: "fails_for_unknown_reason",
};

/** What keeps the next success away. */
export function findStaleCause(facts: CauseFacts): StaleCause {
  const ofConnection = connectionCause(facts);
  if (ofConnection) return ofConnection;
  if (facts.isEngineUnreachable) return "engine_unreachable";
  // A person has to sign in again: whatever runs now fails like the one before.
  if (
    facts.failuresInARow > 0 &&
    (facts.failureReason === "credentials" || facts.failureReason === "permission")
  )
    return facts.failureReason;
  if (facts.isRunning) return "running";
  if (facts.isSyncRequested) return "sync_requested";
  if (facts.failuresInARow > 0) return failureCauses[facts.failureReason ?? "unknown"];
  return facts.engine === "push" ? "pipeline_silent" : "no_sync_started";
}
