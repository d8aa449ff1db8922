import { judgeDrift } from "../../app/modules/anomalies/judge-drift.ts";

export function detect(history: number[], value: number, meta: { dates: string[]; date: string }) {
  const verdict = judgeDrift({
    history: history.map((past, i) => ({ day: meta.dates[i]!, value: past })),
    day: meta.date,
    value,
    isCount: Number.isInteger(value) && history.every(Number.isInteger),
  });
  if (verdict.state === "learning") return { anomalous: false, score: 0 };
  return { anomalous: verdict.isDrifting, score: verdict.score };
}
