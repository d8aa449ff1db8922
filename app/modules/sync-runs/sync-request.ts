import { z } from "zod";
import { AppError } from "#app/platform/errors.ts";

/** `POST /api/sync-health/connectors/{id}/sync`: on its way, or one is running already and is the one asked for. */
export const SyncRequest = z.object({
  connectorId: z.uuid(),
  state: z.enum(["requested", "running"]),
  requestedAt: z.iso.datetime(),
});
export type SyncRequest = z.infer<typeof SyncRequest>;

/** Why a sync that was asked for did not start. */
export const SyncProblem = z.enum([
  "connection_disabled",
  "connection_missing",
  "engine_unreachable",
  "engine_refused",
]);
export type SyncProblem = z.infer<typeof SyncProblem>;

/** A request that was not taken up after this long is asked again: its job may have died with its worker. */
export const REQUEST_LIVES_MINUTES = 10;

export interface SyncFacts {
  engine: "airbyte" | "push";
  isPaused: boolean;
  /** Null when no connection feeds it. */
  connectionStatus: string | null;
  runningSince: Date | null;
  requestedAt: Date | null;
}

/**
 * What to do about a wish for a sync: start one, or attach to the one that runs or is on its way.
 * @throws AppError conflict, saying why none can be started and what to do
 */
export function decideSyncRequest(
  facts: SyncFacts,
  now: Date,
): { start: true } | { start: false; state: SyncRequest["state"]; since: Date } {
  if (facts.isPaused) throw new AppError("conflict", "This source is paused. Resume it, then sync it.");
  if (facts.engine === "push")
    throw new AppError(
      "conflict",
      "This source reports by itself: its own pipeline decides when it runs. Start it there.",
    );
  if (facts.connectionStatus !== "active")
    throw new AppError(
      "conflict",
      "The connection of this source is switched off or gone. Switch it on again, then sync it.",
    );
  if (facts.runningSince) return { start: false, state: "running", since: facts.runningSince };
  const isOnItsWay =
    facts.requestedAt !== null &&
    now.getTime() - facts.requestedAt.getTime() < REQUEST_LIVES_MINUTES * 60_000;
  return isOnItsWay ? { start: false, state: "requested", since: facts.requestedAt! } : { start: true };
}

/** Whether a page may offer "Sync now", and what became of the last wish. */
export interface SyncView {
  state: "available" | "requested" | "running" | "unavailable";
  /** Why the last one that was asked for did not start. */
  problem: SyncProblem | null;
}

/** What a page shows of a connector's syncs. */
export function viewSync(facts: SyncFacts & { problem: SyncProblem | null }, now: Date): SyncView {
  try {
    const decision = decideSyncRequest(facts, now);
    return { state: decision.start ? "available" : decision.state, problem: facts.problem };
  } catch (error) {
    if (error instanceof AppError) return { state: "unavailable", problem: facts.problem };
    throw error;
  }
}
