import type { JobHelpers, Task } from "graphile-worker";
import { z } from "zod";
import { dqMetrics } from "#app/modules/dq-metrics.server.ts";
import { sharedNow } from "#app/platform/clock.server.ts";
import { log } from "#app/platform/log.server.ts";
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

/** A task of the catalogue: parse, run, then done, retry or give up. */
export function defineTask<Name extends TaskName>(
  name: Name,
  definition: TaskDefinition<Name>,
): { name: Name; task: Task } {
  const task: Task = async (raw: unknown, helpers: JobHelpers) => {
    const context = { now: await sharedNow(), attempt: helpers.job.attempts };
    // What does not fit the catalogue never will: it is given up with the rest, and counted.
    const parsed = catalog[name].payload.safeParse(raw);
    const payload = parsed.data as TaskPayload<Name>;
    try {
      if (!parsed.success) throw new Error(`The payload does not fit: ${z.prettifyError(parsed.error)}`);
      const outcome = await definition.run(payload, context);
      dqMetrics.jobs.add(1, { task: name, outcome: "done" });
      log.info({ task: name, job: helpers.job.id, attempt: context.attempt, outcome }, "job done");
    } catch (thrown) {
      // Shopify's library throws bare Responses; a job's error has to be an Error.
      const error =
        thrown instanceof Error
          ? thrown
          : new Error(thrown instanceof Response ? `HTTP ${thrown.status}` : String(thrown));
      const isLast = helpers.job.attempts >= helpers.job.max_attempts;
      dqMetrics.jobs.add(1, { task: name, outcome: isLast ? "gave_up" : "retry" });
      log.error(
        { task: name, job: helpers.job.id, attempt: context.attempt, gaveUp: isLast, err: error },
        isLast ? "job given up" : "job failed, will be tried again",
      );
      if (isLast && parsed.success) await definition.giveUp?.(payload, error, context);
      throw error;
    }
  };
  return { name, task };
}
