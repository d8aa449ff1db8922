import type { CheckView } from "../connectors/connector.ts";
import { describeMinutes } from "../incidents/incident-words.ts";
import type { Severity } from "../severity.ts";
import { type CheckName, checkLabels, checkNames, isCheckName } from "./check-names.ts";

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
    sentence: (isToldElsewhere(row) ? null : row.sentence) ?? sentenceOf(row),
  };
}

/** What the last day showed is unusual, but it is another check that says so: this one passed. */
const isToldElsewhere = ({ outcome, value, expectedLow, expectedHigh }: CheckRow): boolean =>
  outcome === "passed" &&
  value !== null &&
  ((expectedLow !== null && value < expectedLow) || (expectedHigh !== null && value > expectedHigh));

/** Checks in the order in which a page shows them; one that we have since dropped comes last. */
export function describeResults(rows: readonly CheckRow[]): CheckView[] {
  const place = ({ check }: CheckRow) => (isCheckName(check) ? checkNames.indexOf(check) : checkNames.length);
  return [...rows].sort((a, b) => place(a) - place(b)).map(describeResult);
}

/** What is true where a check passes and has nothing to show of its last day. */
const passedSentences: Partial<Record<CheckName, string>> = {
  tenant_isolation: "Every row came through your own connections.",
  empty_table: "The table holds data.",
  missing_days: "Every day is there.",
  zero_orders: "No day was empty that should not be.",
  zero_spend: "No day was without spend that should not be.",
  silent_hours: "No hours were quieter than chance explains.",
  row_count_drop: "No unusual drop besides what other checks tell.",
  volume_anomaly: "No unusual amount besides what other checks tell.",
  stuck_values: "No value repeats day after day.",
  duplicate_primary_key: "No key is there twice.",
  negative_values: "No value is below zero that cannot be.",
  null_rate: "No more values are missing than usual.",
  metric_inconsistency: "Totals agree with their parts.",
  distribution_drift: "The mix is as usual.",
  cardinality_shift: "As many different values as usual.",
  zero_row_sync: "Syncs bring rows as usual.",
};

/** What a result says in a plain sentence, where its check found nothing to say of a day. */
export function sentenceOf(row: Pick<CheckRow, "check" | "outcome" | "value" | "expectedHigh">): string {
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
    case "passed":
      return (isCheckName(row.check) && passedSentences[row.check]) || "Nothing unusual was found.";
    case "learning":
      return row.check === "zero_row_sync"
        ? "Needs twenty syncs that say how many rows they brought."
        : "Needs two weeks with two weekends, and enough data in them, to know what is usual.";
    case "not_enough_volume":
      return "There is too little data to tell an unusual day from chance.";
    case "not_due":
      // Judged from the first day on, where there are figures to compare.
      return row.check === "metric_inconsistency"
        ? "No totals and parts of this source are compared."
        : "Waits for a whole day of data and a sync after it.";
    case "failed":
      return "Something unusual was found.";
    default:
      return "Not checked yet.";
  }
}
