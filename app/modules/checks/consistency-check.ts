import { type LimitsOf, limitsOf } from "./check-thresholds.ts";
import { concludeDays, concludeNow } from "./conclude.ts";
import type { CheckVerdict, DataFacts, DayOfData, Finding } from "./data-facts.ts";
import { formatMeasure, measureName, nameDay } from "./data-words.ts";
import { isInside, JUDGED_BACK_DAYS } from "./judged-days.ts";

/** Whether figures that were derived agree with their parts, each day on its own. Nothing to compare: nothing to say. */
export function judgeConsistency(facts: DataFacts): CheckVerdict {
  const check = "metric_inconsistency" as const;
  const identities = Object.values(facts.shape.identities);
  if (identities.length === 0) return concludeNow(check, null, "not_due");
  const settled = facts.settled.filter((span) => span.check === check);
  const days = facts.days
    .slice(-JUDGED_BACK_DAYS)
    .filter(({ day, rowCount }) => rowCount > 0 && !isInside(day, settled));
  const limits = limitsOf(facts.thresholds, check);
  const found = days.flatMap((day) =>
    worstOf(identities.flatMap((identity) => compare(day, identity, limits, facts) ?? [])),
  );
  return concludeDays(check, {
    plan: { judge: [], stands: [], judgedThrough: days.at(-1)?.day ?? null },
    found,
    last: days.length > 0 ? { state: "judged", shown: null } : null,
    prior: facts.prior.get(check),
  });
}

/** Null where they agree, or where one of the sums is not known. */
function compare(
  { day, measures }: DayOfData,
  { measure, parts, tolerance }: DataFacts["shape"]["identities"][string],
  limits: LimitsOf<"metric_inconsistency">,
  { currency }: DataFacts,
): Finding | null {
  const value = measures[measure]?.sum;
  const terms = Object.entries(parts).map(([part, factor]) => {
    const sum = measures[part]?.sum;
    return sum == null ? Number.NaN : factor * sum;
  });
  const made = terms.reduce((total, term) => total + term, 0);
  if (value == null || !Number.isFinite(made)) return null;
  const size = terms.reduce((total, term) => total + Math.abs(term), 0);
  const allowed = tolerance * Math.max(Math.abs(made), size / 100);
  const apart = Math.abs(value - made);
  // Sums of cents are not exact.
  if (apart <= Math.max(limits.warning * allowed, 0.01)) return null;
  return {
    subject: day,
    severity: apart > limits.high * allowed ? "high" : "warning",
    value,
    expectedLow: made - allowed,
    expectedHigh: made + allowed,
    score: allowed > 0 ? apart / allowed : null,
    sentence: `${nameDay(day)}: the ${measureName(measure)} is ${formatMeasure(measure, value, currency)}, its parts make ${formatMeasure(measure, made, currency)}.`,
  };
}

const worstOf = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => (b.score ?? 0) - (a.score ?? 0)).slice(0, 1);
