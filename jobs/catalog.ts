import { z } from "zod";

/** What the queue's own clock adds to the payload of a task that it starts. */
const cron = z.object({ _cron: z.object({ ts: z.string() }).optional() });

/**
 * Every task: what it is called, what it is given, how often it is tried. Read this first.
 * Payloads hold ids, never facts: facts are read when the job runs. They change additively only, because two versions
 * run side by side during a deploy.
 */
export const catalog = {
  /** Starts a tick of the runner: cuts the shops into batches and queues each. By cron. */
  "dq.run": { payload: cron, maxAttempts: 3 },
  /** Judges one batch of shops for one tick. A batch of a superseded tick is done at once. */
  "dq.run_batch": {
    payload: z.object({ tickAt: z.iso.datetime(), batch: z.number().int().min(0) }),
    maxAttempts: 5,
  },
  /** Profiles and judges the data of one batch's shops. What is missed, the next tick makes up for. */
  "dq.check_data": {
    payload: z.object({ tickAt: z.iso.datetime(), batch: z.number().int().min(0) }),
    maxAttempts: 2,
  },
  /** Asks Airbyte for every workspace's news. By cron. */
  "airbyte.poll": { payload: cron, maxAttempts: 1 },
  /** Asks Airbyte for one shop's news. */
  "airbyte.poll_shop": { payload: z.object({ shopId: z.uuid() }), maxAttempts: 3 },
  /** Finds the shop of each workspace that Airbyte lists. By cron. */
  "airbyte.discover": { payload: cron, maxAttempts: 1 },
  /** Follows one of Airbyte's jobs until it has ended. `asks` counts how often it was asked for. */
  "airbyte.follow_job": {
    payload: z.object({ shopId: z.uuid(), jobId: z.string(), asks: z.number().int().min(0).default(0) }),
    maxAttempts: 5,
  },
  /** Tells one notice through one channel. `shopId` is null for what is about no shop in particular. */
  "alerts.deliver": {
    payload: z.object({ shopId: z.uuid().nullable(), deliveryId: z.uuid() }),
    maxAttempts: 12,
  },
  /** Takes up deliveries that a lost worker left behind, and ends snoozes. By cron. */
  "alerts.sweep": { payload: cron, maxAttempts: 1 },
  /** Does the next step of a backfill, and queues itself for the one after. */
  "backfills.advance": { payload: z.object({ shopId: z.uuid(), backfillId: z.uuid() }), maxAttempts: 10 },
  /** Tells a shop's own workflows that a backfill is done. */
  "backfills.tell": { payload: z.object({ shopId: z.uuid(), backfillId: z.uuid() }), maxAttempts: 8 },
  /** Takes up backfills that a lost worker left behind. By cron. */
  "backfills.sweep": { payload: cron, maxAttempts: 1 },
  /** Starts the sync of a connector that somebody asked for. */
  "connectors.sync": { payload: z.object({ shopId: z.uuid(), connectorId: z.uuid() }), maxAttempts: 4 },
  /** Does what one of Shopify's webhooks asks for. */
  "shopify.webhook": { payload: z.object({ webhookId: z.string() }), maxAttempts: 10 },
  /** Reads a shop's time zone and currency from Shopify. */
  "shops.refresh_profile": { payload: z.object({ shopId: z.uuid() }), maxAttempts: 6 },
  /** Queues a refresh for each shop whose profile was not read for a day. By cron. */
  "shops.refresh_profiles": { payload: cron, maxAttempts: 3 },
  /** Makes next months' partitions. By cron. */
  "retention.partitions": { payload: cron, maxAttempts: 5 },
  /** Drops what is past its time. By cron; a pass with too much to do queues another. */
  "retention.cleanup": { payload: cron, maxAttempts: 3 },
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
