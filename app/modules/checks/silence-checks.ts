import { judgeHour } from "../anomalies/judge-hour.ts";
import { limitsOf } from "./check-thresholds.ts";
import { concludeNow } from "./conclude.ts";
import type { CheckVerdict, DataFacts } from "./data-facts.ts";
import { nameDay, rowsOf } from "./data-words.ts";
import { isInside } from "./judged-days.ts";

/** So improbable a silence of orders pages somebody. */
const VERY_IMPROBABLE = 1e-9;

/** A silence is looked back on for so many hours. */
const LATELY_HOURS = 72;

/** A run of hours without a record, up to the last hour a sync has covered, that these hours of the week make improbable. */
export function judgeSilence(facts: DataFacts): CheckVerdict {
  const { hours, dueThroughHour, source } = facts;
  if (dueThroughHour === null) return concludeNow("silent_hours", null, "not_due");
  const due = hours.filter(({ hour }) => hour <= dueThroughHour);
  const now = due.at(-1);
  if (!now || isInside(now.hour.slice(0, 10), facts.expected))
    return concludeNow("silent_hours", null, "not_due");
  const verdict = judgeHour({
    history: due.slice(0, -1).filter(({ hour }) => !isInside(hour.slice(0, 10), facts.incidents)),
    lately: due.slice(-1 - LATELY_HOURS, -1),
    hour: now.hour,
    count: now.count,
  });
  if (verdict.state !== "judged") return concludeNow("silent_hours", null, verdict.state);
  if (verdict.score < limitsOf(facts.thresholds, "silent_hours").from)
    return concludeNow("silent_hours", null);
  const isCritical = source === "shopify_orders" && verdict.probability < VERY_IMPROBABLE;
  return concludeNow("silent_hours", {
    subject: now.hour,
    severity: isCritical ? "critical" : "high",
    value: verdict.silentHours,
    expectedLow: null,
    expectedHigh: null,
    score: verdict.score,
    sentence: `No ${rowsOf(source)} for ${verdict.silentHours} ${verdict.silentHours === 1 ? "hour" : "hours"} up to ${nameHour(now.hour)}; about ${Math.round(verdict.expected)} are usual in that time.`,
  });
}

/** "14:00 on Tuesday 17 Nov" */
const nameHour = (hour: string): string => `${hour.slice(11, 16)} on ${nameDay(hour.slice(0, 10))}`;

/** Below this chance a run of empty syncs is no accident; far below it is worse. */
const IMPROBABLE = 1e-3;
const IMPOSSIBLE = 1e-6;
const FEWEST_RUNS = 20;

/** Successful syncs in a row that loaded nothing, against how often that happens to this connector. */
export function judgeZeroRowSyncs({ recentRuns, thresholds }: DataFacts): CheckVerdict {
  if (recentRuns.length < FEWEST_RUNS) return concludeNow("zero_row_sync", null, "learning");
  const inARow = recentRuns.findIndex((rows) => rows > 0);
  const streak = inARow === -1 ? recentRuns.length : inARow;
  const before = recentRuns.slice(streak);
  // Even a connector that never had an empty sync may have one: one is added to either side.
  const usualShare = (before.filter((rows) => rows === 0).length + 1) / (before.length + 2);
  const probability = usualShare ** streak;
  const { emptySyncs } = limitsOf(thresholds, "zero_row_sync");
  if (streak < emptySyncs || before.length === 0 || probability >= IMPROBABLE)
    return concludeNow("zero_row_sync", null);
  return concludeNow("zero_row_sync", {
    subject: "",
    severity: probability < IMPOSSIBLE ? "high" : "warning",
    value: streak,
    expectedLow: null,
    expectedHigh: null,
    score: null,
    sentence: `The last ${streak} syncs succeeded but brought no rows; before, ${Math.round((1 - usualShare) * 100)} % brought some.`,
  });
}
