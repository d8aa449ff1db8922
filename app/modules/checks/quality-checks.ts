import { type BadRows, judgeRate } from "../anomalies/judge-rate.ts";
import { dayBefore } from "../shops/shop-days.ts";
import { limitsOf } from "./check-thresholds.ts";
import { concludeDays, concludeNow, type LastJudged } from "./conclude.ts";
import type { CheckVerdict, DataFacts, DayOfData, Finding } from "./data-facts.ts";
import { countRows, measureName, nameDay, nameDays, rowsOf } from "./data-words.ts";
import { daysToJudge, isInside, JUDGED_BACK_DAYS } from "./judged-days.ts";

/** Any key that is there twice. A day is looked at as soon as it is profiled: a duplicate does not mature. */
export function judgeDuplicates(facts: DataFacts): CheckVerdict {
  return judgeCounts(facts, "duplicate_primary_key", (day) => {
    const extra = day.duplicateKeys ?? 0;
    if (extra <= limitsOf(facts.thresholds, "duplicate_primary_key").allowedRows) return null;
    return {
      value: extra,
      sentence: `${nameDay(day.day)}: ${countRows(facts.source, extra)} ${extra === 1 ? "is" : "are"} there twice or more.`,
    };
  });
}

/** Anything below zero in a measure that cannot be. */
export function judgeNegatives(facts: DataFacts): CheckVerdict {
  return judgeCounts(facts, "negative_values", (day) => {
    const bad = Object.entries(facts.shape.measures).flatMap(([measure, { isNonNegative }]) => {
      const count = isNonNegative ? (day.measures[measure]?.negatives ?? 0) : 0;
      return count > 0 ? [{ measure, count }] : [];
    });
    const worst = bad.sort((a, b) => b.count - a.count)[0];
    if (!worst || worst.count <= limitsOf(facts.thresholds, "negative_values").allowedRows) return null;
    return {
      value: worst.count,
      sentence: `${nameDay(day.day)}: ${countRows(facts.source, worst.count)} with a negative ${measureName(worst.measure)}.`,
    };
  });
}

/** Rows that are another shop's. What a merchant reads of it never names one. */
export function judgeTenantIsolation(facts: DataFacts): CheckVerdict {
  const foreign = facts.days.slice(-JUDGED_BACK_DAYS).filter(({ foreignRows }) => foreignRows > 0);
  if (foreign.length === 0)
    return concludeNow("tenant_isolation", null, facts.hasRows === null ? "not_due" : "passed");
  const rows = foreign.reduce((sum, day) => sum + day.foreignRows, 0);
  return concludeNow("tenant_isolation", {
    subject: foreign.at(-1)!.day,
    severity: "critical",
    value: rows,
    expectedLow: null,
    expectedHigh: 0,
    score: null,
    sentence:
      "Some rows of this source did not come through a connection of yours. Your dashboards are held back until this is cleared up.",
  });
}

/** Every day of the last three months is looked at: what is wrong in one does not depend on the others. */
function judgeCounts(
  facts: DataFacts,
  check: "duplicate_primary_key" | "negative_values",
  look: (day: DayOfData) => { value: number; sentence: string } | null,
): CheckVerdict {
  const settled = facts.settled.filter((span) => span.check === check);
  const days = facts.days.slice(-JUDGED_BACK_DAYS).filter(({ day }) => !isInside(day, settled));
  const found = days.flatMap((day): Finding[] => {
    const seen = look(day);
    if (!seen) return [];
    return [{ subject: day.day, severity: "high", expectedLow: null, expectedHigh: 0, score: null, ...seen }];
  });
  return concludeDays(check, {
    plan: { judge: [], stands: [], judgedThrough: days.at(-1)?.day ?? null },
    found,
    last: days.length > 0 ? { state: "judged", shown: null } : null,
    prior: facts.prior.get(check),
  });
}

/** Days without a row inside the history of a source that reports whole days. */
export function judgeMissingDays(facts: DataFacts): CheckVerdict {
  const check = "missing_days" as const;
  const { dueThrough } = facts;
  const settled = facts.settled.filter((span) => span.check === check);
  const days = facts.days.filter(({ day }) => dueThrough !== null && day <= dueThrough);
  const recent = days.slice(-JUDGED_BACK_DAYS);
  const plan = { judge: [], stands: [], judgedThrough: days.at(-1)?.day ?? null };
  // A source that often has days without rows has no gaps: it is quiet.
  const share = recent.filter(({ rowCount }) => rowCount > 0).length / Math.max(1, recent.length);
  const isDaily = days.length >= 14 && share >= 0.5;
  const { allowedDays, warningDays } = limitsOf(facts.thresholds, check);
  const found = isDaily
    ? recent.filter(
        ({ day, rowCount }) => rowCount === 0 && !isInside(day, settled) && !isInside(day, facts.expected),
      )
    : [];
  const missing = found.length > allowedDays ? found : [];
  const severity = missing.length > warningDays ? "high" : "warning";
  const names = missing.map(({ day }) => day);
  return concludeDays(check, {
    plan,
    found: missing.map(
      ({ day }): Finding => ({
        subject: day,
        severity,
        value: missing.length,
        expectedLow: null,
        expectedHigh: 0,
        score: null,
        sentence: `${missing.length === 1 ? "A day is" : `${missing.length} days are`} missing: ${nameDays(names)}.`,
      }),
    ),
    last: isDaily
      ? { state: "judged", shown: null }
      : days.length > 0
        ? { state: "learning", shown: null }
        : null,
    prior: facts.prior.get(check),
  });
}

/** A critical source's table that holds nothing of a shop that had something. */
export function judgeEmptyTable({ hasRows, days, source }: DataFacts): CheckVerdict {
  if (hasRows === null) return concludeNow("empty_table", null, "not_due");
  // Days are kept from the first that held a row: if there are any, there were rows.
  const isEmpty = hasRows === false && days.length > 0;
  return concludeNow(
    "empty_table",
    isEmpty
      ? {
          subject: "",
          severity: "critical",
          value: 0,
          expectedLow: 1,
          expectedHigh: null,
          score: null,
          sentence: `There are no ${rowsOf(source)} at all any more, though there were some.`,
        }
      : null,
  );
}

/** A share of missing values that jumps beyond its own past, in any measure that should be set. */
export function judgeNullRate(facts: DataFacts): CheckVerdict {
  const check = "null_rate" as const;
  const plan = daysToJudge(facts, check, { isStatistical: true });
  const { from } = limitsOf(facts.thresholds, check);
  const required = Object.entries(facts.shape.measures).filter(([, { isRequired }]) => isRequired);
  const found: Finding[] = [];
  let last: LastJudged | null = null;
  for (const day of plan.judge) {
    const before = usualDaysBefore(facts, day.day);
    let worst: Finding | null = null;
    for (const [measure] of required) {
      const rowsOfDay = (one: DayOfData): BadRows => ({
        count: one.measures[measure]?.nulls ?? 0,
        total: one.rowCount,
      });
      const verdict = judgeRate({
        history: before.map(rowsOfDay),
        today: rowsOfDay(day),
      });
      if (verdict.state !== "judged") {
        last ??= { state: thinOrYoung(verdict.state, before), shown: null };
        continue;
      }
      last = { state: "judged", shown: last?.shown ?? null };
      if (verdict.score >= from && (!worst || verdict.score > worst.score!)) {
        const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
        worst = {
          subject: day.day,
          severity: "high",
          value: verdict.share,
          expectedLow: 0,
          expectedHigh: verdict.highestUsualShare,
          score: verdict.score,
          sentence: `${nameDay(day.day)}: ${measureName(measure)} is missing in ${percent(verdict.share)} of the rows, usually in at most ${percent(verdict.highestUsualShare)}.`,
        };
      }
    }
    if (worst) found.push(worst);
  }
  return concludeDays(check, { plan, found, last, prior: facts.prior.get(check) });
}

/** So many days with rows of which too few hold enough: more of them will not help. */
const THIN_DAYS = 28;

/** Whether what is still "learning" is young, or will never learn because its days hold too few rows. */
export const thinOrYoung = (
  state: "learning" | "not_enough_volume",
  before: readonly DayOfData[],
): "learning" | "not_enough_volume" =>
  before.filter(({ rowCount }) => rowCount > 0).length >= THIN_DAYS ? "not_enough_volume" : state;

const BASELINE_DAYS = 180;

/** The days before that count as usual, at most half a year of them. */
export function usualDaysBefore(facts: DataFacts, day: string): DayOfData[] {
  const since = dayBefore(day, BASELINE_DAYS);
  return facts.days.filter(
    (one) =>
      one.day < day &&
      one.day >= since &&
      !isInside(one.day, facts.expected) &&
      !isInside(one.day, facts.incidents),
  );
}
