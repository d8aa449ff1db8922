import type { Source } from "../connectors/sources.ts";
import type { BackfillReason } from "./backfill.ts";

/** What an engine is told of a backfill. Days are the shop's, both inclusive. */
export interface EngineBackfill {
  id: string;
  shopId: string;
  domain: string;
  timeZone: string;
  source: Source;
  startDay: string;
  endDay: string;
  /** The engine's own id of the connection, and of its source and destination; null for a pushed source. */
  connection: {
    externalId: string;
    sourceId: string | null;
    destinationId: string | null;
    streams: string[];
  } | null;
}

/** JSON that an engine remembers between steps; `{}` before the first. */
export type EngineState = Record<string, unknown>;

/**
 * Where a step has led. `state` is saved before the next step begins: a worker that dies loses at most one step, which
 * is then done again. So a step does at most one thing that cannot be taken back, and finds out first whether it was
 * done before.
 */
export type EngineStep =
  /** Goes on; looked at again after so many seconds (0: at once). */
  | {
      kind: "working";
      state: EngineState;
      percent: number | null;
      rowsLoaded: number | null;
      lookAgainSeconds: number;
      /** Since when rows are being loaded; left out: since it began. */
      loadingSince?: Date;
      /** The way it has taken, where that was open before. */
      strategy?: string;
    }
  /** Everything is loaded, and whatever was changed to do it is as it was before. */
  | { kind: "loaded"; state: EngineState; rowsLoaded: number | null }
  /** It was cancelled, and whatever was changed is as it was before. */
  | { kind: "stopped"; state: EngineState }
  /** It failed for good, and whatever was changed is as it was before. */
  | { kind: "failed"; state: EngineState; reason: BackfillReason }
  /** Only a person can do it: nothing was changed. */
  | { kind: "needs_operator"; state: EngineState; reason: BackfillReason };

/** One way of loading a range of days again. What may pass by itself (throttled, away, busy) is thrown and tried again. */
export interface BackfillEngine {
  /** As it is stored: a `BackfillWay`, by which it is known which days it reads. */
  strategy: string;
  /** Does the next step. With `isCancelling` it undoes what it did, and ends as `stopped`. */
  advance(given: {
    backfill: EngineBackfill;
    state: EngineState;
    isCancelling: boolean;
    now: Date;
  }): Promise<EngineStep>;
}
