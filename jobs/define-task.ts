import type { JobHelpers, Task } from "graphile-worker";
import { z } from "zod";
import { dqMetrics } from "#app/modules/dq-metrics.server.ts";
import { sharedNow } from "#app/platform/clock.server.ts";
import { requestIdFrom } from "#app/platform/http/request-id.server.ts";
import { log } from "#app/platform/log.server.ts";
import { inRequest } from "#app/platform/request-context.server.ts";
import { catalog, type TaskName, type TaskPayload } from "./catalog.ts";

interface TaskContext {
  now: Date;
  attempt: number;
}

interface TaskDefinition<Name extends TaskName> {
  run: (payload: TaskPayload<Name>, context: TaskContext) => Promise<unknown>;
  /** Called when the last attempt has failed: tells the domain, so that nothing stays "running" for ever. */
  giveUp?: (payload: TaskPayload<Name>, error: unknown, context: TaskContext) => Promise<void>;
}

/** What every payload may carry beside what the catalogue asks of it. */
const Carried = z.object({ requestId: z.string().optional(), shopId: z.string().nullish() });

/**
 * A task of the catalogue: parse, run, then done, retry or give up. Its log lines, and the jobs it queues, carry the id
 * of the request that the job was queued for; what the clock has queued begins an id of its own.
 */
export function defineTask<Name extends TaskName>(
  name: Name,
  definition: TaskDefinition<Name>,
): { name: Name; task: Task } {
  const task: Task = (raw: unknown, helpers: JobHelpers) => {
    const { data: carried } = Carried.safeParse(raw);
    return inRequest(requestIdFrom(carried?.requestId), () =>
      attempt(name, definition, raw, carried?.shopId ?? undefined, helpers),
    );
  };
  return { name, task };
}

async function attempt<Name extends TaskName>(
  name: Name,
  definition: TaskDefinition<Name>,
  raw: unknown,
  shopId: string | undefined,
  { job }: JobHelpers,
): Promise<void> {
  const context = { now: await sharedNow(), attempt: job.attempts };
  const about = { task: name, job: job.id, attempt: job.attempts, shopId };
  const startedAt = performance.now();
  const count = (outcome: "done" | "retry" | "gave_up") => {
    const ms = performance.now() - startedAt;
    dqMetrics.jobs.add(1, { task: name, outcome });
    dqMetrics.jobSeconds.record(ms / 1000, { task: name, outcome });
    return { ...about, ms: Math.round(ms) };
  };
  // What does not fit the catalogue never will: it is given up with the rest, and counted.
  const parsed = catalog[name].payload.safeParse(raw);
  const payload = parsed.data as TaskPayload<Name>;
  log.info(about, "job started");
  try {
    if (!parsed.success) throw new Error(`The payload does not fit: ${z.prettifyError(parsed.error)}`);
    const outcome = await definition.run(payload, context);
    log.info({ ...count("done"), outcome }, "job done");
  } catch (thrown) {
    // Shopify's library throws bare Responses; a job's error has to be an Error.
    const error =
      thrown instanceof Error
        ? thrown
        : new Error(thrown instanceof Response ? `HTTP ${thrown.status}` : String(thrown));
    const isLast = job.attempts >= job.max_attempts;
    log.error(
      { ...count(isLast ? "gave_up" : "retry"), gaveUp: isLast, err: error },
      isLast ? "job given up" : "job failed, will be tried again",
    );
    if (isLast && parsed.success) await definition.giveUp?.(payload, error, context);
    throw error;
  }
}
