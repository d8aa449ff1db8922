import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { IncidentStatus, Resolution } from "../incidents/incident.ts";
import type { Severity } from "../severity.ts";
import { checksBySource } from "./check-names.ts";
import type { CheckVerdict, DaySpan, Finding, HeldDays } from "./data-facts.ts";
import { sentenceOf } from "./describe-result.ts";

/** One stored check with its latest incident. */
export interface StoredCheck {
  check: string;
  enabled: boolean;
  /** As staff set them; to be read by `readThresholds`. */
  thresholds: unknown;
  outcome: CheckVerdict["outcome"] | "not_judged";
  severity: Severity | null;
  evaluatedAt: Date | null;
  failing: number;
  passing: number;
  findings: {
    basisAt?: string;
    judgedThrough?: string | null;
    failing?: Finding[];
    shown?: CheckVerdict["shown"];
    held?: DaySpan & { basisAt: string };
  };
  incidentId: string | null;
  incidentStatus: IncidentStatus | null;
  incidentSeverity: Severity | null;
  openedAt: Date | null;
  resolvedAt: Date | null;
  resolution: Resolution | null;
}

/** A connector whose data was profiled since it was last judged, with everything but its profiles. */
export interface ConnectorToJudge {
  shopId: string;
  connectorId: string;
  source: string;
  timeZone: string;
  currency: string;
  profiledAt: Date;
  lastSucceededAt: Date | null;
  checks: StoredCheck[];
  recentRuns: number[];
  expected: DaySpan[];
  /** Resolved incidents of the data: their days, and whether a person called them expected or a false alarm. */
  past: (DaySpan & { check: string; resolution: string | null })[];
  /** The backfill that is loading days of it, if one is. */
  backfill: { startDay: string; endDay: string; strategy: string | null } | null;
}

const RUNS_LOOKED_AT = 100;

/** Gives every connector to judge the checks of its source, where it lacks one. */
async function provisionChecks(tx: ShopTx, shopIds: readonly string[], isFullPass: boolean): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO dq_checks (shop_id, connector_id, check_name)
    SELECT c.shop_id, c.id, k.check_name FROM connectors c
    JOIN (SELECT s.source, n.check_name FROM jsonb_to_recordset(${JSON.stringify(checksBySource)}::jsonb) AS s (source text, checks text[]),
      unnest(s.checks) AS n (check_name)) k ON k.source = c.source
    WHERE c.shop_id = ANY (${[...shopIds]}::uuid[]) AND c.profiled_at IS NOT NULL AND (${isFullPass} OR c.judged_at IS NULL)
    ON CONFLICT DO NOTHING`;
}

/** The connectors of a batch whose profiles are newer than their verdicts; all that were profiled, in a full pass. */
export async function loadConnectorsToJudge(
  tx: ShopTx,
  shopIds: readonly string[],
  isFullPass: boolean,
): Promise<ConnectorToJudge[]> {
  await provisionChecks(tx, shopIds, isFullPass);
  const rows = await tx.$queryRaw<ConnectorToJudge[]>`
    SELECT c.shop_id AS "shopId", c.id AS "connectorId", c.source, s.time_zone AS "timeZone", s.currency,
      c.profiled_at AS "profiledAt", c.last_succeeded_at AS "lastSucceededAt", k.checks,
      coalesce(r.runs, '[]') AS "recentRuns", coalesce(w.spans, '[]') AS expected, coalesce(p.spans, '[]') AS past, f.backfill
    FROM connectors c JOIN shops s ON s.id = c.shop_id
    CROSS JOIN LATERAL (
      SELECT json_agg(json_build_object('check', q.check_name, 'enabled', q.enabled, 'thresholds', q.thresholds, 'outcome', q.outcome, 'severity', q.severity,
          'evaluatedAt', q.evaluated_at, 'failing', q.failing_streak, 'passing', q.passing_streak, 'findings', q.findings,
          'incidentId', i.id, 'incidentStatus', i.status, 'incidentSeverity', i.severity, 'openedAt', i.opened_at, 'resolvedAt', i.resolved_at,
          'resolution', i.resolution)) AS checks
      FROM dq_checks q
      LEFT JOIN LATERAL (SELECT id, status, severity, opened_at, resolved_at, resolution FROM dq_incidents
        WHERE shop_id = q.shop_id AND connector_id = q.connector_id AND check_name = q.check_name
        ORDER BY (status <> 'resolved') DESC, opened_at DESC LIMIT 1) i ON true
      WHERE q.shop_id = c.shop_id AND q.connector_id = c.id AND q.check_name NOT IN ('freshness', 'sync_failed')
    ) k
    LEFT JOIN LATERAL (
      SELECT json_agg(l.rows_synced) AS runs FROM (SELECT rows_synced FROM sync_runs
        WHERE shop_id = c.shop_id AND connector_id = c.id AND status = 'succeeded' ORDER BY ended_at DESC LIMIT ${RUNS_LOOKED_AT}) l
      WHERE l.rows_synced IS NOT NULL
    ) r ON true
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('from', start_day, 'to', end_day)) AS spans FROM expected_windows
      WHERE shop_id = c.shop_id AND (connector_id IS NULL OR connector_id = c.id)
    ) w ON true
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('from', first_day, 'to', last_day, 'check', check_name, 'resolution', resolution)) AS spans
      FROM dq_incidents WHERE shop_id = c.shop_id AND connector_id = c.id AND status = 'resolved' AND first_day IS NOT NULL
    ) p ON true
    LEFT JOIN LATERAL (
      SELECT json_build_object('startDay', start_day, 'endDay', end_day, 'strategy', strategy) AS backfill FROM backfill_jobs
      WHERE shop_id = c.shop_id AND connector_id = c.id AND status IN ('starting', 'running', 'cancelling') LIMIT 1
    ) f ON true
    WHERE c.shop_id = ANY (${[...shopIds]}::uuid[]) AND c.profiled_at IS NOT NULL AND c.paused_at IS NULL AND k.checks IS NOT NULL
      AND (${isFullPass} OR c.judged_at IS NULL OR c.profiled_at > c.judged_at)
    ORDER BY c.shop_id, c.id`;
  const instant = (text: unknown) => (typeof text === "string" ? new Date(text) : null);
  return rows.map((row) => ({
    ...row,
    checks: row.checks.map((check) => ({
      ...check,
      evaluatedAt: instant(check.evaluatedAt),
      openedAt: instant(check.openedAt),
      resolvedAt: instant(check.resolvedAt),
    })),
  }));
}

/** What one check concluded, ready to be stored. */
export interface Conclusion {
  shopId: string;
  connectorId: string;
  /** When the profiles it rests on were read. */
  basisAt: Date;
  verdict: CheckVerdict;
  /** Days of which it concludes nothing yet. */
  held: HeldDays | null;
  failing: number;
  passing: number;
}

/** Of checks that know no more or less: 1 is where an alarm begins. */
const certainScores: Partial<Record<CheckVerdict["outcome"], number>> = { failed: 1, passed: 0 };

/** Stores a batch's conclusions: one result for each evaluation, and each check as it stands now. */
export async function saveConclusions(
  tx: ShopTx,
  conclusions: readonly Conclusion[],
  now: Date,
): Promise<number> {
  if (conclusions.length === 0) return 0;
  const rows = JSON.stringify(
    conclusions.map(({ shopId, connectorId, basisAt, held, failing, passing, verdict }) => ({
      shop_id: shopId,
      connector_id: connectorId,
      check_name: verdict.check,
      outcome: verdict.outcome,
      severity: verdict.severity,
      subject: verdict.shown?.subject ?? "",
      value: verdict.shown?.value ?? null,
      expected_low: verdict.shown?.expectedLow ?? null,
      expected_high: verdict.shown?.expectedHigh ?? null,
      score: verdict.shown?.score ?? certainScores[verdict.outcome] ?? null,
      sentence:
        verdict.shown?.sentence ??
        sentenceOf({ check: verdict.check, outcome: verdict.outcome, value: null, expectedHigh: null }),
      failing_streak: failing,
      passing_streak: passing,
      basis_at: basisAt,
      findings: {
        basisAt,
        judgedThrough: verdict.judgedThrough,
        failing: verdict.failing,
        shown: verdict.shown,
        ...(held ? { held } : {}),
      },
    })),
  );
  await tx.$executeRaw`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${rows}::jsonb) AS g (shop_id uuid, connector_id uuid, check_name text, outcome text, severity text,
        subject text, value float8, expected_low float8, expected_high float8, score float8, sentence text,
        failing_streak int, passing_streak int, basis_at timestamptz, findings jsonb)
    ), saved AS (
      INSERT INTO dq_results (shop_id, connector_id, check_name, evaluated_at, subject, outcome, severity, value, expected_low, expected_high, score, sentence)
      SELECT shop_id, connector_id, check_name, ${now}, subject, outcome, severity, value, expected_low, expected_high, score, sentence FROM given
      WHERE outcome <> 'not_due'
      ON CONFLICT DO NOTHING
    ), judged AS (
      UPDATE connectors c SET judged_at = g.basis_at FROM (SELECT DISTINCT shop_id, connector_id, basis_at FROM given) g
      WHERE c.shop_id = g.shop_id AND c.id = g.connector_id
    )
    UPDATE dq_checks k SET outcome = g.outcome, severity = g.severity, failing_streak = g.failing_streak, passing_streak = g.passing_streak,
      findings = g.findings, evaluated_at = ${now},
      changed_at = CASE WHEN (k.outcome, k.severity) IS DISTINCT FROM (g.outcome, g.severity) THEN ${now} ELSE k.changed_at END
    FROM given g WHERE k.shop_id = g.shop_id AND k.connector_id = g.connector_id AND k.check_name = g.check_name`;
  return conclusions.length;
}
