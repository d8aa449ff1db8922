import { judgeDay } from "../../app/modules/anomalies/judge-day.ts";

/** As the product judges a connector without a key: with one, `duplicate_primary_key` sees doubles for certain. */
export function detect(history: number[], value: number, meta: { dates: string[]; date: string }) {
  const verdict = judgeDay({
    history: history.map((past, i) => ({ day: meta.dates[i]!, value: past })),
    day: meta.date,
    value,
    isCount: Number.isInteger(value) && history.every(Number.isInteger),
    suspectsDouble: true,
  });
  if (verdict.state === "learning") return { anomalous: false, score: 0 };
  return { anomalous: verdict.tier === "high", score: verdict.score };
}
