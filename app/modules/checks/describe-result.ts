import type { CheckView } from "../connectors/connector.ts";
import { describeMinutes } from "../incidents/incident-words.ts";
import type { Severity } from "../severity.ts";
import { checkLabels, isCheckName } from "./check-names.ts";

/** A check as stored, with its latest result. */
export interface CheckRow {
  check: string;
  enabled: boolean;
  outcome: string;
  severity: Severity | null;
  evaluatedAt: Date | null;
  value: number | null;
  expectedLow: number | null;
  expectedHigh: number | null;
  sentence: string | null;
}

/** A check with its latest result, in a plain sentence. */
export function describeResult(row: CheckRow): CheckView {
  return {
    check: row.check,
    label: isCheckName(row.check) ? checkLabels[row.check] : row.check,
    enabled: row.enabled,
    outcome: row.outcome,
    severity: row.severity,
    evaluatedAt: row.evaluatedAt?.toISOString() ?? null,
    value: row.value,
    expectedLow: row.expectedLow,
    expectedHigh: row.expectedHigh,
    sentence: row.sentence ?? sentenceOf(row),
  };
}

function sentenceOf(row: { outcome: string; value: number | null; expectedHigh: number | null }): string {
  const value = row.value ?? 0;
  const limit = describeMinutes(row.expectedHigh ?? 0);
  switch (row.outcome) {
    case "fresh":
      return `Last synced ${describeMinutes(value)} ago when checked; at most ${limit} is fine.`;
    case "late":
      return `Last synced ${describeMinutes(value)} ago when checked; it should be at most ${limit}.`;
    case "never_synced":
      return `Never synced; waiting for ${describeMinutes(value)}.`;
    case "first_import_running":
      return "The first import is running.";
    case "ok":
      return value > 0
        ? `The last ${value} sync${value === 1 ? "" : "s"} failed; it counts from the third in a row.`
        : "The latest sync succeeded.";
    case "failing":
      return `The last ${value} syncs failed.`;
    case "cannot_sync":
      return "Syncs fail for a reason that will not heal by itself.";
    case "paused":
      return "Not checked while paused.";
    default:
      return "Not checked yet.";
  }
}
