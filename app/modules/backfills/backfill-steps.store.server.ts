import { sql } from "#app/platform/db.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import { isSource, type Source } from "../connectors/sources.ts";
import { type BackfillReason, type BackfillStatus, isEnded } from "./backfill.ts";
import type { DayTotals } from "./compare-days.ts";
import type { EngineBackfill, EngineState } from "./engine.ts";

/** A step that is not recorded after this was lost with its worker: every exchange it may make has a time limit. */
export const STEP_LOST_AFTER_SECONDS = 120;

/** A backfill whose next step is being done; whoever records it says which step it was. */
export interface ClaimedBackfill {
  backfill: EngineBackfill;
  connectorId: string;
  engine: "airbyte" | "push";
  status: BackfillStatus;
  reason: BackfillReason | null;
  strategy: string | null;
  state: EngineState;
  step: number;
  attempts: number;
  troubleSince: Date | null;
  startedAt: Date | null;
  expectedSeconds: number | null;
  expectedRows: number | null;
  before: DayTotals | null;
}

type ClaimRow = Omit<ClaimedBackfill, "backfill"> & {
  shopId: string;
  id: string;
  domain: string;
  timeZone: string;
  source: string;
  startDay: string;
  endDay: string;
  dueAt: Date;
  externalId: string | null;
  sourceId: string | null;
  destinationId: string | null;
  streams: string[] | null;
};

/** Takes the next step, for one worker at a time. Null: it has ended, waits for a person only, or is being worked on. */
export async function claimStep(tx: ShopTx, backfillId: string, now: Date): Promise<ClaimedBackfill | null> {
  const [row] = await tx.$queryRaw<ClaimRow[]>`
    SELECT b.shop_id AS "shopId", b.id, s.domain, s.time_zone AS "timeZone", b.source, to_char(b.start_day, 'YYYY-MM-DD') AS "startDay",
      to_char(b.end_day, 'YYYY-MM-DD') AS "endDay", b.connector_id AS "connectorId", c.engine, b.status, b.reason, b.strategy, CASE WHEN b.progress IS NULL THEN b.engine_state ELSE b.engine_state || jsonb_build_object('progress', b.progress) END AS state,
      b.step, b.attempts, b.trouble_since AS "troubleSince", b.started_at AS "startedAt", b.expected_seconds AS "expectedSeconds", b.expected_rows::int AS "expectedRows", b.before, b.due_at AS "dueAt",
      n.external_id AS "externalId", n.source_id AS "sourceId", n.destination_id AS "destinationId", n.streams
    FROM backfill_jobs b JOIN shops s ON s.id = b.shop_id JOIN connectors c ON c.shop_id = b.shop_id AND c.id = b.connector_id
    LEFT JOIN connections n ON n.shop_id = b.shop_id AND n.id = b.connection_id
    WHERE b.id = ${backfillId}::uuid AND b.status NOT IN ('completed', 'failed', 'cancelled') AND b.due_at IS NOT NULL
    FOR UPDATE OF b`;
  if (!row || !isSource(row.source)) return null;
  // `due_at` of an open step is when it was begun.
  if (row.step % 2 === 1 && now.getTime() - row.dueAt.getTime() < STEP_LOST_AFTER_SECONDS * 1000) return null;
  const step = row.step + (row.step % 2 === 1 ? 2 : 1);
  await tx.$executeRaw`
    UPDATE backfill_jobs SET step = ${step}, due_at = ${now}::timestamptz, started_at = coalesce(started_at, ${now}::timestamptz)
    WHERE id = ${backfillId}::uuid`;
  const { shopId, id, domain, timeZone, startDay, endDay } = row;
  return {
    backfill: {
      id,
      shopId,
      domain,
      timeZone,
      source: row.source as Source,
      startDay,
      endDay,
      connection: row.externalId
        ? {
            externalId: row.externalId,
            sourceId: row.sourceId,
            destinationId: row.destinationId,
            streams: row.streams ?? [],
          }
        : null,
    },
    connectorId: row.connectorId,
    engine: row.engine,
    status: row.status,
    reason: row.reason,
    strategy: row.strategy,
    state: row.state,
    step,
    attempts: row.attempts,
    troubleSince: row.troubleSince,
    startedAt: row.startedAt ?? now,
    expectedSeconds: row.expectedSeconds,
    expectedRows: row.expectedRows,
    before: row.before,
  };
}

/** Whoever does a step that takes long says so now and then: it is not lost. */
export const keepStep = (
  tx: ShopTx,
  { backfill: { id }, step }: ClaimedBackfill,
  now: Date,
): Promise<number> => tx.$executeRaw`
  UPDATE backfill_jobs SET due_at = ${now}::timestamptz WHERE id = ${id}::uuid AND step = ${step}`;

/** What a step left behind; what is left out stays. */
export interface StepRecord {
  status: BackfillStatus;
  reason: BackfillReason | null;
  state: EngineState;
  strategy: string | null;
  percent: number | null;
  rowsLoaded: number | null;
  etaSeconds: number | null;
  attempts: number;
  troubleSince: Date | null;
  before: DayTotals | null;
  result: object | null;
  /** Null: it has ended, or a person is waited for. */
  dueAt: Date | null;
  endedAt: Date | null;
}

/**
 * Stores a step, unless another worker has taken over meanwhile, and queues the next. A wish to cancel that came during
 * the step is written over only by an end, or by all being loaded; it, and what a pipeline said meanwhile, is looked at at
 * once.
 * @returns where it is now; null: it was not this worker's to store
 */
export async function recordStep(
  tx: ShopTx,
  { backfill: { shopId, id }, step, status, state }: ClaimedBackfill,
  record: StepRecord,
  now: Date,
): Promise<BackfillStatus | null> {
  const isFinal = isEnded(record.status) || record.status === "verifying";
  const heard = state.progress === undefined ? null : JSON.stringify(state.progress);
  const isWish = sql`b.status = 'cancelling' AND ${status} <> 'cancelling' AND NOT ${isFinal}::boolean`;
  const [stored] = await tx.$queryRaw<{ status: BackfillStatus; dueAt: Date | null }[]>`
    UPDATE backfill_jobs b SET step = b.step + 1,
      status = CASE WHEN ${isWish} THEN b.status ELSE ${record.status} END,
      reason = CASE WHEN ${isWish} THEN NULL ELSE ${record.reason} END, engine_state = ${JSON.stringify(record.state)}::jsonb, strategy = coalesce(${record.strategy}, b.strategy),
      percent = greatest(b.percent, coalesce(${record.percent}::smallint, b.percent)),
      rows_loaded = greatest(b.rows_loaded, coalesce(${record.rowsLoaded}::bigint, b.rows_loaded)),
      eta_seconds = ${record.etaSeconds}::int, attempts = ${record.attempts}, trouble_since = ${record.troubleSince}::timestamptz,
      before = coalesce(${record.before === null ? null : JSON.stringify(record.before)}::jsonb, b.before),
      result = coalesce(${record.result === null ? null : JSON.stringify(record.result)}::jsonb, b.result),
      due_at = CASE WHEN ${isWish} THEN ${now}::timestamptz
        WHEN b.progress IS DISTINCT FROM ${heard}::jsonb THEN ${record.dueAt && now}::timestamptz ELSE ${record.dueAt}::timestamptz END, ended_at = ${record.endedAt}::timestamptz
    WHERE b.id = ${id}::uuid AND b.step = ${step} RETURNING b.status, b.due_at AS "dueAt"`;
  if (stored?.dueAt) await queueStep(tx, shopId, id, stored.dueAt);
  return stored?.status ?? null;
}

/** Queues a backfill's next step. */
export const queueStep = (tx: ShopTx, shopId: string, backfillId: string, runAt: Date): Promise<void> =>
  enqueue(tx, [
    job("backfills.advance", { shopId, backfillId }, { jobKey: `backfills.advance:${backfillId}`, runAt }),
  ]);

/** Rows of each day of a range, and the sum of one measure, as they were last profiled. */
export async function readDayTotals(
  tx: ShopTx,
  connectorId: string,
  { startDay, endDay }: { startDay: string; endDay: string },
  measure: string | null,
): Promise<DayTotals> {
  const rows = await tx.$queryRaw<{ day: string; rows: bigint; amount: number | null }[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, row_count AS rows, (measures -> ${measure ?? ""}::text ->> 'sum')::float8 AS amount
    FROM daily_profiles WHERE connector_id = ${connectorId}::uuid AND day BETWEEN ${startDay}::date AND ${endDay}::date`;
  return Object.fromEntries(
    rows.map(({ day, rows: count, amount }) => [day, { rows: Number(count), amount }]),
  );
}
