/**
 * How long each table's rows are kept, and why. A table that is not named here fails a test. What exactly may go is
 * said once, in SQL (`delete_aged`); docs/retention.md says it to people.
 */
export type RetentionRule =
  /** Goes as many months after `age` as DQ_RETENTION_MONTHS says. */
  | { goes: "after_months"; age: string }
  /** Goes that many days after `age`. */
  | { goes: "after_days"; days: number; age: string }
  /** Goes together with the row that it belongs to. */
  | { goes: "with"; table: string }
  /** Whole months are dropped. */
  | { goes: "by_partition" }
  | { goes: "never"; because: string };

const onePerShop = "one row per shop, as long as the shop";

export const retentionRules: Record<string, RetentionRule> = {
  dq_results: { goes: "by_partition" },
  sync_runs: { goes: "after_months", age: "when it ended; else started, was queued, was heard of" },
  daily_profiles: { goes: "after_months", age: "its day" },
  hourly_profiles: { goes: "after_months", age: "its hour" },
  backfill_jobs: { goes: "after_months", age: "when it ended" },
  dq_incidents: { goes: "after_months", age: "when it was resolved" },
  incident_events: { goes: "with", table: "dq_incidents" },
  alert_deliveries: { goes: "after_months", age: "its incident's; without one, when it was decided" },
  upstream_events: { goes: "after_months", age: "when it ended, and no incident names it" },
  expected_windows: { goes: "after_months", age: "its last day" },
  maintenance_windows: { goes: "after_months", age: "when it ended" },
  dashboard_lifts: { goes: "after_months", age: "when it expired" },
  lineage_jobs: { goes: "after_months", age: "when it was last seen" },
  ingest_keys: { goes: "after_months", age: "when it expired" },
  // A notice's own `expires_at` is 30 days after it was made.
  notices: { goes: "after_days", days: 0, age: "when it expired" },
  airbyte_hints: { goes: "after_days", days: 30, age: "when it came" },
  shopify_sessions: { goes: "after_days", days: 30, age: "when both of its tokens had expired" },
  webhook_receipts: { goes: "after_days", days: 30, age: "when it came, if it was obeyed" },
  runner_batches: { goes: "after_days", days: 1, age: "its tick" },
  runner_ticks: { goes: "after_days", days: 7, age: "its tick" },
  audit_log: {
    goes: "never",
    because: "it is the proof of who did what; it goes with its shop's erasure only",
  },
  shops: { goes: "never", because: "it is what all else hangs on; it goes with its erasure" },
  shop_health: { goes: "never", because: onePerShop },
  shop_settings: { goes: "never", because: onePerShop },
  airbyte_workspaces: { goes: "never", because: onePerShop },
  connections: { goes: "never", because: "it says what is synced now" },
  connectors: { goes: "never", because: "it says what is watched now" },
  dq_checks: { goes: "never", because: "one row per check of a connector, rewritten in place" },
  alert_channels: { goes: "never", because: "one row per channel" },
  metric_totals: { goes: "never", because: "one row per metric and label; labels are bounded" },
  worker_heartbeats: {
    goes: "never",
    because: "one row per worker that lives; those that are gone are dropped",
  },
  rate_limits: { goes: "never", because: "the limiter drops what has expired" },
  staff_sessions: { goes: "never", because: "each sign-in drops those that have ended" },
  airbyte_unmatched_workspaces: { goes: "never", because: "each discovery replaces it" },
};

/** What ages in batches, in the order in which it goes: what hangs on something before what it hangs on. */
export const agedTables = Object.entries(retentionRules).flatMap(
  ([table, rule]): { table: string; days: number | null }[] => {
    if (rule.goes === "after_months") return [{ table, days: null }];
    return rule.goes === "after_days" ? [{ table, days: rule.days }] : [];
  },
);

/** Those of them that belong to no shop. */
export const sharedTables: readonly string[] = [
  "upstream_events",
  "webhook_receipts",
  "runner_batches",
  "runner_ticks",
];

/**
 * Every table that belongs to a shop, in the order in which an erasure empties it: first the doors by which more could
 * come in, then what hangs on something before what it hangs on. The audit goes last, by a function of its own.
 */
export const erasedTables = [
  "shopify_sessions",
  "ingest_keys",
  "airbyte_workspaces",
  "airbyte_hints",
  "lineage_jobs",
  "dq_results",
  "sync_runs",
  "hourly_profiles",
  "daily_profiles",
  "alert_deliveries",
  "incident_events",
  "dq_incidents",
  "backfill_jobs",
  "dq_checks",
  "expected_windows",
  "maintenance_windows",
  "dashboard_lifts",
  "notices",
  "connectors",
  "connections",
  "shop_settings",
  "shop_health",
] as const;
export type ErasedTable = (typeof erasedTables)[number];
