import type { DayJudgement, Tier } from "../anomalies/judge-day.ts";
import { type Source, sources } from "../connectors/sources.ts";
import { dayBefore } from "../shops/shop-days.ts";
import type { SourceShape } from "./data-facts.ts";
import { isMoney, measureName, rowsOf } from "./data-words.ts";
import type { ReplayedDay } from "./replay-days.ts";
import type { SeriesKey } from "./volume-series.ts";

/** One day of a chart. */
export interface ChartPoint {
  day: string;
  /** Null: no data. */
  value: number | null;
  expected: number | null;
  /** Null while there is too little history to expect anything. */
  expectedLow: number | null;
  /** Null: no upper end. */
  expectedHigh: number | null;
  state: ReplayedDay["state"];
  /** Set on an unusual day. */
  unusual: { tier: Tier; kind: Exclude<DayJudgement["kind"], "usual"> } | null;
}

/** What a source's days held against what was expected of each on it. */
export interface SeriesChart {
  /** `rows`, or the measure's name. */
  key: string;
  /** "Orders per day" */
  title: string;
  unit: { kind: "count" } | { kind: "money"; currency: string };
  /** Whole days only, oldest first: today is not over. */
  points: ChartPoint[];
  /** From this day on the platform may still restate its figures. Null: all have settled. */
  provisionalFrom: string | null;
  isLearning: boolean;
  /** False where even days without anything would prove nothing. */
  hasVolume: boolean;
}

const measureTitles: Readonly<Record<string, string>> = {
  total_price: "Sales",
  amount: "Amount refunded",
};
const capitalised = (words: string): string => words.replace(/^./, (first) => first.toUpperCase());

/** A replayed series as a page draws it. */
export function drawSeries({
  source,
  shape,
  series,
  currency,
  today,
  replayed,
}: {
  source: Source;
  shape: SourceShape;
  series: SeriesKey;
  currency: string;
  today: string;
  replayed: readonly ReplayedDay[];
}): SeriesChart {
  const measure = series === "measure" ? shape.mainMeasure : null;
  const last = replayed.at(-1);
  return {
    key: measure ?? "rows",
    title: `${measure ? (measureTitles[measure] ?? capitalised(measureName(measure))) : capitalised(rowsOf(source))} per day`,
    unit: measure && isMoney(measure) ? { kind: "money", currency } : { kind: "count" },
    points: replayed.map(({ score: _score, tier, kind, ...day }) => ({
      ...day,
      unusual: tier && kind !== "usual" ? { tier, kind } : null,
    })),
    provisionalFrom: firstUnsettled(source, today, replayed),
    isLearning: last?.state === "learning",
    hasVolume: last?.state !== "not_enough_volume",
  };
}

function firstUnsettled(source: Source, today: string, days: readonly { day: string }[]): string | null {
  const { settledAfterDays } = sources[source];
  if (settledAfterDays === null) return days[0]?.day ?? null;
  const since = dayBefore(today, settledAfterDays);
  return days.find(({ day }) => day >= since)?.day ?? null;
}
