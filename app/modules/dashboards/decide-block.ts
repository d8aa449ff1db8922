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
}

/** Which dashboards would lie now, and why. A lifted dashboard is shown in spite of it. */
export function decideBlocks(
  facts: readonly GateFacts[],
  lifted: ReadonlySet<DashboardKey>,
): DashboardState[] {
  return dashboardKeys.map((key) => {
    const feeding = facts.filter((fact) => sources[fact.connector.source].feeds.includes(key));
    const stale = feeding.filter((fact) => sources[fact.connector.source].isCritical && isTooStale(fact));
    const blocked = stale.length > 0 && !lifted.has(key);
    return {
      key,
      blocked,
      reasons: blocked
        ? stale.map((fact) => ({
            code: "stale" as const,
            connectorId: fact.connector.id,
            message: `${fact.connector.label} has not synced for more than four times its limit, so these numbers would be wrong.`,
          }))
        : [],
      completeThrough: earliest(
        feeding.filter((fact) => !fact.isPaused).map((fact) => fact.connector.completeThrough),
      ),
      nextSteps: blocked
        ? [
            `Open ${stale.map((fact) => fact.connector.label).join(" and ")} to see why and what to do.`,
            "Contact support if it is not back within an hour.",
          ]
        : [],
    };
  });
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
