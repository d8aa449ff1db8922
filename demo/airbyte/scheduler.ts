import { stateAt } from "./cursors.ts";
import type { Stretch } from "./load-rows.ts";
import { type Pace, usualPace } from "./pace.ts";
import { planStretches } from "./plan-stretches.ts";
import { type ConnectionState, hasEnded, isLetIn, type JobState, type State } from "./state.ts";

export interface Scheduler {
  start(): void;
  stop(): Promise<void>;
  /** Starts a sync now, or attaches to the running one; resolves when it ended. */
  runNow(connectionId: string, outcome?: "succeeded" | "failed"): Promise<JobState>;
  /** As `runNow`, without waiting. */
  trigger(connectionId: string): JobState;
  cancel(job: JobState): void;
  /** Forgets the running sync without a trace. */
  drop(connectionId: string): void;
}

interface Options {
  state: State;
  now: () => Date;
  load: (connection: ConnectionState, stretch: Stretch) => Promise<number>;
  /** Told of each job that ended by itself. */
  onEnded?: (job: JobState, connection: ConnectionState) => void;
  pace?: Partial<Pace>;
}

interface Running {
  job: JobState;
  ended: Promise<JobState>;
  abort: AbortController;
}

/** More than four months are read no slower than these: who watches a year being loaded has seen how it goes. */
const LONGEST_READ_MS = 15_000;
/** How long a sync takes on a connection that is `importing` its history. */
const longImportMs = 20 * 3_600_000;

/** Starts syncs when they are due and sees each through pending, running and its end. */
export function createScheduler({ state, now, load, onEnded, pace: given }: Options): Scheduler {
  const pace: Pace = { ...usualPace, ...given };
  const running = new Map<string, Running>();
  let timer: NodeJS.Timeout | undefined;

  function begin(connectionId: string, outcome?: "succeeded" | "failed"): Running {
    const under = running.get(connectionId);
    if (under) return under;
    const createdAt = now();
    const job = state.addJob(connectionId, {
      jobType: "sync",
      status: "pending",
      createdAt,
      updatedAt: createdAt,
      rows: null,
    });
    const abort = new AbortController();
    const ended = see(job, outcome, abort.signal).finally(() => {
      if (running.get(connectionId)?.job === job) running.delete(connectionId);
      state.changed();
    });
    const entry = { job, ended, abort };
    running.set(connectionId, entry);
    return entry;
  }

  async function see(
    job: JobState,
    wanted: "succeeded" | "failed" | undefined,
    signal: AbortSignal,
  ): Promise<JobState> {
    const connection = state.need(job.connectionId);
    const turn = (status: JobState["status"]) => {
      if (hasEnded(job)) return;
      job.status = status;
      job.updatedAt = now();
      state.changed();
    };
    // Whoever sets the stage with a known end does not wait for it as a merchant does.
    await pause(wanted ? Math.min(HURRIED_MS, pace.pendingMs) : pace.pendingMs, signal);
    turn("running");
    const syncMs = wanted ? Math.min(HURRIED_MS, pace.syncMs) : pace.syncMs;
    await pause(connection.behaviour === "importing" ? longImportMs : syncMs, signal);
    const outcome =
      wanted ?? (connection.behaviour === "fail" || !isLetIn(connection) ? "failed" : "succeeded");
    if (outcome === "succeeded" && !hasEnded(job) && !signal.aborted) {
      try {
        await readAll(job, connection, signal);
      } catch (error) {
        console.error(`The Airbyte stand-in could not load ${connection.name}: ${(error as Error).message}`);
        turn("failed");
      }
    }
    turn(signal.aborted ? "cancelled" : outcome);
    if (!signal.aborted) onEnded?.(job, connection);
    return job;
  }

  /** Reads each stream from its cursor on, and moves the cursors when all is read. */
  async function readAll(job: JobState, connection: ConnectionState, signal: AbortSignal): Promise<void> {
    const asOf = now();
    const stretches = planStretches(state, connection, asOf);
    const stretchMs = Math.min(pace.stretchMs, LONGEST_READ_MS / stretches.length);
    job.rows = 0;
    for (const [n, stretch] of stretches.entries()) {
      if (n > 0 && stretch.since.getTime() !== stretches[0]?.since.getTime()) await pause(stretchMs, signal);
      if (signal.aborted) return;
      job.rows += await load(connection, stretch);
      job.updatedAt = now();
      state.changed();
    }
    if (signal.aborted) return;
    for (const stream of connection.copyOf ? [] : connection.streams)
      connection.cursors[stream] = stateAt(connection.kind, stream, asOf);
  }

  function isDue(connection: ConnectionState, at: Date): boolean {
    if (connection.everyMinutes === null || connection.status !== "active" || connection.behaviour === "held")
      return false;
    const last = state.latestJob(connection.connectionId);
    return !last || at.getTime() - last.createdAt.getTime() >= connection.everyMinutes * 60_000;
  }

  function tick(): void {
    const at = now();
    for (const connection of state.connections()) {
      if (running.size >= pace.workers) return;
      if (!running.has(connection.connectionId) && isDue(connection, at)) void begin(connection.connectionId);
    }
  }

  function drop(connectionId: string): void {
    const entry = running.get(connectionId);
    running.delete(connectionId);
    entry?.abort.abort();
  }

  return {
    start: () => {
      timer = setInterval(tick, pace.tickMs);
    },
    stop: async () => {
      clearInterval(timer);
      const all = [...running.values()];
      for (const entry of all) entry.abort.abort();
      await Promise.all(all.map((entry) => entry.ended));
    },
    runNow: (connectionId, outcome) => begin(connectionId, outcome).ended,
    trigger: (connectionId) => begin(connectionId).job,
    cancel: (job) => {
      job.status = "cancelled";
      job.updatedAt = now();
      drop(job.connectionId);
      state.changed();
    },
    drop,
  };
}

/** How long each half of such a sync takes. */
const HURRIED_MS = 150;

/** Waits, or less when aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });
}
