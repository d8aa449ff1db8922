import { log } from "#app/platform/log.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { currentRequestId } from "#app/platform/request-context.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { checkConnectorAnew } from "../checks/check-data.server.ts";
import { sources } from "../connectors/sources.ts";
import { dqMetrics } from "../dq-metrics.server.ts";
import { addNotices } from "../notices/notices.store.server.ts";
import type { BackfillReason, BackfillResult, BackfillStatus } from "./backfill.ts";
import { isEnded } from "./backfill.ts";
import {
  type ClaimedBackfill,
  claimStep,
  keepStep,
  queueStep,
  recordStep,
  type StepRecord,
} from "./backfill-steps.store.server.ts";
import { chooseEngine } from "./choose-engine.server.ts";
import type { BackfillEngine, EngineStep } from "./engine.ts";
import { type BackfillEvent, isBeingUndone, moveBackfill } from "./machine.ts";
import { estimateProgress } from "./progress.ts";
import { describeReason } from "./reason-words.ts";
import { compareWithBefore, readBefore, type Verified } from "./verify-backfill.server.ts";

interface Wanted {
  shopId: string;
  backfillId: string;
}

/** An engine that cannot be spoken to for so long will not do it: what was begun is undone. */
const TROUBLE_LASTS_HOURS = 6;
const LONGEST_PAUSE_SECONDS = 300;
const KEEP_STEP_EVERY_MS = 30_000;

/**
 * Does the next step of a backfill: takes it in one transaction, does it outside any, records it in another, and queues
 * the one after. A worker that dies in between loses one step, which is done again.
 * @returns what became of it, for the log
 */
export async function advanceBackfill(
  { shopId, backfillId }: Wanted,
  now: Date,
  choose: (connector: { source: string; engine: "airbyte" | "push" }) => BackfillEngine | null = chooseEngine,
): Promise<string> {
  const claimed = await withShop(shopId, (tx) => claimStep(tx, backfillId, now));
  if (!claimed) return "nothing_to_do";
  const begunMs = Date.now();
  const sayItLives = () =>
    withShop(shopId, (tx) => keepStep(tx, claimed, new Date(now.getTime() + Date.now() - begunMs))).catch(
      (error: unknown) => log.warn({ err: error, shopId, backfill: backfillId }, "a step was not kept"),
    );
  const timer = setInterval(sayItLives, KEEP_STEP_EVERY_MS);
  try {
    return await doStep(claimed, now, choose);
  } finally {
    clearInterval(timer);
  }
}

async function doStep(
  claimed: ClaimedBackfill,
  now: Date,
  choose: (connector: { source: string; engine: "airbyte" | "push" }) => BackfillEngine | null,
): Promise<string> {
  if (claimed.status === "verifying") return verify(claimed, now);
  const engine = choose({ source: claimed.backfill.source, engine: claimed.engine });
  if (claimed.status === "queued") {
    const event: BackfillEvent = engine
      ? { kind: "taken_up" }
      : { kind: "no_way", reason: "no_way_to_backfill" };
    // What the days hold now, to compare with: profiled anew, so that nothing older is taken for the backfill's doing.
    const before = engine ? await readBefore(claimed, now) : null;
    return move(claimed, event, { before, strategy: engine?.strategy ?? null, dueAt: now }, now);
  }
  // Nothing was changed yet; later, only the engine that did can put it back.
  if (!engine && claimed.status === "starting")
    return move(claimed, { kind: "no_way", reason: "no_way_to_backfill" }, { dueAt: null }, now);
  let step: EngineStep;
  try {
    if (!engine) throw new Error("The engine that has begun it is no longer configured.");
    step = await engine.advance({
      backfill: claimed.backfill,
      state: claimed.state,
      isCancelling: isBeingUndone(claimed),
      now,
    });
  } catch (error) {
    return noteTrouble(claimed, error, now);
  }
  const { enginePercent, etaSeconds, percent } = progressOf(claimed, step, now);
  return move(
    claimed,
    { kind: "engine", step },
    {
      state: step.state,
      strategy: (step.kind === "working" && step.strategy) || null,
      rowsLoaded: "rowsLoaded" in step ? step.rowsLoaded : null,
      percent: enginePercent === null && step.kind !== "working" ? null : percent,
      etaSeconds,
      dueAt: step.kind === "working" ? new Date(now.getTime() + step.lookAgainSeconds * 1000) : now,
    },
    now,
  );
}

function progressOf(
  { startedAt, expectedSeconds, expectedRows }: ClaimedBackfill,
  step: EngineStep,
  now: Date,
) {
  const enginePercent = step.kind === "working" ? step.percent : step.kind === "loaded" ? 100 : null;
  const rowsLoaded = step.kind === "working" ? step.rowsLoaded : null;
  return {
    enginePercent,
    ...estimateProgress({
      enginePercent,
      rowsLoaded,
      expectedRows,
      startedAt: (step.kind === "working" && step.loadingSince) || startedAt || now,
      expectedSeconds,
      now,
    }),
  };
}

/** Throttled, busy or away: tried again, longer apart each time, until it has lasted too long. */
async function noteTrouble(claimed: ClaimedBackfill, error: unknown, now: Date): Promise<string> {
  log.warn(
    { err: error, shopId: claimed.backfill.shopId, backfill: claimed.backfill.id },
    "a backfill's step failed",
  );
  const since = claimed.troubleSince ?? now;
  const attempts = claimed.attempts + 1;
  if (now.getTime() - since.getTime() > TROUBLE_LASTS_HOURS * 3_600_000)
    return move(
      claimed,
      { kind: "gave_up", reason: "engine_unreachable" },
      { attempts: 0, troubleSince: null, dueAt: now },
      now,
    );
  const retry = typeof error === "object" && error !== null && "retry" in error ? error.retry : "backoff";
  const seconds =
    typeof retry === "object" && retry !== null && "afterSeconds" in retry
      ? Number(retry.afterSeconds)
      : Math.min(LONGEST_PAUSE_SECONDS, 2 ** Math.min(10, attempts));
  const dueAt = new Date(now.getTime() + seconds * 1000);
  await store(claimed, { ...same(claimed), attempts, troubleSince: since, dueAt }, now);
  return `again at ${dueAt.toISOString()}`;
}

async function verify(claimed: ClaimedBackfill, now: Date): Promise<string> {
  let verified: Verified;
  try {
    verified = await compareWithBefore(claimed, now);
  } catch (error) {
    return noteTrouble(claimed, error, now);
  }
  if (!verified.isRead) return noteTrouble(claimed, new Error(verified.why), now);
  return move(
    claimed,
    { kind: "verified" },
    { percent: 100, etaSeconds: null, result: verified.result, dueAt: null },
    now,
  );
}

const same = ({ status, reason, state, attempts, troubleSince }: ClaimedBackfill): StepRecord => ({
  status,
  reason,
  state,
  strategy: null,
  percent: null,
  rowsLoaded: null,
  etaSeconds: null,
  attempts,
  troubleSince,
  before: null,
  result: null,
  dueAt: null,
  endedAt: null,
});

/** Moves a backfill by the table of transitions, and stores what came of the step. Nothing moves it: it goes on as it is. */
async function move(
  claimed: ClaimedBackfill,
  event: BackfillEvent,
  changes: Partial<StepRecord>,
  now: Date,
): Promise<string> {
  const place = moveBackfill(claimed, event) ?? { status: claimed.status, reason: claimed.reason };
  const isOver = isEnded(place.status) || (place.status === "needs_operator" && !isBeingUndone(place));
  const record: StepRecord = {
    ...same(claimed),
    attempts: 0,
    troubleSince: null,
    ...changes,
    ...place,
    ...(isOver ? { dueAt: null, etaSeconds: null } : {}),
    endedAt: isEnded(place.status) ? now : null,
  };
  await store(claimed, record, now);
  if (place.status === "failed" || place.status === "cancelled") await judgeAnew(claimed);
  return place.status;
}

/** Its days were held while it ran. Where they cannot be read now, the next sync has them judged. */
async function judgeAnew({ backfill, connectorId }: ClaimedBackfill): Promise<void> {
  try {
    await checkConnectorAnew(backfill.shopId, connectorId, backfill);
  } catch (error) {
    log.warn({ err: error, shopId: backfill.shopId, backfill: backfill.id }, "its days could not be judged");
  }
}

/** Stores a step with what it means for others: a notice on Home, the audit, the shop's own workflows, the metrics. */
async function store(claimed: ClaimedBackfill, record: StepRecord, now: Date): Promise<void> {
  const { backfill, connectorId, status } = claimed;
  const isStored = await withShop(backfill.shopId, async (tx) => {
    const stored = await recordStep(tx, claimed, record, now);
    if (stored !== record.status) return false;
    if (record.status === status) return true;
    await recordAudit(tx, {
      shopId: backfill.shopId,
      actor: { role: "system", name: "system" },
      action: `backfill.${record.status}`,
      target: backfill.id,
      before: { status },
      after: { status: record.status, ...(record.reason ? { reason: record.reason } : {}) },
      requestId: currentRequestId() ?? "",
      at: now,
    });
    const notice = noticeOf(backfill.source, record);
    if (notice)
      await addNotices(
        tx,
        [
          {
            shopId: backfill.shopId,
            kind: "backfill_finished",
            connectorId,
            path: "/app/backfills",
            ...notice,
          },
        ],
        now,
      );
    if (record.status === "completed")
      await enqueue(tx, [job("backfills.tell", { shopId: backfill.shopId, backfillId: backfill.id })]);
    return true;
  });
  if (isStored && isEnded(record.status))
    dqMetrics.backfillsCompleted.add(1, { outcome: record.status as "completed" | "failed" | "cancelled" });
}

function noticeOf(
  source: ClaimedBackfill["backfill"]["source"],
  {
    status,
    reason,
    result,
  }: { status: BackfillStatus; reason: BackfillReason | null; result: object | null },
): { title: string; body: string } | null {
  const { label } = sources[source];
  if (status === "completed")
    return {
      title: `${label} was refilled`,
      body: `${(result as BackfillResult | null)?.summary ?? "It is done"}.`.replace(/\.\.$/, "."),
    };
  if (status === "failed" || status === "needs_operator")
    return {
      title: status === "failed" ? `${label} could not be refilled` : `Refilling ${label} needs our support`,
      body: reason ? describeReason(reason, label) : "Run it again, or contact support.",
    };
  return null;
}

/** The job's last attempt failed for a reason of ours: the sweep takes the backfill up again, until it has lasted too long. */
export async function giveUpBackfill({ shopId, backfillId }: Wanted, now: Date): Promise<void> {
  await withShop(shopId, (tx) =>
    queueStep(tx, shopId, backfillId, new Date(now.getTime() + LONGEST_PAUSE_SECONDS * 1000)),
  );
}
