import type { Severity } from "../severity.ts";

/** How often in a row a check failed or passed; one of the two is 0. */
export interface Streaks {
  failing: number;
  passing: number;
}

/** Statistical checks need this many evaluations in a row to open, and to close, an incident. */
export const EVALUATIONS_IN_A_ROW = 2;

export type StreakStep = Streaks & {
  /** What the incident is told: a severity to open or go on with, null to end it, or nothing yet. */
  incident: { severity: Severity | null; wasFailing: boolean } | null;
};

/**
 * One more evaluation that counts (its profile was computed anew). A hard check speaks at once; a statistical one when
 * the same came twice in a row. What is neither passed nor failed (learning, too little volume) ends nothing by itself:
 * it counts as passing, because nothing is wrong that could be named.
 */
export function stepStreaks(before: Streaks, severity: Severity | null, isHard: boolean): StreakStep {
  const needed = isHard ? 1 : EVALUATIONS_IN_A_ROW;
  if (severity !== null) {
    const failing = before.failing + 1;
    return {
      failing,
      passing: 0,
      incident: failing >= needed ? { severity, wasFailing: before.failing >= needed } : null,
    };
  }
  const passing = before.passing + 1;
  return {
    failing: 0,
    passing,
    incident: passing >= needed ? { severity: null, wasFailing: false } : null,
  };
}
