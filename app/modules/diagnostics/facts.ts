import type { BackfillReason, BackfillStatus } from "../backfills/backfill.ts";
import type { FailureReason } from "../connectors/connector.ts";
import type { Source } from "../connectors/sources.ts";
import type { Severity } from "../severity.ts";
import type { CauseFacts } from "./causes.ts";

/** A backfill as far as its failing is concerned. Days are the shop's. */
export interface DiagnosedBackfill {
  status: BackfillStatus;
  reason: BackfillReason | null;
  startDay: string;
  endDay: string;
  createdAt: Date;
  endedAt: Date | null;
}

/** What is stored of one connector that a diagnosis rests on. */
export interface DiagnosticFacts extends CauseFacts {
  connectorId: string;
  source: Source;
  label: string;
  addedAt: Date;
  isPaused: boolean;
  now: Date;
  /** Of its Airbyte workspace; null: the shop has none. */
  workspace: { lastPolledAt: Date | null; unreachableSince: Date | null; reason: string | null } | null;
  connectionName: string | null;
  /** Keys of the shop that a pipeline may report with, and when one was last used. */
  liveIngestKeys: number;
  ingestKeyUsedAt: Date | null;
  hasBackfillUrl: boolean;
  lastSucceededAt: Date | null;
  firstRunStartedAt: Date | null;
  runningSince: Date | null;
  syncRequestedAt: Date | null;
  syncRequestProblem: string | null;
  warningMinutes: number;
  freshness: Severity | null;
  /** Failed runs since the last success, by reason. */
  failures: Partial<Record<FailureReason, number>>;
  /** What the engine itself said of the last failure, without secrets. */
  lastError: string | null;
  lastFailedAt: Date | null;
  lastBackfill: DiagnosedBackfill | null;
  /** An active one of this connector, or of another on the same connection. */
  activeBackfill: { label: string; isOwn: boolean; status: BackfillStatus; createdAt: Date } | null;
  /** The first day that the platform still serves, and why no earlier. */
  earliestDay: string;
  limitReason: string | null;
}
