import type { z } from "zod";
import { AppError } from "#app/platform/errors.ts";
import { parseInput } from "#app/platform/http/parse-input.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import { addConnector, listConnectors } from "../connectors/connectors.store.server.ts";
import { type IngestKeyHolder, markIngestKeyUsed } from "../ingest-keys/ingest-keys.store.server.ts";
import {
  DatasetEvent,
  findFutureInstant,
  type IgnoredReason,
  JobEvent,
  kindOfEvent,
  type LineageAnswer,
  LineageBatch,
  type LineageBatchAnswer,
  RunEvent,
  statusSaidBy,
  toSyncRunReport,
} from "./lineage-event.ts";
import { decideJobTarget, isStorableJob, type JobName, type UnmappedReason } from "./lineage-job.ts";
import { findLineageJobs, saveLineageJobs } from "./lineage-jobs.store.server.ts";
import { recordSyncRuns } from "./record-sync-runs.server.ts";
import type { SyncRunReport } from "./sync-run.ts";

/** A job that is seen again within this time is not written again. */
const SEEN_PRECISION_MS = 60_000;
const MAX_REASON_LENGTH = 500;

const ignored = (reason: IgnoredReason): LineageAnswer => ({ status: "ignored", reason });

/**
 * One OpenLineage event, reported with a shop's key.
 * @throws AppError malformed, with messages per field
 */
export async function receiveLineageEvent(
  key: IngestKeyHolder,
  body: unknown,
  now: Date,
): Promise<LineageAnswer> {
  const event = readEvent(body, now);
  const [answer] = await recordEvents(key, [event], now);
  return answer!;
}

/**
 * A batch of OpenLineage events: the good ones are recorded together, the bad ones named.
 * @throws AppError malformed when it is not an array of at most 100
 */
export async function receiveLineageBatch(
  key: IngestKeyHolder,
  body: unknown,
  now: Date,
): Promise<LineageBatchAnswer> {
  const received = parseInput(LineageBatch, body, "body", "malformed");
  const events: (RunEvent | null)[] = [];
  const failed: LineageBatchAnswer["failed_events"] = [];
  for (const [index, each] of received.entries()) {
    try {
      events.push(readEvent(each, now));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failed.push({ index, reason: describe(error), retriable: false });
    }
  }
  await recordEvents(key, events, now);
  return {
    status: failed.length > 0 ? "partial_success" : "success",
    summary: {
      received: received.length,
      successful: events.length,
      failed: failed.length,
      retriable: 0,
      non_retriable: failed.length,
    },
    failed_events: failed,
  };
}

function describe({ message, errors = {} }: AppError): string {
  const fields = Object.entries(errors).map(([field, messages]) => `${field}: ${messages.join(", ")}`);
  return (fields.join("; ") || message).slice(0, MAX_REASON_LENGTH);
}

/** The event, checked; null for one of a job or a dataset, which says nothing of a run. */
function readEvent(body: unknown, now: Date): RunEvent | null {
  const checked = <Schema extends z.ZodType>(schema: Schema) => parseInput(schema, body, "body", "malformed");
  const kind = kindOfEvent(body);
  const run = kind === "run" ? checked(RunEvent) : null;
  const { eventTime } = run ?? checked(kind === "job" ? JobEvent : DatasetEvent);
  const errors = findFutureInstant(eventTime, now);
  if (Object.keys(errors).length > 0)
    throw new AppError("malformed", "The body is not valid: see errors.", { errors });
  return run;
}

/** Records what the events say, in one transaction, and answers each. */
function recordEvents(
  { shopId, keyId }: IngestKeyHolder,
  events: readonly (RunEvent | null)[],
  now: Date,
): Promise<LineageAnswer[]> {
  return withShop(shopId, async (tx) => {
    await markIngestKeyUsed(tx, shopId, keyId, now);
    const jobs = events.flatMap((event) => (event && statusSaidBy(event) ? [event.job] : []));
    const targets = await targetsOf(tx, shopId, jobs, now);
    const reports: SyncRunReport[] = [];
    const answers = events.map((event): LineageAnswer => {
      if (!event) return ignored("not_a_run");
      const status = statusSaidBy(event);
      if (!status) return ignored("no_state");
      const target = targets.get(keyOf(event.job))!;
      if ("reason" in target) return ignored(target.reason);
      reports.push(toSyncRunReport(event, status, target.connectorId));
      return { status: "recorded" };
    });
    await recordSyncRuns(tx, shopId, reports, now);
    await rememberJobs(tx, shopId, targets, now);
    return answers;
  });
}

const keyOf = ({ namespace, name }: JobName) => JSON.stringify([namespace, name]);

type KnownJob = { unmappedReason: UnmappedReason | null; seenAt: Date };
type Target = { job: JobName; known: KnownJob | undefined } & (
  | { connectorId: string }
  | { reason: UnmappedReason }
);

/** Where each job's runs belong; a source that is new to the shop gets a connector that is fed by push. */
async function targetsOf(
  tx: ShopTx,
  shopId: string,
  jobs: readonly JobName[],
  now: Date,
): Promise<Map<string, Target>> {
  const targets = new Map<string, Target>();
  if (jobs.length === 0) return targets;
  const stored = await findLineageJobs(tx, shopId, jobs.filter(isStorableJob));
  const known = new Map(stored.map((job) => [keyOf(job), job]));
  const connectors = await listConnectors(tx, shopId);
  for (const [key, job] of new Map(jobs.map((each) => [keyOf(each), each]))) {
    const decided = decideJobTarget(job, known.get(key)?.connectorId ?? null, connectors);
    const about = { job, known: known.get(key) };
    if (decided.feeds === "nothing") {
      targets.set(key, { ...about, reason: decided.reason });
    } else if (decided.feeds === "connector") {
      targets.set(key, { ...about, connectorId: decided.connectorId });
    } else {
      const { source } = decided;
      const added = { shopId, source, engine: "push", connectionId: null, now } as const;
      targets.set(key, { ...about, connectorId: await addConnector(tx, added) });
    }
  }
  return targets;
}

/** Keeps the jobs that feed nothing, and of those that are kept what is true of them now. */
async function rememberJobs(
  tx: ShopTx,
  shopId: string,
  targets: ReadonlyMap<string, Target>,
  now: Date,
): Promise<void> {
  const news = [...targets.values()].flatMap((target) => {
    const { job, known } = target;
    const unmappedReason = "reason" in target ? target.reason : null;
    const isNews = known
      ? known.unmappedReason !== unmappedReason || now.getTime() - known.seenAt.getTime() > SEEN_PRECISION_MS
      : unmappedReason !== null && isStorableJob(job);
    return isNews ? [{ ...job, unmappedReason }] : [];
  });
  if (news.length > 0) await saveLineageJobs(tx, shopId, news, now);
}
