import type { Connector } from "../connectors/connector.ts";
import { dashboardKeys, sources } from "../connectors/sources.ts";
import { severityOfAge } from "../freshness/freshness.ts";
import { describeMinutes } from "../incidents/incident-words.ts";
import type { BlockReason, DashboardState } from "./dashboard-block.ts";
import { coversReason, type Lift } from "./lift.ts";

/** One connector as far as the gate is concerned. */
export interface GateFacts {
  connector: Pick<
    Connector,
    "id" | "source" | "label" | "sla" | "completeThrough" | "neverSynced" | "recommendedActions"
  >;
  isPaused: boolean;
  /** Age of the data for the gate: since the last success, or since it was added; frozen while we cannot see the engine. */
  ageMinutes: number;
  /** A first import is under way: there is nothing to lie about yet. */
  isFirstImport: boolean;
  /** Its fact table holds nothing of the shop, though it should. */
  isEmpty: boolean;
  /** Rows of it are another shop's. */
  holdsForeignRows: boolean;
}

/** A dashboard's state, and what it would be held back for, had staff not lifted that. */
export interface GateDecision extends DashboardState {
  lifted: { reasons: BlockReason[]; until: Date } | null;
}

/** Which dashboards would lie now, and why. What staff have lifted does not count. */
export function decideBlocks(facts: readonly GateFacts[], lifts: readonly Lift[]): GateDecision[] {
  // A leak between shops holds back everything, whichever source it came by.
  const leaks = facts.filter((fact) => fact.holdsForeignRows).map(securityReason);
  return dashboardKeys.map((key) => {
    const feeding = facts.filter((fact) => sources[fact.connector.source].feeds.includes(key));
    const found = [...leaks, ...feeding.flatMap(reasonOf)];
    const mine = lifts.filter(({ dashboard }) => dashboard === key);
    const isLifted = (reason: BlockReason) => mine.some((lift) => coversReason(lift, reason));
    const reasons = found.filter((reason) => !isLifted(reason));
    return {
      key,
      blocked: reasons.length > 0,
      reasons,
      completeThrough: completeThroughOf(feeding, found),
      nextSteps: nextStepsFor(reasons, facts),
      lifted: liftedOf(found.filter(isLifted), mine),
    };
  });
}

/** Why a source of a dashboard holds it back; only critical sources do. */
function reasonOf(fact: GateFacts): BlockReason[] {
  if (!sources[fact.connector.source].isCritical) return [];
  if (fact.isEmpty) return [emptyReason(fact)];
  return isTooStale(fact) ? [staleReason(fact)] : [];
}

const isTooStale = (fact: GateFacts): boolean =>
  !fact.isPaused && !fact.isFirstImport && severityOfAge(fact.ageMinutes, fact.connector.sla) === "critical";

const staleReason = ({ connector, ageMinutes }: GateFacts): BlockReason => ({
  code: "stale",
  connectorId: connector.id,
  message: connector.neverSynced
    ? `${connector.label} was added ${describeMinutes(ageMinutes)} ago and has never synced, so its numbers are not there.`
    : `${connector.label} last synced ${describeMinutes(ageMinutes)} ago. After ${describeMinutes(connector.sla.criticalMinutes)} its newest numbers would be wrong.`,
});

const emptyReason = ({ connector }: GateFacts): BlockReason => ({
  code: "empty_table",
  connectorId: connector.id,
  message: `There is no data of ${connector.label} any more, so these numbers would be wrong.`,
});

/** Says what a merchant has to know, and nothing of whose rows they are. */
const securityReason = ({ connector }: GateFacts): BlockReason => ({
  code: "security",
  connectorId: connector.id,
  message: `Some data of ${connector.label} is not yours. Everything is held back until this is cleared up.`,
});

/** What a merchant can do about a source, besides looking at it. */
const remedies: ReadonlySet<string> = new Set(["reconnect_source", "check_permissions", "enable_connection"]);

const labelsOf = (facts: readonly GateFacts[]): string =>
  facts.map(({ connector }) => connector.label).join(" and ");

function nextStepsFor(reasons: readonly BlockReason[], facts: readonly GateFacts[]): string[] {
  if (reasons.length === 0) return [];
  if (reasons.some(({ code }) => code === "security"))
    return [
      "You do not need to do anything: our team has been told.",
      "Contact support if you have questions.",
    ];
  const named = facts.filter(({ connector }) =>
    reasons.some(({ connectorId }) => connectorId === connector.id),
  );
  const advice = named.flatMap(({ connector }) =>
    connector.recommendedActions.flatMap(({ code, label }) => (remedies.has(code) ? `${label}.` : [])),
  );
  const syncable = named.filter(({ connector }) =>
    connector.recommendedActions.some(({ code }) => code === "sync_now"),
  );
  if (syncable.length > 0) advice.push(`Start a sync of ${labelsOf(syncable)}.`);
  return [
    `Open ${labelsOf(named)} to see why and what to do.`,
    ...new Set(advice),
    "Contact support if it is not back within an hour.",
  ];
}

/**
 * The last day that is whole in every source of a dashboard. None is while a critical source's table is empty, or while
 * we do not know which rows are the shop's own. A source that is not critical and never synced is in no number and takes
 * no day away; the pages name it.
 */
function completeThroughOf(feeding: readonly GateFacts[], found: readonly BlockReason[]): string | null {
  if (found.some(({ code }) => code !== "stale")) return null;
  let first: string | null = null;
  for (const { connector, isPaused } of feeding) {
    if (isPaused || (connector.neverSynced && !sources[connector.source].isCritical)) continue;
    if (connector.completeThrough === null) return null;
    if (first === null || connector.completeThrough < first) first = connector.completeThrough;
  }
  return first;
}

function liftedOf(reasons: BlockReason[], lifts: readonly Lift[]): GateDecision["lifted"] {
  if (reasons.length === 0) return null;
  // What is shown stays shown until the last lift of each reason ends: the first of these ends is when it may change.
  const ends = reasons.map((reason) =>
    Math.max(
      ...lifts.filter((lift) => coversReason(lift, reason)).map(({ expiresAt }) => expiresAt.getTime()),
    ),
  );
  return { reasons, until: new Date(Math.min(...ends)) };
}
