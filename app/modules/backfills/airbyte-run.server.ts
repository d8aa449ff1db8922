import { z } from "zod";
import { hasEnded } from "#app/integrations/airbyte/client.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import {
  type AirbyteConnectionDetail,
  type AirbyteJob,
  AirbyteSchedule,
} from "#app/integrations/airbyte/schemas.ts";
import { type AirbyteDoors, canRestore, holdSchedule, restoreSchedule } from "./airbyte-schedule.server.ts";
import { BackfillReason } from "./backfill.ts";
import type { BackfillEngine, EngineBackfill, EngineState, EngineStep } from "./engine.ts";

/** What a way remembers of its own between steps. */
export type Memory = Record<string, unknown>;

export type Refusal = { refused: "failed" | "needs_operator"; reason: BackfillReason };

export type Connected = EngineBackfill & { connection: NonNullable<EngineBackfill["connection"]> };

/** What differs between the ways to load a range through Airbyte. Everything may be called again after a crash. */
export interface AirbyteWay {
  strategy: string;
  /** Finds out, changing nothing, whether it can be done. */
  look(backfill: Connected, connection: AirbyteConnectionDetail): Promise<Memory | Refusal>;
  /** Does the next thing before the sync is started; `target` names, when all is done, the connection to sync. */
  prepare(given: {
    backfill: Connected;
    memory: Memory;
    now: Date;
  }): Promise<{ memory: Memory; target: string | null } | Refusal | "busy">;
  /** Takes back what `prepare` did, as far as it is not to stay. */
  undo(given: { backfill: Connected; memory: Memory; isLoaded: boolean }): Promise<"undone" | "busy">;
}

const Outcome = z.union([
  z.object({ kind: z.literal("loaded") }),
  z.object({ kind: z.literal("stopped") }),
  z.object({ kind: z.enum(["failed", "needs_operator"]), reason: BackfillReason }),
]);
type Outcome = z.infer<typeof Outcome>;

const RunState = z.object({
  phase: z.enum(["look", "hold", "wait", "prepare", "trigger", "follow", "undo", "release"]).default("look"),
  /** As it was before: given back whatever happens. */
  schedule: AirbyteSchedule.nullable().default(null),
  memory: z.record(z.string(), z.unknown()).default({}),
  target: z.string().nullable().default(null),
  /** The newest job there was before ours. */
  lastJobId: z.number().default(0),
  jobId: z.string().nullable().default(null),
  triggeredAt: z.iso.datetime().nullable().default(null),
  rowsLoaded: z.number().nullable().default(null),
  outcome: Outcome.nullable().default(null),
});
type RunState = z.infer<typeof RunState>;

const busySeconds = 10;

/** A job is looked at more seldom the longer it has run: its end is known a tenth too late at most, and hours cost few calls. */
function followSeconds({ triggeredAt }: RunState, now: Date): number {
  const sinceSeconds = triggeredAt ? (now.getTime() - Date.parse(triggeredAt)) / 1000 : 0;
  return Math.min(60, Math.max(2, Math.round(sinceSeconds / 10)));
}

/**
 * The course that every way takes: look, hold the schedule, wait until nothing runs, prepare, sync, follow the job by its
 * id, take back, give the schedule back. Nothing is reset or cleared, ever. What Airbyte refuses for good ends the
 * backfill, after what was changed is as before; when even that is refused, it is thrown.
 */
export function createAirbyteEngine(doors: AirbyteDoors, way: AirbyteWay): BackfillEngine {
  const { api } = doors;

  async function look(backfill: Connected): Promise<EngineStep> {
    const connection = await api.getConnection(backfill.connection.externalId);
    const end = (refusal: Refusal): EngineStep => ({
      kind: refusal.refused,
      state: {},
      reason: refusal.reason,
    });
    if (connection.status !== "active") return end({ refused: "failed", reason: "connection_disabled" });
    if (!canRestore(doors, connection.schedule))
      return end({ refused: "needs_operator", reason: "no_way_to_backfill" });
    const memory = await way.look(backfill, connection);
    if (isRefusal(memory)) return end(memory);
    return working(RunState.parse({ phase: "hold", schedule: connection.schedule, memory }), 0);
  }

  async function hold(backfill: Connected, state: RunState): Promise<EngineStep> {
    if (state.schedule) await holdSchedule(doors, backfill.connection.externalId, state.schedule);
    return working({ ...state, phase: "wait" }, 0);
  }

  async function wait(backfill: Connected, state: RunState): Promise<EngineStep> {
    const jobs = await api.listLatestJobs(backfill.connection.externalId);
    if (jobs.some((job) => !hasEnded(job))) return working(state, busySeconds);
    return working({ ...state, phase: "prepare", lastJobId: Math.max(0, ...jobs.map(numberOf)) }, 0);
  }

  async function prepare(backfill: Connected, state: RunState, now: Date): Promise<EngineStep> {
    const done = await way.prepare({ backfill, memory: state.memory, now });
    if (done === "busy") return working({ ...state, phase: "wait" }, busySeconds);
    if (isRefusal(done))
      return working({ ...state, phase: "undo", outcome: { kind: done.refused, reason: done.reason } }, 0);
    const { memory, target } = done;
    return working({ ...state, memory, target, phase: target ? "trigger" : "prepare" }, 0);
  }

  /** The job that a step started which nobody heard of again; else a new one. */
  async function trigger(backfill: Connected, state: RunState, now: Date): Promise<EngineStep> {
    const target = state.target ?? backfill.connection.externalId;
    const job = (await findOurs(backfill, state)) ?? (await api.triggerSync(target));
    const next = { ...state, phase: "follow" as const, jobId: job.jobId, triggeredAt: now.toISOString() };
    return working(next, followSeconds(next, now));
  }

  async function findOurs(backfill: Connected, state: RunState): Promise<AirbyteJob | undefined> {
    const target = state.target ?? backfill.connection.externalId;
    const after = target === backfill.connection.externalId ? state.lastJobId : 0;
    return (await api.listLatestJobs(target)).find((job) => numberOf(job) > after);
  }

  async function follow(state: RunState, now: Date): Promise<EngineStep> {
    const job = await api.getJob(state.jobId ?? "");
    const next = { ...state, rowsLoaded: job.rowsSynced ?? state.rowsLoaded };
    if (!hasEnded(job)) return working(next, followSeconds(next, now));
    const outcome: Outcome =
      job.status === "succeeded" ? { kind: "loaded" } : { kind: "failed", reason: "source_failed" };
    return working({ ...next, phase: "undo", outcome }, 0);
  }

  /** Stops whatever was started; what else was done is taken back by the next steps. */
  async function cancel(backfill: Connected, state: RunState): Promise<EngineStep> {
    const { phase } = state;
    if (phase === "look") return { kind: "stopped", state: {} };
    const outcome: Outcome = { kind: "stopped" };
    if (phase === "hold" || phase === "wait") return working({ ...state, phase: "release", outcome }, 0);
    if (phase === "trigger" || phase === "follow") {
      const job = state.jobId ? await api.getJob(state.jobId) : await findOurs(backfill, state);
      if (job && !hasEnded(job)) await api.cancelJob(job.jobId);
    }
    return working({ ...state, phase: "undo", outcome }, 0);
  }

  async function undo(backfill: Connected, state: RunState): Promise<EngineStep> {
    const isLoaded = state.outcome?.kind === "loaded";
    const isRunning =
      !isLoaded &&
      state.target !== null &&
      (await api.listLatestJobs(state.target)).some((job) => !hasEnded(job));
    if (isRunning || (await way.undo({ backfill, memory: state.memory, isLoaded })) === "busy")
      return working(state, busySeconds);
    return working({ ...state, phase: "release" }, 0);
  }

  async function release(backfill: Connected, state: RunState, isCancelling: boolean): Promise<EngineStep> {
    if (state.schedule) await restoreSchedule(doors, backfill.connection.externalId, state.schedule);
    const { outcome, rowsLoaded } = state;
    if (isCancelling || !outcome || outcome.kind === "stopped") return { kind: "stopped", state: {} };
    return outcome.kind === "loaded"
      ? { kind: "loaded", state: {}, rowsLoaded }
      : { kind: outcome.kind, state: {}, reason: outcome.reason };
  }

  async function step(
    backfill: Connected,
    state: RunState,
    isCancelling: boolean,
    now: Date,
  ): Promise<EngineStep> {
    if (isCancelling && state.phase !== "undo" && state.phase !== "release") return cancel(backfill, state);
    switch (state.phase) {
      case "look":
        return look(backfill);
      case "hold":
        return hold(backfill, state);
      case "wait":
        return wait(backfill, state);
      case "prepare":
        return prepare(backfill, state, now);
      case "trigger":
        return trigger(backfill, state, now);
      case "follow":
        return follow(state, now);
      case "undo":
        return undo(backfill, state);
      case "release":
        return release(backfill, state, isCancelling);
    }
  }

  return {
    strategy: way.strategy,
    advance: async ({ backfill, state: given, isCancelling, now }) => {
      if (!isConnected(backfill)) return { kind: "needs_operator", state: {}, reason: "no_way_to_backfill" };
      const state = RunState.parse(given);
      try {
        return await step(backfill, state, isCancelling, now);
      } catch (error) {
        if (!(error instanceof AirbyteError) || error.retry !== "never") throw error;
        return afterRefusal(state, error);
      }
    },
  };
}

/** Airbyte will not do it, however often it is asked: on to what takes everything back. */
function afterRefusal(state: RunState, error: AirbyteError): EngineStep {
  const reason = error.kind === "not_found" ? "connection_missing" : "engine_refused";
  if (state.phase === "look") return { kind: "failed", state: {}, reason };
  if (state.phase === "release") throw error;
  // What is gone needs nothing taken back.
  if (state.phase === "undo" && error.kind !== "not_found") throw error;
  const nothingDone = state.phase === "hold" || state.phase === "wait" || state.phase === "undo";
  return working(
    {
      ...state,
      phase: nothingDone ? "release" : "undo",
      outcome: state.outcome ?? { kind: "failed", reason },
    },
    0,
  );
}

/** Before the sync is started nothing is loaded, after it all is. Between, it is not for Airbyte to say: it is estimated. */
const working = (state: RunState, lookAgainSeconds: number): EngineStep => ({
  kind: "working",
  state: state as EngineState,
  percent: state.outcome?.kind === "loaded" ? 100 : state.triggeredAt ? null : 0,
  ...(state.triggeredAt ? { loadingSince: new Date(state.triggeredAt) } : {}),
  rowsLoaded: state.rowsLoaded,
  lookAgainSeconds,
});

const isRefusal = (answer: object): answer is Refusal => "refused" in answer;
const isConnected = (backfill: EngineBackfill): backfill is Connected => backfill.connection !== null;
const numberOf = (job: AirbyteJob): number => Number(job.jobId) || 0;
