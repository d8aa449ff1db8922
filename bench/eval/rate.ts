import { type BadRows, judgeRate } from "../../app/modules/anomalies/judge-rate.ts";

export function detectRate(history: BadRows[], point: BadRows) {
  const verdict = judgeRate({ history: history.slice(-90), today: point });
  if (verdict.state !== "judged") return { anomalous: false, score: 0 };
  return { anomalous: verdict.isJump, score: verdict.score };
}
