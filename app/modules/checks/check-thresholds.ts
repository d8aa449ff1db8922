import { z } from "zod";
import { type CheckName, type DataCheckName, isCheckName } from "./check-names.ts";

/** One number that staff may set for one check of one connector. */
export interface Limit {
  label: string;
  default: number;
  min: number;
  max: number;
  /** Only whole numbers. */
  isWhole: boolean;
}

const score = (label: string, standard: number): Limit => ({
  label,
  default: standard,
  min: 0.5,
  max: 20,
  isWhole: false,
});
const count = (label: string, standard: number, max: number, min = 0): Limit => ({
  label,
  default: standard,
  min,
  max,
  isWhole: true,
});

/**
 * A warning is told from this score on. The detector's own limit, 0.5, is met about 12 times a year in an untidy series, and
 * a shop has a dozen series and more: that would be noise. (On 22 quiet series-years of the demo: 5.6 a year at 0.5, 1.4 at
 * 0.7, 0.4 at the alert limit.)
 */
const TOLD_SCORE = 0.7;

const ofVolume = { warning: score("Warning from score", TOLD_SCORE), high: score("High from score", 1) };

/** What can be set, with what holds where nothing is. Scores are on the detectors' common scale: 1 is their alert limit. */
export const checkLimits = {
  row_count_drop: ofVolume,
  volume_anomaly: ofVolume,
  stuck_values: ofVolume,
  zero_orders: { from: score("From score", 0.5) },
  zero_spend: { from: score("From score", 0.5) },
  silent_hours: { from: score("From score", 1) },
  null_rate: { from: score("From score", 1) },
  distribution_drift: { from: score("From score", 1) },
  cardinality_shift: { from: score("From score", 0.5) },
  missing_days: {
    allowedDays: count("Missing days allowed", 0, 60),
    warningDays: count("Missing days up to which it is a warning", 3, 90),
  },
  duplicate_primary_key: { allowedRows: count("Duplicate rows allowed a day", 0, 1_000_000) },
  negative_values: { allowedRows: count("Rows with a negative value allowed a day", 0, 1_000_000) },
  metric_inconsistency: {
    warning: { label: "Warning from so many tolerances apart", default: 1, min: 1, max: 100, isWhole: false },
    high: { label: "High from so many tolerances apart", default: 5, min: 1, max: 1_000, isWhole: false },
  },
  zero_row_sync: { emptySyncs: count("Empty syncs in a row, at least", 1, 1_000, 1) },
} as const satisfies Partial<Record<DataCheckName, Readonly<Record<string, Limit>>>>;

export type AdjustableCheck = keyof typeof checkLimits;
export type LimitsOf<Check extends AdjustableCheck> = Record<keyof (typeof checkLimits)[Check], number>;

/** What staff set of one check; what is not named is as it is for everybody. */
export type Thresholds = Readonly<Record<string, number>>;

export const isAdjustable = (check: string): check is AdjustableCheck => Object.hasOwn(checkLimits, check);

/** The limits of a check that can be set, by name. None for one that cannot be. */
export const limitsByName = (check: string): Readonly<Record<string, Limit>> =>
  isAdjustable(check) ? checkLimits[check] : {};

/** What a connector's check is judged by. */
export function limitsOf<Check extends AdjustableCheck>(
  set: ReadonlyMap<CheckName, Thresholds> | undefined,
  check: Check,
): LimitsOf<Check> {
  const own = set?.get(check) ?? {};
  return Object.fromEntries(
    Object.entries(checkLimits[check]).map(([name, limit]: [string, Limit]) => [
      name,
      own[name] ?? limit.default,
    ]),
  ) as LimitsOf<Check>;
}

/** What is stored, as far as it can be used: a row that an older or newer version wrote stops no judging. */
export function readThresholds(check: string, stored: unknown): Thresholds {
  if (typeof stored !== "object" || stored === null) return {};
  return Object.fromEntries(
    Object.entries(limitsByName(check)).flatMap(([name, limit]) => {
      const value = (stored as Record<string, unknown>)[name];
      return typeof value === "number" && value >= limit.min && value <= limit.max ? [[name, value]] : [];
    }),
  );
}

/** What keeps other shops' data out, and what blocks a dashboard, is judged for everybody. Lateness is set by the SLA. */
export const cannotBeSwitchedOff: ReadonlySet<CheckName> = new Set([
  "tenant_isolation",
  "empty_table",
  "freshness",
]);

export const Check = z.string().refine(isCheckName, "There is no such check.");

/** How one check of one connector is to be judged from now on. */
export const CheckSetting = z.object({
  enabled: z.boolean(),
  thresholds: z.record(z.string(), z.number()).default({}),
});
export type CheckSetting = { enabled: boolean; thresholds: Thresholds };

/** Messages by field; none when the setting can be saved. */
export function findSettingProblems(
  check: CheckName,
  { enabled, thresholds }: CheckSetting,
): Record<string, string[]> {
  const problems: Record<string, string[]> = {};
  if (!enabled && cannotBeSwitchedOff.has(check)) problems.enabled = ["This check cannot be switched off."];
  const limits = limitsByName(check);
  for (const [name, value] of Object.entries(thresholds)) {
    const limit = limits[name];
    if (!limit) problems[name] = ["This check has no such threshold."];
    else if (!(value >= limit.min && value <= limit.max))
      problems[name] = [`Give a number from ${limit.min} to ${limit.max}.`];
    else if (limit.isWhole && !Number.isInteger(value)) problems[name] = ["Give a whole number."];
  }
  const inForce = (name: string) => thresholds[name] ?? limits[name]?.default;
  const [warning, high] = [inForce("warning"), inForce("high")];
  if (warning !== undefined && high !== undefined && high < warning && !problems.high && !problems.warning)
    problems.high = ["High must not begin below warning."];
  const [allowed, warned] = [inForce("allowedDays"), inForce("warningDays")];
  if (allowed !== undefined && warned !== undefined && warned < allowed && !problems.warningDays)
    problems.warningDays = ["This must not be below what is allowed."];
  return problems;
}

/** Only what differs from what holds for everybody: when that changes one day, so does what was left alone. */
export function ownThresholds(check: string, thresholds: Thresholds): Thresholds {
  const limits = limitsByName(check);
  return Object.fromEntries(
    Object.entries(thresholds).filter(([name, value]) => limits[name] && value !== limits[name].default),
  );
}
