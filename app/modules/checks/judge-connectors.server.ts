import { afterCommit } from "#app/platform/after-commit.server.ts";
import { emptySql, sql } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { endSlaOverrides } from "../connectors/sla-overrides.store.server.ts";
import { sourceKeys, sources } from "../connectors/sources.ts";
import { countFreshnessFailures, dqMetrics } from "../dq-metrics.server.ts";
import { FIRST_IMPORT_GRACE_HOURS } from "../freshness/freshness.ts";
import { CHECK_INTERVAL_MINUTES } from "../health/schedule.ts";
import { saveShopHealth } from "../health/shop-health.store.server.ts";
import { applyChanges, type Change } from "../incidents/apply-changes.server.ts";
import { findShopEvents, judgeShopEvents, settleParents } from "../incidents/parents.server.ts";
import type { Engine } from "../incidents/shop-events.ts";
import { hardFailureReasons, SOFT_FAILURES } from "./sync-failures.ts";

export interface JudgeRequest {
  shopIds: readonly string[];
  /** Only these; all connectors of the shops when left out. */
  connectorIds?: readonly string[];
  now: Date;
  /** Marks the shops as checked: a full pass, not a single connector's recovery. */
  isFullPass?: boolean;
}

const warnings = sourceKeys.map((key) => sources[key].warningMinutes);

/**
 * Judges freshness and sync failures of a batch of shops in one statement: reads the facts, writes one result per check,
 * and returns only what changed. The grading is the SQL twin of `evaluateFreshness`; a property test holds them together.
 * @returns how many results were written and how many verdicts changed
 */
export async function judgeConnectors(
  tx: ShopTx,
  { shopIds, connectorIds, now, isFullPass = false }: JudgeRequest,
): Promise<{ results: number; changes: number }> {
  const startedAt = performance.now();
  const ids = [...shopIds].sort();
  const { outdated, withEndedLimits } = await lockShops(tx, ids, now);
  if (isFullPass && withEndedLimits.length > 0) await endSlaOverrides(tx, withEndedLimits, now);
  const only = connectorIds ? sql`AND c.id = ANY (${[...connectorIds]}::uuid[])` : emptySql;
  const rows = await tx.$queryRaw<(Change & { connectorId: string; engine: Engine; results: bigint })[]>`
    WITH facts AS MATERIALIZED (
      SELECT c.shop_id, c.id AS connector_id, c.source, c.engine, coalesce(c.sla_warning_minutes, limits.warning) AS warning,
        c.last_succeeded_at, c.running_since, c.first_run_started_at, c.failures_in_a_row,
        c.last_failure_reason, c.paused_at IS NOT NULL AS paused, n.status = 'inactive' AS disabled,
        c.engine = 'airbyte' AND w.unreachable_since IS NOT NULL AS blind,
        greatest(0, floor(extract(epoch FROM seen.as_of - coalesce(c.last_succeeded_at, c.created_at)) / 60))::int AS age,
        coalesce(floor(extract(epoch FROM seen.as_of - c.first_run_started_at) / 60), 0)::int AS import_age
      FROM connectors c
      JOIN unnest(${[...sourceKeys]}::text[], ${warnings}::int[]) AS limits (source, warning) ON limits.source = c.source
      LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id
      LEFT JOIN airbyte_workspaces w ON w.shop_id = c.shop_id
      CROSS JOIN LATERAL (SELECT CASE WHEN c.engine = 'airbyte' AND w.unreachable_since IS NOT NULL
        THEN least(${now}::timestamptz, coalesce(w.last_polled_at, w.unreachable_since)) ELSE ${now}::timestamptz END AS as_of) seen
      WHERE true ${only}
    ), verdicts AS MATERIALIZED (
      SELECT f.*, v.check_name, v.outcome, v.severity, v.value
      FROM facts f CROSS JOIN LATERAL (VALUES
        ('freshness',
          CASE WHEN f.last_succeeded_at IS NOT NULL THEN CASE WHEN f.age > f.warning THEN 'late' ELSE 'fresh' END
               WHEN f.running_since IS NOT NULL AND f.import_age <= ${FIRST_IMPORT_GRACE_HOURS * 60} THEN 'first_import_running'
               ELSE 'never_synced' END,
          CASE WHEN f.last_succeeded_at IS NULL AND f.running_since IS NOT NULL AND f.import_age <= ${FIRST_IMPORT_GRACE_HOURS * 60} THEN NULL
               ELSE late_severity(f.age, f.warning) END,
          f.age, f.warning),
        ('sync_failed',
          CASE WHEN f.disabled OR (f.failures_in_a_row > 0 AND f.last_failure_reason = ANY (${[...hardFailureReasons]}::text[])) THEN 'cannot_sync'
               WHEN f.failures_in_a_row >= ${SOFT_FAILURES} THEN 'failing' ELSE 'ok' END,
          CASE WHEN f.disabled OR (f.failures_in_a_row > 0 AND f.last_failure_reason = ANY (${[...hardFailureReasons]}::text[])) THEN 'high'
               WHEN f.failures_in_a_row >= ${SOFT_FAILURES} THEN 'warning' END,
          f.failures_in_a_row, NULL)
      ) AS v (check_name, outcome, severity, value, expected_high)
      -- Not beside the policy above: PostgreSQL takes the two for independent, expects next to no rows, and plans for that.
      WHERE f.shop_id = ANY (${ids}::uuid[])
    ), judged AS MATERIALIZED (
      SELECT v.shop_id, v.connector_id, v.source, v.engine, v.check_name, v.value, v.warning, v.disabled, v.failures_in_a_row, v.last_failure_reason,
        CASE WHEN v.paused THEN 'paused' ELSE v.outcome END AS outcome,
        CASE WHEN v.paused THEN NULL ELSE v.severity END AS severity,
        v.paused, v.blind, k.severity AS previous_severity, k.outcome AS previous_outcome
      FROM verdicts v JOIN dq_checks k ON k.shop_id = v.shop_id AND k.connector_id = v.connector_id AND k.check_name = v.check_name
      WHERE k.enabled
    ), saved AS (
      INSERT INTO dq_results (shop_id, connector_id, check_name, evaluated_at, outcome, severity, value, expected_high)
      SELECT shop_id, connector_id, check_name, ${now}, CASE WHEN blind THEN 'unknown' ELSE outcome END, severity, value,
             CASE WHEN check_name = 'freshness' THEN warning END
      FROM judged WHERE NOT paused
      ON CONFLICT DO NOTHING RETURNING 1
    ), changed AS (
      UPDATE dq_checks k SET outcome = j.outcome, severity = j.severity, changed_at = ${now}
      FROM judged j
      WHERE k.shop_id = j.shop_id AND k.connector_id = j.connector_id AND k.check_name = j.check_name
        AND (j.outcome IS DISTINCT FROM j.previous_outcome OR j.severity IS DISTINCT FROM j.previous_severity)
      RETURNING j.*
    ), stamped AS (
      UPDATE shop_health SET checked_at = ${now} WHERE ${isFullPass} AND shop_id = ANY (${ids}::uuid[]) RETURNING 1
    )
    SELECT (SELECT count(*) FROM saved) AS results, changed.shop_id AS "shopId", changed.connector_id AS "connectorId", changed.source, changed.engine,
      changed.check_name AS "check", changed.outcome, changed.severity, changed.value::int AS value, changed.warning AS "slaMinutes",
      CASE WHEN changed.disabled THEN 'connection_disabled' ELSE changed.last_failure_reason END AS "failureReason",
      changed.failures_in_a_row AS "failuresInARow", changed.previous_severity IS NOT NULL AS "wasFailing",
      i.id AS "incidentId", i.status AS "incidentStatus", i.severity AS "incidentSeverity", i.opened_at AS "openedAt", i.resolved_at AS "resolvedAt",
      i.resolution, u.id AS "upstreamEventId"
    FROM (SELECT 1) one LEFT JOIN changed ON true
    LEFT JOIN upstream_events u ON u.source = changed.source AND u.ended_at IS NULL AND NOT changed.disabled IS TRUE
      AND NOT (changed.failures_in_a_row > 0 AND coalesce(changed.last_failure_reason = ANY (${[...hardFailureReasons]}::text[]), false))
    LEFT JOIN LATERAL (SELECT id, status, severity, opened_at, resolved_at, resolution FROM dq_incidents
      WHERE shop_id = changed.shop_id AND connector_id = changed.connector_id AND check_name = changed.check_name
      ORDER BY (status <> 'resolved') DESC, opened_at DESC LIMIT 1) i ON true`;
  const changes = rows.filter((row) => row.connectorId !== null);
  // What speaks for many comes first: its parts are told through it.
  if (isFullPass) await judgeShopEvents(tx, ids, now);
  const shopEvents = changes.some(({ severity }) => severity) ? await findShopEvents(tx, ids) : null;
  await applyChanges(
    tx,
    changes.map((change) => ({
      ...change,
      parentId: shopEvents?.get(`${change.shopId}:${change.engine}`) ?? null,
    })),
    now,
  );
  if (isFullPass) await settleParents(tx, ids, now);
  const touched = new Set([...changes.map(({ shopId }) => shopId), ...(isFullPass ? outdated : [])]);
  await saveShopHealth(tx, [...touched], now);
  const seconds = (performance.now() - startedAt) / 1000;
  if (isFullPass) afterCommit(tx, () => dqMetrics.freshnessCheckSeconds.record(seconds, {}));
  afterCommit(tx, () => countFreshnessFailures(changes));
  return { results: Number(rows[0]?.results ?? 0n), changes: changes.length };
}

/**
 * One judge at a time per shop: a tick and a run that ends may meet.
 * @returns the shops that a full pass has more to do for. `outdated`: their stored health has to be looked at though no
 *   verdict of theirs changes, because it never was, a lift has ended since, or it is their turn: every sixteenth, so that
 *   whatever was missed is mended within four hours. `withEndedLimits`: staff's limits of a source are over
 */
async function lockShops(
  tx: ShopTx,
  ids: readonly string[],
  now: Date,
): Promise<{ outdated: string[]; withEndedLimits: string[] }> {
  const turn = Math.floor(now.getTime() / (CHECK_INTERVAL_MINUTES * 60_000)) % 16;
  // Locked in a part of its own, without sub-selects. Under one lock with them PostgreSQL ended with a segmentation fault:
  // it had waited for two rows that were never checked before, and looked again at what a policy guards.
  const rows = await tx.$queryRaw<{ shopId: string; isOutdated: boolean; hasEndedLimits: boolean }[]>`
    WITH h AS MATERIALIZED (
      SELECT shop_id, checked_at FROM shop_health WHERE shop_id = ANY (${[...ids]}::uuid[]) ORDER BY shop_id FOR UPDATE)
    SELECT h.shop_id AS "shopId", h.checked_at IS NULL OR (hashtext(h.shop_id::text) & 15) = ${turn}
      OR EXISTS (SELECT FROM dashboard_lifts l WHERE l.shop_id = h.shop_id AND l.expires_at > h.checked_at AND l.expires_at <= ${now}::timestamptz) AS "isOutdated",
      EXISTS (SELECT FROM connectors c WHERE c.shop_id = h.shop_id AND c.sla_expires_at <= ${now}::timestamptz) AS "hasEndedLimits"
    FROM h`;
  const idsOf = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).map(({ shopId }) => shopId);
  return { outdated: idsOf((row) => row.isOutdated), withEndedLimits: idsOf((row) => row.hasEndedLimits) };
}
