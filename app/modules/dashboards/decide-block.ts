import type { Connector } from "../connectors/connector.ts";
import { type DashboardKey, dashboardKeys, sources } from "../connectors/sources.ts";
import { severityOfAge } from "../freshness/freshness.ts";
import type { DashboardState } from "./dashboard-block.ts";

/** One connector as far as the gate is concerned. */
export interface GateFacts {
  connector: Pick<Connector, "id" | "source" | "label" | "sla" | "completeThrough">;
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

type Reason = DashboardState["reasons"][number];

/** Which dashboards would lie now, and why. A lifted dashboard is shown in spite of it. */
export function decideBlocks(
  facts: readonly GateFacts[],
  lifted: ReadonlySet<DashboardKey>,
): DashboardState[] {
  const foreign = facts.filter((fact) => fact.holdsForeignRows).map(securityReason);
  return dashboardKeys.map((key) => {
    const feeding = facts.filter((fact) => sources[fact.connector.source].feeds.includes(key));
    const critical = feeding.filter((fact) => sources[fact.connector.source].isCritical);
    const reasons = lifted.has(key)
      ? []
      : [
          // A leak between shops holds back everything, whichever source it came by.
          ...foreign,
          ...critical.flatMap((fact) =>
            fact.isEmpty ? [emptyReason(fact)] : isTooStale(fact) ? [staleReason(fact)] : [],
          ),
        ];
    const named = facts.filter((fact) =>
      reasons.some(({ connectorId }) => connectorId === fact.connector.id),
    );
    return {
      key,
      blocked: reasons.length > 0,
      reasons,
      completeThrough: earliest(
        feeding.filter((fact) => !fact.isPaused).map((fact) => fact.connector.completeThrough),
      ),
      nextSteps: reasons.length > 0 ? nextStepsFor(named, foreign.length > 0) : [],
    };
  });
}

const staleReason = ({ connector }: GateFacts): Reason => ({
  code: "stale",
  connectorId: connector.id,
  message: `${connector.label} has not synced for more than four times its limit, so these numbers would be wrong.`,
});

const emptyReason = ({ connector }: GateFacts): Reason => ({
  code: "empty_table",
  connectorId: connector.id,
  message: `There is no data of ${connector.label} any more, so these numbers would be wrong.`,
});

const securityReason = ({ connector }: GateFacts): Reason => ({
  code: "security",
  connectorId: connector.id,
  message: `Some data of ${connector.label} is not yours. Everything is held back until this is cleared up.`,
});

function nextStepsFor(named: readonly GateFacts[], isSecurity: boolean): string[] {
  const labels = named.map((fact) => fact.connector.label).join(" and ");
  return isSecurity
    ? ["You do not need to do anything: our team has been told.", "Contact support if you have questions."]
    : [`Open ${labels} to see why and what to do.`, "Contact support if it is not back within an hour."];
}

const isTooStale = (fact: GateFacts): boolean =>
  !fact.isPaused && !fact.isFirstImport && severityOfAge(fact.ageMinutes, fact.connector.sla) === "critical";

/** The earliest of several days; null when any is unknown or there is none. */
function earliest(days: readonly (string | null)[]): string | null {
  let first: string | null = null;
  for (const day of days) {
    if (day === null) return null;
    if (first === null || day < first) first = day;
  }
  return first;
}
