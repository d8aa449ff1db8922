import { z } from "zod";

/**
 * Every task: what it is called, what it is given, how often it is tried. Read this first.
 * Payloads hold ids, never facts: facts are read when the job runs. They change additively only, because two versions
 * run side by side during a deploy.
 */
export const catalog = {
  /** Starts a tick of the runner: cuts the shops into batches and queues each. By cron. */
  "dq.run": { payload: z.object({ _cron: z.object({ ts: z.string() }).optional() }), maxAttempts: 3 },
  /** Judges one batch of shops for one tick. A batch of a superseded tick is done at once. */
  "dq.run_batch": {
    payload: z.object({ tickAt: z.iso.datetime(), batch: z.number().int().min(0) }),
    maxAttempts: 5,
  },
  /** Asks Airbyte for every workspace's news. By cron. */
  "airbyte.poll": { payload: z.object({ _cron: z.object({ ts: z.string() }).optional() }), maxAttempts: 1 },
  /** Asks Airbyte for one shop's news. */
  "airbyte.poll_shop": { payload: z.object({ shopId: z.uuid() }), maxAttempts: 3 },
  /** Makes next months' partitions. By cron. */
  "retention.partitions": { payload: z.object({}).loose(), maxAttempts: 5 },
} as const satisfies Record<string, { payload: z.ZodType; maxAttempts: number }>;

export type TaskName = keyof typeof catalog;
export type TaskPayload<Name extends TaskName> = z.infer<(typeof catalog)[Name]["payload"]>;

export interface JobSpec {
  task: TaskName;
  payload: unknown;
  maxAttempts: number;
  jobKey?: string;
  jobKeyMode?: "replace" | "preserve_run_at";
  runAt?: string;
  priority?: number;
}

/** A job to queue, checked against the catalogue by the compiler. */
export function job<Name extends TaskName>(
  task: Name,
  payload: TaskPayload<Name>,
  options: {
    jobKey?: string;
    jobKeyMode?: "replace" | "preserve_run_at";
    runAt?: Date;
    priority?: number;
  } = {},
): JobSpec {
  const { runAt, ...rest } = options;
  return {
    task,
    payload,
    maxAttempts: catalog[task].maxAttempts,
    ...rest,
    ...(runAt ? { runAt: runAt.toISOString() } : {}),
  };
}
