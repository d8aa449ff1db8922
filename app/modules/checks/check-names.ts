import { type Source, sources } from "../connectors/sources.ts";

/** Every check, in the order a connector's page shows them, by what it says when it passes. */
export const checkLabels = {
  freshness: "Synced on time",
  sync_failed: "Syncs succeed",
  tenant_isolation: "Only your data",
  empty_table: "Data is there",
  missing_days: "No day is missing",
  zero_orders: "Orders keep coming",
  zero_spend: "Spend keeps coming",
  silent_hours: "No unusual silence",
  row_count_drop: "As many records as usual",
  volume_anomaly: "Amounts as usual",
  stuck_values: "Values keep changing",
  duplicate_primary_key: "No duplicates",
  negative_values: "No negative values",
  null_rate: "No values are missing",
  metric_inconsistency: "Figures agree",
  distribution_drift: "Mix as usual",
  cardinality_shift: "Variety as usual",
  zero_row_sync: "Syncs bring data",
} as const;

export type CheckName = keyof typeof checkLabels;
export const checkNames = Object.keys(checkLabels) as CheckName[];
export const isCheckName = (value: string): value is CheckName => Object.hasOwn(checkLabels, value);

/** What is judged from facts of the syncs, every 15 minutes; everything else from profiles of the data. */
export type DataCheckName = Exclude<CheckName, "freshness" | "sync_failed">;

/**
 * Deterministic checks count at the first evaluation; statistical ones open an incident at the second failing evaluation
 * in a row and close it at the second passing one.
 */
const hardChecks: ReadonlySet<CheckName> = new Set([
  "freshness",
  "sync_failed",
  "tenant_isolation",
  "empty_table",
  "missing_days",
  "duplicate_primary_key",
  "negative_values",
  "metric_inconsistency",
]);
export const isHardCheck = (check: CheckName): boolean => hardChecks.has(check);

const everywhere = [
  "tenant_isolation",
  "volume_anomaly",
  "stuck_values",
  "duplicate_primary_key",
  "negative_values",
  "null_rate",
  "metric_inconsistency",
  "distribution_drift",
  "cardinality_shift",
  "zero_row_sync",
] as const satisfies readonly DataCheckName[];
/** Sources that arrive record by record have hours, and days without a record are no gaps. */
const ofRecords = [
  "row_count_drop",
  "silent_hours",
  "empty_table",
] as const satisfies readonly DataCheckName[];
const ofDays = ["missing_days"] as const satisfies readonly DataCheckName[];
const ofAds = [...ofDays, "zero_spend"] as const satisfies readonly DataCheckName[];

const ownChecks: Readonly<Record<Source, readonly DataCheckName[]>> = {
  shopify_orders: [...ofRecords, "zero_orders"],
  shopify_refunds: ofRecords,
  recharge: [...ofRecords, "zero_orders"],
  meta_ads: ofAds,
  google_ads: ofAds,
  tiktok_ads: ofAds,
  pinterest_ads: ofAds,
  snap_ads: ofAds,
  amazon_ads: ofAds,
  klaviyo: ofDays,
  postscript: ofDays,
  attentive: ofDays,
  ga4: ofDays,
};

/** The checks a source's connectors get, in the order of `checkLabels`. */
export function checksOf(source: Source): CheckName[] {
  const wanted = new Set<CheckName>(["freshness", "sync_failed", ...everywhere, ...ownChecks[source]]);
  return checkNames.filter((check) => wanted.has(check));
}

/** Every source with its checks, for provisioning them all in one statement. */
export const checksBySource: readonly { source: Source; checks: CheckName[] }[] = (
  Object.keys(sources) as Source[]
).map((source) => ({ source, checks: checksOf(source) }));
