import { log } from "#app/platform/log.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isBackfillWay, readDaysOf } from "../backfills/read-days.ts";
import { isSource, type Source } from "../connectors/sources.ts";
import { saveShopHealth } from "../health/shop-health.store.server.ts";
import { applyChanges, type Change } from "../incidents/apply-changes.server.ts";
import type { WarehouseMapping } from "../profiles/mapping.ts";
import { loadHours, loadSeries, type Series } from "../profiles/series.store.server.ts";
import { dayOf, hourBefore } from "../shops/shop-days.ts";
import { type CheckName, type DataCheckName, isCheckName, isHardCheck } from "./check-names.ts";
import { readThresholds, type Thresholds } from "./check-thresholds.ts";
import { daysSetApart, dueThroughOf, isDataCheck, SERIES_DAYS, shapeOf } from "./data-basis.ts";
import {
  type Conclusion,
  type ConnectorToJudge,
  loadConnectorsToJudge,
  type StoredCheck,
  saveConclusions,
} from "./data-checks.store.server.ts";
import type { DataFacts, DaySpan, PriorVerdict, SourceShape } from "./data-facts.ts";
import { tellIncident } from "./data-incident-words.ts";
import { speakOfOthers } from "./held-days.ts";
import { judgeData } from "./judge-data.ts";
import { stepStreaks } from "./streaks.ts";

const HOURS_DAYS = 42;

/** Series are held of so many connectors at a time: four hundred days of a whole batch would be hundreds of megabytes. */
const CONNECTORS_AT_ONCE = 100;

interface Asked {
  mapping: WarehouseMapping;
  now: Date;
  isFullPass: boolean;
}

/**
 * Judges the data of a batch of shops from its profiles: one query per kind of fact and hundred connectors, pure
 * functions, one statement for the results, incidents as for every other check. Only connectors that were profiled since
 * they were last judged; in a full pass all that were profiled.
 */
export async function judgeDataOfShops(
  tx: ShopTx,
  { shopIds, ...asked }: Asked & { shopIds: readonly string[] },
): Promise<{ results: number; detections: { check: string; severity: string }[] }> {
  const connectors = (await loadConnectorsToJudge(tx, shopIds, asked.isFullPass)).filter(
    ({ source }) => isSource(source) && asked.mapping[source],
  );
  const changes: Change[] = [];
  const detections: { check: string; severity: string }[] = [];
  let results = 0;
  for (let first = 0; first < connectors.length; first += CONNECTORS_AT_ONCE) {
    const judged = await judgeProfiles(tx, connectors.slice(first, first + CONNECTORS_AT_ONCE), asked);
    results += await saveConclusions(tx, judged.conclusions, asked.now);
    changes.push(...judged.changes);
    for (const { verdict } of judged.conclusions) {
      const { check, severity } = verdict;
      if (severity) detections.push({ check, severity });
    }
  }
  await applyChanges(tx, changes, asked.now);
  if (results > 0) await saveShopHealth(tx, [...new Set(connectors.map(({ shopId }) => shopId))], asked.now);
  return { results, detections };
}

/** What some connectors' profiles say, and what that changes. */
async function judgeProfiles(
  tx: ShopTx,
  connectors: readonly ConnectorToJudge[],
  { mapping, now, isFullPass }: Asked,
): Promise<{ conclusions: Conclusion[]; changes: Change[] }> {
  const connectorIds = connectors.map(({ connectorId }) => connectorId);
  const series = byConnector(await loadSeries(tx, { connectorIds }, { days: SERIES_DAYS, now }));
  const hours = byConnector(await loadHours(tx, { connectorIds }, { days: HOURS_DAYS, now }));
  const conclusions: Conclusion[] = [];
  const changes: Change[] = [];
  for (const connector of connectors) {
    const { shopId, connectorId, profiledAt: basisAt, checks } = connector;
    const source = connector.source as Source;
    const held = heldOf(connector, source, now);
    const facts = factsOf(connector, source, shapeOf(mapping[source]!), held, {
      series: series.get(connectorId),
      hours: hours.get(connectorId)?.hours ?? [],
      isFullPass,
    });
    const enabled = new Set(checks.filter((check) => check.enabled).map(({ check }) => check));
    for (const verdict of judgeSafely(facts, enabled, connector)) {
      const stored = checks.find(({ check }) => check === verdict.check);
      if (!stored) continue;
      const conclude = (failing: number, passing: number) =>
        conclusions.push({
          shopId,
          connectorId,
          basisAt,
          verdict,
          held: held && { ...held, basisAt: lastJudgedAt(stored) ?? basisAt },
          failing,
          passing,
        });
      // What cannot be judged now says nothing: neither that it is well nor that it is not.
      if (verdict.outcome === "not_due") {
        if (stored.outcome === "not_judged") conclude(0, 0);
        continue;
      }
      const isOpen = stored.incidentStatus !== null && stored.incidentStatus !== "resolved";
      const spoken = speakOfOthers(verdict, held, isOpen);
      if (!spoken) continue;
      const step = stepStreaks(stored, spoken.severity, isHardCheck(verdict.check));
      conclude(step.failing, step.passing);
      if (step.incident)
        changes.push(
          changeOf(connector, stored, step.incident, tellIncident(source, spoken), verdict.outcome),
        );
    }
  }
  return { conclusions, changes };
}

const byConnector = <Of extends { connectorId: string }>(all: readonly Of[]): Map<string, Of> =>
  new Map(all.map((one) => [one.connectorId, one]));

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

/** The days that a backfill is loading, with those it reads beside them. */
function heldOf({ backfill, timeZone }: ConnectorToJudge, source: Source, now: Date): DaySpan | null {
  if (!backfill) return null;
  const { strategy } = backfill;
  // A way that is not known reads the most.
  const way = isBackfillWay(strategy) ? strategy : "airbyte_rewind";
  const { startDay, endDay } = readDaysOf(backfill, { source, way, today: dayOf(now, timeZone) });
  return { from: startDay, to: endDay };
}

function factsOf(
  connector: ConnectorToJudge,
  source: Source,
  shape: SourceShape,
  held: DaySpan | null,
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
    held,
    thresholds: thresholdsOf(checks),
    isFullPass,
  };
}

/** When those profiles were read on which held days were last judged. */
const lastJudgedAt = ({ evaluatedAt, findings }: StoredCheck): Date | null =>
  evaluatedAt && new Date(findings.held?.basisAt ?? findings.basisAt ?? 0);

/** What staff set for a connector's checks. */
export const thresholdsOf = (
  checks: readonly { check: string; thresholds: unknown }[],
): ReadonlyMap<CheckName, Thresholds> =>
  new Map(
    checks.flatMap(({ check, thresholds }): [CheckName, Thresholds][] =>
      isCheckName(check) ? [[check, readThresholds(check, thresholds)]] : [],
    ),
  );

const priorOf = ({ evaluatedAt, outcome, findings }: StoredCheck): PriorVerdict | null =>
  evaluatedAt && {
    basisAt: new Date(findings.basisAt ?? 0),
    outcome,
    judgedThrough: findings.judgedThrough ?? null,
    failing: findings.failing ?? [],
    shown: findings.shown ?? null,
    held: findings.held ? { ...findings.held, basisAt: new Date(findings.held.basisAt) } : null,
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
