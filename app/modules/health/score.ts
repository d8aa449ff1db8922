import type { ConnectorStatus } from "../connectors/connector.ts";
import type { Severity } from "../severity.ts";
import type { Deduction, StatusCounts, Summary } from "./summary.ts";

/** No score above this while any dashboard is blocked. */
export const BLOCKED_CAP = 49;

export interface ScoredConnector {
  id: string;
  label: string;
  status: ConnectorStatus;
  severity: Severity | null;
  isCriticalSource: boolean;
}

/** A connector's points, or null when it cannot be judged. */
export function pointsOf(status: ConnectorStatus, severity: Severity | null): number | null {
  switch (status) {
    case "learning":
    case "paused":
    case "unknown":
      return null;
    case "error":
      return 0;
    case "healthy":
      return 100;
    case "delayed":
      return severity === "critical" ? 0 : severity === "high" ? 30 : 60;
  }
}

/**
 * The mean of the judged connectors' points, critical sources counting three times, rounded; and where the missing
 * points went: whole points by largest remainder, adding up exactly to 100 − score, largest first.
 */
export function scoreConnectors(
  connectors: readonly ScoredConnector[],
  isBlocked: boolean,
): { score: number | null; deductions: Deduction[] } {
  const judged = connectors.flatMap((connector) => {
    const points = pointsOf(connector.status, connector.severity);
    return points === null ? [] : [{ connector, points, weight: connector.isCriticalSource ? 3 : 1 }];
  });
  if (judged.length === 0) return { score: null, deductions: [] };
  const weights = judged.reduce((sum, one) => sum + one.weight, 0);
  const uncapped = Math.round(judged.reduce((sum, one) => sum + one.weight * one.points, 0) / weights);
  const losses = judged.map((one) => ({
    id: one.connector.id,
    exact: (one.weight * (100 - one.points)) / weights,
    reason: reasonOf(one.connector),
  }));
  const missing = 100 - uncapped;
  const shares = shareOut(
    losses.map((loss) => loss.exact),
    missing,
  );
  const deductions: Deduction[] = losses
    .map((loss, index) => ({
      connectorId: loss.id as string | null,
      reason: loss.reason,
      points: shares[index] ?? 0,
    }))
    .filter((deduction) => deduction.points > 0);
  const score = isBlocked ? Math.min(uncapped, BLOCKED_CAP) : uncapped;
  if (score < uncapped)
    deductions.push({ connectorId: null, reason: "dashboard_blocked", points: uncapped - score });
  return { score, deductions: deductions.sort((a, b) => b.points - a.points) };
}

/** Whole numbers that add up to `total`, each near its exact share: the largest remainders are rounded up. */
function shareOut(exact: readonly number[], total: number): number[] {
  const shares = exact.map(Math.floor);
  let left = total - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder);
  for (let at = 0; left !== 0 && byRemainder.length > 0; at = (at + 1) % byRemainder.length) {
    const { index } = byRemainder[at]!;
    if (left > 0) {
      shares[index]! += 1;
      left -= 1;
    } else if (shares[index]! > 0) {
      shares[index]! -= 1;
      left += 1;
    }
  }
  return shares;
}

const reasonOf = (connector: ScoredConnector): string =>
  connector.status === "error" ? "error" : `delayed_${connector.severity ?? "warning"}`;

/** How many connectors have each status. */
export function countStatuses(statuses: readonly ConnectorStatus[]): StatusCounts {
  const counts: StatusCounts = { healthy: 0, delayed: 0, error: 0, unknown: 0, learning: 0, paused: 0 };
  for (const status of statuses) counts[status] += 1;
  return counts;
}

/** The shop's status in one word. */
export function summarize(
  counts: StatusCounts,
  isBlocked: boolean,
  isStale: boolean,
  score: number | null,
): Summary["status"] {
  if (counts.error > 0 || isBlocked) return "critical";
  if (counts.delayed > 0) return "degraded";
  return isStale || score === null ? "unknown" : "healthy";
}
