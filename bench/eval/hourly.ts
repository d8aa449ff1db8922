import { judgeHour } from "../../app/modules/anomalies/judge-hour.ts";

export function detectHour(history: number[], value: number, meta: { hours: string[]; hour: string }) {
  const hours = meta.hours.map((hour, i) => ({ hour, count: history[i]! }));
  const verdict = judgeHour({ history: hours, hour: meta.hour, count: value });
  if (verdict.state !== "judged") return { anomalous: false, score: 0 };
  return { anomalous: verdict.isSilent, score: verdict.score };
}
