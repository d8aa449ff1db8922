import { log } from "#app/platform/log.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource, type Source } from "../connectors/sources.ts";
import { applyChanges, type Change } from "../incidents/apply-changes.server.ts";
import type { WarehouseMapping } from "../profiles/mapping.ts";
import { loadHours, loadSeries, type Series } from "../profiles/series.store.server.ts";
import { hourBefore } from "../shops/shop-days.ts";
import { type DataCheckName, isHardCheck } from "./check-names.ts";
import { daysSetApart, dueThroughOf, isDataCheck, SERIES_DAYS, shapeOf } from "./data-basis.ts";
import {
  type Conclusion,
  type ConnectorToJudge,
  loadConnectorsToJudge,
  type StoredCheck,
  saveConclusions,
} from "./data-checks.store.server.ts";
import type { DataFacts, PriorVerdict, SourceShape } from "./data-facts.ts";
import { tellIncident } from "./data-incident-words.ts";
import { judgeData } from "./judge-data.ts";
import { stepStreaks } from "./streaks.ts";

const HOURS_DAYS = 42;

/**
 * Judges the data of a batch of shops from its profiles: one query per kind of fact, pure functions, one statement for
 * the results, incidents as for every other check. Only connectors that were profiled since they were last judged; in a
 * full pass all that were profiled.
 */
export async function judgeDataOfShops(
  tx: ShopTx,
  {
    shopIds,
    mapping,
    now,
    isFullPass,
  }: { shopIds: readonly string[]; mapping: WarehouseMapping; now: Date; isFullPass: boolean },
): Promise<{ results: number; detections: { check: string; severity: string }[] }> {
  const connectors = (await loadConnectorsToJudge(tx, shopIds, isFullPass)).filter(
    ({ source }) => isSource(source) && mapping[source],
  );
  if (connectors.length === 0) return { results: 0, detections: [] };
  const connectorIds = connectors.map(({ connectorId }) => connectorId);
  const series = new Map(
    (await loadSeries(tx, { connectorIds }, { days: SERIES_DAYS, now })).map((one) => [one.connectorId, one]),
  );
  const hours = new Map(
    (await loadHours(tx, { connectorIds }, { days: HOURS_DAYS, now })).map((one) => [
      one.connectorId,
      one.hours,
    ]),
  );
  const conclusions: Conclusion[] = [];
  const changes: Change[] = [];
  for (const connector of connectors) {
    const source = connector.source as Source;
    const facts = factsOf(connector, source, shapeOf(mapping[source]!), {
      series: series.get(connector.connectorId),
      hours: hours.get(connector.connectorId) ?? [],
      isFullPass,
    });
    const enabled = new Set(connector.checks.filter((check) => check.enabled).map(({ check }) => check));
    for (const verdict of judgeSafely(facts, enabled, connector)) {
      const stored = connector.checks.find(({ check }) => check === verdict.check);
      if (!stored) continue;
      // What cannot be judged now says nothing: neither that it is well nor that it is not.
      if (verdict.outcome === "not_due") {
        if (stored.outcome === "not_judged")
          conclusions.push({
            shopId: connector.shopId,
            connectorId: connector.connectorId,
            basisAt: connector.profiledAt,
            verdict,
            failing: 0,
            passing: 0,
          });
        continue;
      }
      const step = stepStreaks(stored, verdict.severity, isHardCheck(verdict.check));
      conclusions.push({
        shopId: connector.shopId,
        connectorId: connector.connectorId,
        basisAt: connector.profiledAt,
        verdict,
        failing: step.failing,
        passing: step.passing,
      });
      if (step.incident)
        changes.push(
          changeOf(connector, stored, step.incident, tellIncident(source, verdict), verdict.outcome),
        );
    }
  }
  const results = await saveConclusions(tx, conclusions, now);
  await applyChanges(tx, changes, now);
  return {
    results,
    detections: conclusions.flatMap(({ verdict: { check, severity } }) =>
      severity ? [{ check, severity }] : [],
    ),
  };
}

/** One connector's odd numbers must not keep the others from being judged. */
function judgeSafely(
  facts: DataFacts,
  enabled: ReadonlySet<string>,
  { shopId, connectorId }: ConnectorToJudge,
) {
  try {
    return judgeData(facts, enabled);
  } catch (error) {
    log.error({ err: error, shopId, connectorId }, "a connector's data could not be judged");
    return [];
  }
}

function factsOf(
  connector: ConnectorToJudge,
  source: Source,
  shape: SourceShape,
  {
    series,
    hours,
    isFullPass,
  }: { series: Series | undefined; hours: readonly { hour: string; count: number }[]; isFullPass: boolean },
): DataFacts {
  const { lastSucceededAt, timeZone, past, checks } = connector;
  const failing = checks.flatMap(({ findings }) => findings.failing ?? []);
  return {
    source,
    currency: connector.currency,
    shape,
    days: series?.days ?? [],
    hours,
    hasRows: series?.hasRows ?? null,
    dueThrough: dueThroughOf(source, lastSucceededAt, timeZone),
    dueThroughHour: lastSucceededAt ? hourBefore(lastSucceededAt, timeZone) : null,
    expected: connector.expected,
    ...daysSetApart(past, failing),
    recentRuns: connector.recentRuns,
    prior: new Map(
      checks.flatMap((stored): [DataCheckName, PriorVerdict][] => {
        const prior = priorOf(stored);
        return prior && isDataCheck(stored.check) ? [[stored.check, prior]] : [];
      }),
    ),
    isFullPass,
  };
}

const priorOf = ({ evaluatedAt, outcome, findings }: StoredCheck): PriorVerdict | null =>
  evaluatedAt && {
    basisAt: new Date(findings.basisAt ?? 0),
    outcome,
    judgedThrough: findings.judgedThrough ?? null,
    failing: findings.failing ?? [],
    shown: findings.shown ?? null,
  };

function changeOf(
  { shopId, connectorId, source }: ConnectorToJudge,
  stored: StoredCheck,
  { severity, wasFailing }: Pick<Change, "severity" | "wasFailing">,
  told: NonNullable<Change["told"]>,
  outcome: string,
): Change {
  return {
    shopId,
    connectorId,
    source,
    check: stored.check,
    outcome,
    severity,
    wasFailing,
    value: null,
    slaMinutes: 0,
    failureReason: null,
    failuresInARow: 0,
    incidentId: stored.incidentId,
    incidentStatus: stored.incidentStatus,
    incidentSeverity: stored.incidentSeverity,
    openedAt: stored.openedAt,
    resolvedAt: stored.resolvedAt,
    resolution: stored.resolution,
    upstreamEventId: null,
    parentId: null,
    told,
  };
}
