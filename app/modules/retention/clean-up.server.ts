import { isStatementTimeout } from "#app/platform/database-trouble.server.ts";
import { db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { job } from "#jobs/catalog.ts";
import { queueForgottenWebhooks } from "../shops/obey-shopify-webhook.server.ts";
import { type Batch, deleteAged } from "./aged.store.server.ts";
import { monthsBefore } from "./cutoff.ts";
import { GivesWay } from "./give-way.server.ts";
import { nextBatchSize } from "./pace.ts";
import { dropPartitions, ensurePartitions } from "./partitions.server.ts";
import { agedTables, sharedTables } from "./retention-rules.ts";

const DAY_MS = 24 * 3_600_000;
/** The queue thinks a job lost after four hours; what is left is another job's. */
const LONGEST_JOB_MS = 30 * 60_000;
/** Batches are made to take a tenth of a second at most; one that gets stuck is undone. */
const LONGEST_BATCH_MS = 5_000;
/** A batch grows to that many times DQ_CLEANUP_BATCH_SIZE while it is quick. */
const LARGEST_FACTOR = 32;
const GO_ON_AFTER_MS = 60_000;

export interface CleanUpReport {
  /** What is older is past its time, where the rule is in months. */
  cutoff: string;
  partitionsMade: number;
  partitionsDropped: string[];
  /** Rows deleted, by table; only tables that had any. */
  rows: Record<string, number>;
  batches: number;
  restedSeconds: number;
  /** Webhooks whose job was lost, queued again. */
  webhooksQueuedAgain: number;
  /** False: the time was up before all was gone. */
  isComplete: boolean;
  /** What could not be done, and why; the rest was. */
  failures: string[];
}

/**
 * Drops, in batches, what is past its time, and makes next months' partitions. Killed at any moment it loses nothing:
 * each batch is a transaction of its own, and the next pass finds what is left.
 * @param untilMs stops before a batch that would begin later than this
 * @param shopId of this shop only: what all shops share, months of results among it, is left alone
 */
export async function cleanUp(
  now: Date,
  { untilMs = Number.POSITIVE_INFINITY, shopId = null }: { untilMs?: number; shopId?: string | null } = {},
): Promise<CleanUpReport> {
  const cutoff = monthsBefore(now, env().DQ_RETENTION_MONTHS);
  const report: CleanUpReport = {
    cutoff: cutoff.toISOString(),
    partitionsMade: 0,
    partitionsDropped: [],
    rows: {},
    batches: 0,
    restedSeconds: 0,
    webhooksQueuedAgain: 0,
    isComplete: true,
    failures: [],
  };
  const pace = new GivesWay();
  const step = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      // One table's trouble does not keep the others from ageing.
      log.error({ err: error, what }, "a step of the clean-up failed");
      report.failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  if (shopId === null)
    await step("partitions to come", async () => {
      report.partitionsMade = (await ensurePartitions()).made;
    });
  if (shopId === null)
    await step("dq_results", async () => {
      report.partitionsDropped = await dropPartitions(cutoff);
    });
  for (const { table, days } of agedTables) {
    if (shopId !== null && sharedTables.includes(table)) continue;
    const before = days === null ? cutoff : new Date(now.getTime() - days * DAY_MS);
    await step(table, () => deleteAll(table, before, { pace, report, untilMs, shopId }));
  }
  if (shopId === null)
    await step("webhooks", async () => {
      report.webhooksQueuedAgain = await queueForgottenWebhooks(now);
    });
  report.restedSeconds = Math.round(pace.restedMs / 10) / 100;
  return report;
}

async function deleteAll(
  table: string,
  before: Date,
  {
    pace,
    report,
    untilMs,
    shopId,
  }: { pace: GivesWay; report: CleanUpReport; untilMs: number; shopId: string | null },
): Promise<void> {
  const smallest = env().DQ_CLEANUP_BATCH_SIZE;
  let largest = smallest * LARGEST_FACTOR;
  let wanted = smallest;
  let since: string | null = "-infinity";
  while (since !== null) {
    if (Date.now() >= untilMs) {
      report.isComplete = false;
      return;
    }
    const from: string = since;
    const size = wanted;
    let batch: Batch;
    try {
      batch = await pace.run(async () => {
        const startedAt = performance.now();
        const options = { since: from, before, wanted: size, shopId, withinMs: LONGEST_BATCH_MS };
        const done = await deleteAged(table, options);
        wanted = nextBatchSize(size, performance.now() - startedAt, { smallest, largest });
        return done;
      });
    } catch (error) {
      if (!isStatementTimeout(error) || size === smallest) throw error;
      wanted = smallest;
      largest = smallest;
      continue;
    }
    for (const [name, rows] of Object.entries(batch.gone))
      if (rows > 0) report.rows[name] = (report.rows[name] ?? 0) + rows;
    report.batches += 1;
    since = batch.reached;
  }
}

/** The daily job: goes on in another one when there is too much for one. @throws Error when a step failed */
export async function cleanUpDaily(now: Date): Promise<CleanUpReport> {
  const report = await cleanUp(now, { untilMs: Date.now() + LONGEST_JOB_MS });
  if (!report.isComplete)
    await db().$transaction((tx) =>
      enqueue(tx, [
        job(
          "retention.cleanup",
          {},
          { jobKey: "retention.cleanup:more", runAt: new Date(Date.now() + GO_ON_AFTER_MS) },
        ),
      ]),
    );
  if (report.failures.length > 0) throw new Error(report.failures.join("; "));
  return report;
}
