import type { Source } from "../connectors/sources.ts";
import type { Severity } from "../severity.ts";
import type { CheckName, DataCheckName } from "./check-names.ts";
import type { Thresholds } from "./check-thresholds.ts";

/** What one measure held in a day's rows. */
export interface MeasureOfDay {
  sum: number | null;
  count: number;
  nulls: number;
  negatives: number;
}

/** One profiled day of a connector, in the shop's calendar. */
export interface DayOfData {
  day: string;
  rowCount: number;
  duplicateKeys: number | null;
  nullKeys: number | null;
  foreignRows: number;
  measures: Readonly<Record<string, MeasureOfDay>>;
  categories: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** When these numbers last changed. */
  profiledAt: Date;
  /** The most rows the day was ever seen with. */
  highestRows: number;
}

/** How a source's rows are to be read. */
export interface SourceShape {
  /** `record`: one row an event; `day`: rows of whole days. */
  grain: "record" | "day";
  mainMeasure: string | null;
  measures: Readonly<Record<string, { isNonNegative: boolean; isRequired: boolean }>>;
  /** Measures that have to come to what their parts make. */
  identities: Readonly<
    Record<string, { measure: string; parts: Readonly<Record<string, number>>; tolerance: number }>
  >;
}

/** Days, both included, `YYYY-MM-DD`. */
export interface DaySpan {
  from: string;
  to: string;
}

/** What one check concluded last time, and from which numbers. */
export interface PriorVerdict {
  /** When the profiles that it rests on were read. */
  basisAt: Date;
  /** Up to this day everything had been judged then. */
  judgedThrough: string | null;
  failing: readonly Finding[];
  outcome: CheckVerdict["outcome"] | "not_judged";
  shown: CheckVerdict["shown"];
}

/** Everything the data checks of one connector look at. */
export interface DataFacts {
  source: Source;
  currency: string;
  shape: SourceShape;
  /** Oldest first, without gaps from the first day that held a row; today included. */
  days: readonly DayOfData[];
  /** Whole hours of a record source, oldest first, on the shop's wall clock. */
  hours: readonly { hour: string; count: number }[];
  /** Whether the table held any row of the shop at the last look. */
  hasRows: boolean | null;
  /** The last day a verdict may rest on: a successful sync has ended after it was due. Null: none yet. */
  dueThrough: string | null;
  /** The last whole hour before the last successful sync, on the shop's wall clock. */
  dueThroughHour: string | null;
  /** Days on which unusual numbers are expected: they are not judged by statistics and leave the baseline. */
  expected: readonly DaySpan[];
  /** Days inside incidents of the data that a person did not call a false alarm: they leave the baseline. */
  incidents: readonly DaySpan[];
  /** Days that a person has looked at and resolved: not judged by that check again. */
  settled: readonly (DaySpan & { check: DataCheckName })[];
  /** Rows of the last successful syncs that said how many, newest first. */
  recentRuns: readonly number[];
  prior: ReadonlyMap<DataCheckName, PriorVerdict>;
  /** What staff set for this connector's checks; none: all is as for everybody. */
  thresholds?: ReadonlyMap<CheckName, Thresholds>;
  /** Profiles were read anew although no number need have changed: everything is judged again. */
  isFullPass: boolean;
}

/** What a check found about one day, hour or moment. */
export interface Finding {
  /** A day, an hour, or empty for what belongs to no time. */
  subject: string;
  severity: Severity;
  value: number;
  expectedLow: number | null;
  expectedHigh: number | null;
  score: number | null;
  /** In plain words: "Tuesday 17 Nov: 42 orders, usually 95–140 on a Tuesday." */
  sentence: string;
  /** The last day that was due when it was first found: a statistical finding fades with time. */
  foundOn?: string;
}

/** The state of one check after an evaluation. */
export interface CheckVerdict {
  check: DataCheckName;
  outcome: "passed" | "failed" | "learning" | "not_enough_volume" | "not_due";
  severity: Severity | null;
  /** What fails, newest first. */
  failing: Finding[];
  /** What the result row and the page say: of the worst finding, or of the last day judged. */
  shown: Omit<Finding, "severity" | "foundOn"> | null;
  judgedThrough: string | null;
}
