import { judgeDistinct } from "../anomalies/judge-distinct.ts";
import { judgeMix, type Mover } from "../anomalies/judge-mix.ts";
import { limitsOf } from "./check-thresholds.ts";
import { concludeDays, type LastJudged } from "./conclude.ts";
import type { CheckVerdict, DataFacts, DayOfData, Finding } from "./data-facts.ts";
import { nameDay } from "./data-words.ts";
import { daysToJudge } from "./judged-days.ts";
import { thinOrYoung, usualDaysBefore } from "./quality-checks.ts";

const percent = (share: number) => `${Math.round(share * 100)} %`;
const nameOf = (category: string) =>
  category === "__other__" ? "others" : category === "__none__" ? "none" : category.replaceAll("_", " ");

/** Whether the mix of channels, campaigns or plans lies further from the usual one than it tends to. */
export function judgeDrifts(facts: DataFacts): CheckVerdict {
  const { from } = limitsOf(facts.thresholds, "distribution_drift");
  return overCategories(facts, "distribution_drift", (before, today, name, day) => {
    const verdict = judgeMix({
      history: before.map(({ categories }) => categories[name] ?? {}),
      today: today.categories[name] ?? {},
    });
    if (verdict.state !== "judged") return { state: thinOrYoung(verdict.state, before), finding: null };
    const mover = verdict.movers[0];
    return {
      state: "judged",
      finding:
        verdict.score >= from && mover
          ? {
              value: verdict.distance,
              expectedLow: null,
              expectedHigh: verdict.distance / verdict.score,
              score: verdict.score,
              sentence: `${nameDay(day)}: ${describeMove(name, mover)}.`,
            }
          : null,
    };
  });
}

const describeMove = (name: string, { category, share, usualShare }: Mover): string =>
  `the ${name} ${nameOf(category)} made ${percent(share)} of the rows, usually ${percent(usualShare)}`;

/** Whether there are fewer or more different values than there tend to be. */
export function judgeCardinality(facts: DataFacts): CheckVerdict {
  const { from } = limitsOf(facts.thresholds, "cardinality_shift");
  return overCategories(facts, "cardinality_shift", (before, today, name, day) => {
    const distinct = (one: DayOfData) =>
      Object.keys(one.categories[name] ?? {}).filter((value) => value !== "__none__").length;
    const verdict = judgeDistinct({
      history: before.map((one) => ({ day: one.day, value: distinct(one) })),
      day,
      value: distinct(today),
    });
    if (verdict.state === "learning") return { state: "learning", finding: null };
    // The same number every day is what one expects here.
    const isShift = verdict.tier !== null && verdict.score >= from && verdict.kind !== "stuck";
    const count = distinct(today);
    return {
      state: verdict.state,
      finding: isShift
        ? {
            value: count,
            expectedLow: verdict.expectedLow,
            expectedHigh: verdict.expectedHigh,
            score: verdict.score,
            sentence: `${nameDay(day)}: ${count} different ${count === 1 ? name : `${name}s`}, usually about ${Math.round(verdict.expected)}.`,
          }
        : null,
    };
  });
}

interface Look {
  state: LastJudged["state"];
  finding: Omit<Finding, "subject" | "severity"> | null;
}

/** Each new day that holds rows, by each category. These checks warn and never more. */
function overCategories(
  facts: DataFacts,
  check: "distribution_drift" | "cardinality_shift",
  look: (before: readonly DayOfData[], today: DayOfData, name: string, day: string) => Look,
): CheckVerdict {
  const plan = daysToJudge(facts, check, { isStatistical: true });
  const found: Finding[] = [];
  let last: LastJudged | null = null;
  for (const day of plan.judge.filter(({ rowCount }) => rowCount > 0)) {
    const before = usualDaysBefore(facts, day.day).filter(({ rowCount }) => rowCount > 0);
    for (const name of Object.keys(day.categories)) {
      const { state, finding } = look(before, day, name, day.day);
      last = { state, shown: null };
      if (finding) found.push({ subject: day.day, severity: "warning", ...finding });
    }
  }
  return concludeDays(check, { plan, found: firstOfDay(found), last, prior: facts.prior.get(check) });
}

/** One finding a day: the strongest. */
function firstOfDay(findings: readonly Finding[]): Finding[] {
  const byDay = new Map<string, Finding>();
  for (const finding of findings) {
    const other = byDay.get(finding.subject);
    if (!other || (finding.score ?? 0) > (other.score ?? 0)) byDay.set(finding.subject, finding);
  }
  return [...byDay.values()];
}
