import type { DayJudgement, DayVerdict } from "../anomalies/judge-day.ts";
import { sources } from "../connectors/sources.ts";
import type { Severity } from "../severity.ts";
import { limitsOf } from "./check-thresholds.ts";
import { concludeDays, type LastJudged } from "./conclude.ts";
import type { CheckVerdict, DataFacts, DayOfData, Finding } from "./data-facts.ts";
import { countRows, formatMeasure, formatRange, nameDay, nameMeasure, nameWeekday } from "./data-words.ts";
import { type DaysToJudge, daysToJudge } from "./judged-days.ts";
import { judgeInSeries, type SeriesKey, seriesOf, valueToJudge } from "./volume-series.ts";

/** What the same two series, rows and the main measure, are looked at for. */
const volumeChecks = [
  "row_count_drop",
  "volume_anomaly",
  "stuck_values",
  "zero_orders",
  "zero_spend",
] as const;
type VolumeCheck = (typeof volumeChecks)[number];

interface Judged {
  verdict: DayVerdict;
  series: SeriesKey;
  value: number;
}

/**
 * Judges each new day's number of rows and its main measure against the connector's own past, and gives what is wrong to
 * the check that names it. One cause is told once: a day with too few orders has too little revenue too.
 */
export function judgeVolumes(facts: DataFacts, wanted: ReadonlySet<string>): CheckVerdict[] {
  const checks = volumeChecks.filter((check) => wanted.has(check));
  const plans = new Map(checks.map((check) => [check, daysToJudge(facts, check, { isStatistical: true })]));
  const found = new Map<VolumeCheck, Finding[]>(checks.map((check) => [check, []]));
  const last = new Map<VolumeCheck, LastJudged>();
  // Days that failed already, in this evaluation or before, are no part of what is usual.
  const odd = new Set([...plans.values()].flatMap(({ stands }) => stands.map(({ subject }) => subject)));

  for (const day of daysInOrder([...plans.values()])) {
    for (const one of judgeOneDay(facts, day, odd)) {
      const { verdict } = one;
      for (const check of checksNaming(one, facts).filter((each) => plans.get(each)?.judge.includes(day))) {
        const isToShow = verdict.state !== "learning" && (check !== "stuck_values" || verdict.repeats > 0);
        const shown = isToShow ? describe(facts, day.day, check, one, verdict) : null;
        last.set(check, { state: verdict.state, shown });
        const severity = severityOf(check, facts, verdict);
        if (
          !shown ||
          !severity ||
          verdict.state === "learning" ||
          !isAbout(check, verdict.kind, facts, wanted)
        )
          continue;
        const isDouble = verdict.kind === "double";
        found.get(check)!.push({
          ...(isDouble ? describeDouble(facts, day.day, one, verdict) : shown),
          severity,
        });
        odd.add(day.day);
      }
      // The rows tell it; their measure would say the same again.
      if (
        verdict.state !== "learning" &&
        one.series === "rows" &&
        verdict.tier &&
        !isUntoldDouble(facts, verdict)
      )
        break;
    }
  }
  return checks.map((check) =>
    concludeDays(check, {
      plan: plans.get(check)!,
      found: found.get(check)!,
      last: last.get(check) ?? null,
      prior: facts.prior.get(check),
    }),
  );
}

function daysInOrder(plans: readonly DaysToJudge[]): DayOfData[] {
  const days = new Map(plans.flatMap(({ judge }) => judge.map((day) => [day.day, day] as const)));
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** The rows of a record source, then the main measure. */
function judgeOneDay(facts: DataFacts, day: DayOfData, odd: ReadonlySet<string>): Judged[] {
  return seriesOf(facts.shape).flatMap((series) => {
    const value = valueToJudge(day, series, facts);
    return value === null
      ? []
      : [{ series, value, verdict: judgeInSeries(facts, series, { day: day.day, value }, odd) }];
  });
}

/** The checks whose state a series decides. */
function checksNaming({ series }: Judged, { shape }: DataFacts): VolumeCheck[] {
  const ofRows: VolumeCheck[] = ["row_count_drop", "zero_orders"];
  const ofMeasure: VolumeCheck[] = ["volume_anomaly", "stuck_values", "zero_spend"];
  const named = series === "rows" ? ofRows : ofMeasure;
  // Rows that rise are a volume anomaly too, and rows may be stuck.
  const also: VolumeCheck[] =
    series === "rows" && shape.grain === "record" ? ["volume_anomaly", "stuck_values"] : [];
  return [...named, ...also];
}

/** Whether a check is the one to tell what was found. */
function isAbout(
  check: VolumeCheck,
  kind: DayJudgement["kind"],
  { shape }: DataFacts,
  wanted: ReadonlySet<string>,
): boolean {
  switch (check) {
    case "zero_orders":
    case "zero_spend":
      return kind === "zero";
    case "row_count_drop":
      return kind === "drop" || (kind === "zero" && !wanted.has("zero_orders"));
    case "stuck_values":
      return kind === "stuck";
    case "volume_anomaly":
      // Fewer rows are told by `row_count_drop`, a day of nothing by `zero_spend`, an absent one by `missing_days`.
      return (
        kind === "rise" ||
        kind === "double" ||
        (kind === "drop" && shape.grain === "day") ||
        (kind === "drop" && !wanted.has("row_count_drop"))
      );
  }
}

function severityOf(
  check: VolumeCheck,
  { source, thresholds }: DataFacts,
  verdict: DayVerdict,
): Severity | null {
  if (verdict.state === "learning" || verdict.tier === null) return null;
  if (check === "zero_orders" || check === "zero_spend") {
    if (verdict.score < limitsOf(thresholds, check).from) return null;
    return check === "zero_orders" && sources[source].isCritical ? "critical" : "high";
  }
  const { warning, high } = limitsOf(thresholds, check);
  if (verdict.score < warning) return null;
  // A rise is mostly a good day and never an alert, nor is a suspicion: unique keys see doubled rows for certain.
  if (verdict.kind === "rise" || verdict.kind === "double") return "warning";
  return verdict.score >= high ? "high" : "warning";
}

/** A faint suspicion that the rows are there twice says nothing of their measure. */
const isUntoldDouble = ({ thresholds }: DataFacts, { kind, score }: DayJudgement): boolean =>
  kind === "double" && score < limitsOf(thresholds, "volume_anomaly").warning;

/** "Tuesday 17 Nov: 42 orders, usually 95–140 on a Tuesday." */
function describe(
  facts: DataFacts,
  day: string,
  check: VolumeCheck,
  { series, value }: Judged,
  verdict: Exclude<DayVerdict, { state: "learning" }>,
): Omit<Finding, "severity"> {
  const { expectedLow, expectedHigh, repeats, score } = verdict;
  const usual =
    check === "stuck_values" && repeats > 0
      ? `exactly as much as on the ${repeats === 1 ? "day" : `${repeats} days`} before`
      : `usually ${formatRange(expectedLow, expectedHigh, (amount) => formatAmount(facts, series, amount))} on a ${nameWeekday(day)}`;
  return {
    subject: day,
    value,
    expectedLow,
    expectedHigh,
    score,
    sentence: `${nameDay(day)}: ${nameAmount(facts, series, value)}, ${usual}.`,
  };
}

/** "Tuesday 17 Nov: 240 orders, about 120 was to be expected. The day may have been loaded twice." */
const describeDouble = (
  facts: DataFacts,
  day: string,
  { series, value }: Judged,
  { expected, score }: DayJudgement,
): Omit<Finding, "severity"> => ({
  subject: day,
  value,
  expectedLow: null,
  expectedHigh: expected,
  score,
  sentence: `${nameDay(day)}: ${nameAmount(facts, series, value)}, about ${formatAmount(facts, series, expected)} was to be expected. The day may have been loaded twice.`,
});

/** "42 orders", "$1,204 of spend" */
const nameAmount = ({ source, shape, currency }: DataFacts, series: SeriesKey, value: number): string =>
  series === "rows" ? countRows(source, value) : nameMeasure(shape.mainMeasure!, value, currency);

/** "42", "$1,204" */
const formatAmount = ({ shape, currency }: DataFacts, series: SeriesKey, amount: number): string =>
  series === "rows"
    ? Math.round(amount).toLocaleString("en-US")
    : formatMeasure(shape.mainMeasure!, amount, currency);
