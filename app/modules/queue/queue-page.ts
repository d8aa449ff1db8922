import { z } from "zod";
import { Reason } from "../staff/reason.ts";

/** What a job is doing. `retrying`: it failed and waits for its next try; `failed`: it is not tried any more. */
export const jobStates = ["failed", "retrying", "running", "ready", "scheduled"] as const;
export const JobState = z.enum(jobStates);
export type JobState = z.infer<typeof JobState>;

/** One task of the queue, counted. */
export const TaskQueue = z.object({
  task: z.string(),
  ready: z.number().int(),
  scheduled: z.number().int(),
  running: z.number().int(),
  retrying: z.number().int(),
  failed: z.number().int(),
  /** Since when its oldest job is due that nobody has taken up. */
  oldestDueAt: z.iso.datetime().nullable(),
  /** Since when its longest running job runs. */
  runningSince: z.iso.datetime().nullable(),
});
export type TaskQueue = z.infer<typeof TaskQueue>;

export const QueuedJob = z.object({
  id: z.string(),
  task: z.string(),
  state: JobState,
  attempts: z.number().int(),
  maxAttempts: z.number().int(),
  /** As in the logs: no token, key or address of ours. */
  lastError: z.string().nullable(),
  /** When it is due next. Says nothing of one that failed for good. */
  runAt: z.iso.datetime(),
  lockedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** What it is about: the ids of its payload. */
  ids: z.record(z.string(), z.string()),
});
export type QueuedJob = z.infer<typeof QueuedJob>;

const id = z.string().regex(/^[1-9]\d{0,17}$/, "This is no job's id.");

export const QueueQuery = z.object({
  state: JobState.default("failed"),
  task: z.string().trim().max(128).optional(),
  cursor: id.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type QueueQuery = z.infer<typeof QueueQuery>;

export const QueuePage = z.object({
  tasks: z.array(TaskQueue),
  jobs: z.array(QueuedJob),
  nextCursor: z.string().nullable(),
});
export type QueuePage = z.infer<typeof QueuePage>;

export const JobParams = z.object({ id });
export const TaskParams = z.object({ task: z.string().regex(/^[\w.]{1,128}$/) });

/** One job, or all of a task that failed, for good or so far. */
export const ActOnJobs = z.object({
  do: z.enum(["retry", "give_up"]),
  reason: Reason,
  jobId: id.optional(),
  task: z.string().trim().min(1).max(128).optional(),
});
export type ActOnJobs = z.infer<typeof ActOnJobs>;

/** What became of it: the jobs that are tried again, or not any more. */
export const ActedOnJobs = z.object({ jobs: z.array(z.string()) });
export type ActedOnJobs = z.infer<typeof ActedOnJobs>;
