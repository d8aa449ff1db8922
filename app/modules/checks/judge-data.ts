import { checksOf } from "./check-names.ts";
import { concludeNow } from "./conclude.ts";
import { judgeConsistency } from "./consistency-check.ts";
import type { CheckVerdict, DataFacts } from "./data-facts.ts";
import {
  isBeingRefilled,
  judgeDuplicates,
  judgeEmptyTable,
  judgeMissingDays,
  judgeNegatives,
  judgeNullRate,
  judgeTenantIsolation,
} from "./quality-checks.ts";
import { judgeCardinality, judgeDrifts } from "./shape-checks.ts";
import { judgeSilence, judgeZeroRowSyncs } from "./silence-checks.ts";
import { judgeVolumes } from "./volume-checks.ts";

const judges = {
  tenant_isolation: judgeTenantIsolation,
  empty_table: judgeEmptyTable,
  missing_days: judgeMissingDays,
  silent_hours: judgeSilence,
  duplicate_primary_key: judgeDuplicates,
  negative_values: judgeNegatives,
  null_rate: judgeNullRate,
  metric_inconsistency: judgeConsistency,
  distribution_drift: judgeDrifts,
  cardinality_shift: judgeCardinality,
  zero_row_sync: judgeZeroRowSyncs,
} as const;

/**
 * Every data check of one connector, from its profiles. An empty table is told once: what follows from it (no orders, no
 * days) is not judged while it lasts.
 * @param enabled the checks that are switched on
 */
export function judgeData(facts: DataFacts, enabled: ReadonlySet<string>): CheckVerdict[] {
  const wanted = new Set<string>(checksOf(facts.source).filter((check) => enabled.has(check)));
  const empty = judgeEmptyTable(facts);
  if (wanted.has("empty_table") && (empty.severity || isBeingRefilled(facts))) {
    return [...wanted]
      .filter((check) => check !== "freshness" && check !== "sync_failed")
      .map((check) => {
        if (check === "empty_table") return empty;
        // Foreign rows may be the first that come.
        return check === "tenant_isolation" && facts.hasRows
          ? judgeTenantIsolation(facts)
          : concludeNow(check as CheckVerdict["check"], null, "not_due");
      });
  }
  return [
    ...Object.entries(judges).flatMap(([check, judge]) => (wanted.has(check) ? [judge(facts)] : [])),
    ...judgeVolumes(facts, wanted),
  ];
}
