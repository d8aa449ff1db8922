import type { FailureReason, SyncRunStatus } from "../connectors/connector.ts";

/** One report about one run of one connector: the shape every door turns its input into. Null means "not said". */
export interface SyncRunReport {
  connectorId: string;
  /** The engine's own id of the run; with the connector it identifies the run for ever. */
  externalRunId: string;
  status: SyncRunStatus;
  queuedAt: Date | null;
  startedAt: Date | null;
  /** Only with a terminal status. */
  endedAt: Date | null;
  rowsSynced: number | null;
  bytesSynced: number | null;
  failureReason: FailureReason | null;
  errorMessage: string | null;
}
