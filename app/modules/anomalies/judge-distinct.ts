import { type DayFacts, type DayVerdict, judgeDay } from "./judge-day.ts";

/** Whether a number of distinct keys (customers, campaigns, articles) lies beyond its own past: a daily count like others. */
export const judgeDistinct = (facts: Omit<DayFacts, "isCount">): DayVerdict =>
  judgeDay({ ...facts, isCount: true });
