import type {
  Backfill,
  BackfillEstimate,
  BackfillLimits,
  BackfillStatus,
} from "../modules/backfills/backfill.ts";
import {
  countDays,
  type DayRange,
  type Preset,
  type RangeProblem,
} from "../modules/backfills/backfill-range.ts";
import { counted, type Formatting, formatCount, formatDay } from "./format.ts";
import type { BadgeWords } from "./health-words.ts";

/** "Nov 17 to Nov 21", or the one day. */
export const rangeInWords = ({ startDate, endDate }: DayRange, view: Formatting): string =>
  startDate === endDate
    ? formatDay(startDate, view)
    : `${formatDay(startDate, view)} to ${formatDay(endDate, view)}`;

/** What the button that asks for it says: "Refill 5 days". */
export const refillInWords = (range: DayRange): string => `Refill ${counted(countDays(range), "day")}`;

export function presetInWords({ key, range }: Preset, view: Formatting): string {
  switch (key) {
    case "suggested":
      return `Suggested: ${rangeInWords(range, view)}`;
    case "all":
      return `As far back as possible (${counted(countDays(range), "day")})`;
    case "last_7":
    case "last_30":
    case "last_90":
      return `Last ${countDays(range)} days`;
  }
}

/** What is wrong with a day that was entered, and what would be right. */
export function problemInWords(problem: RangeProblem, limits: BackfillLimits, view: Formatting): string {
  switch (problem) {
    case "missing":
      return "Enter a day.";
    case "too_early":
      return `Choose ${formatDay(limits.earliestDate, view)} or later.`;
    case "too_late":
      return `Choose ${formatDay(limits.latestDate, view)} or earlier.`;
    case "ends_before_start":
      return "The last day must not be before the first day.";
    case "too_long":
      return `Choose at most ${limits.maxDays} days.`;
  }
}

/** What may be asked for, said before anybody asks. */
export function limitsInWords(
  { earliestDate, latestDate, maxDays, reason }: BackfillLimits,
  view: Formatting,
) {
  const most = `You can refill up to ${maxDays} days at once`;
  return reason
    ? `${most}, from ${formatDay(earliestDate, view)} to ${formatDay(latestDate, view)}. ${reason}`
    : `${most}.`;
}

/** "less than a minute", "about 3 minutes", "about 2 hours", "about 3 days" */
export function durationInWords(seconds: number): string {
  if (seconds < 60) return "less than a minute";
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `about ${counted(minutes, "minute")}`;
  const hours = Math.round(seconds / 3600);
  return hours < 48 ? `about ${counted(hours, "hour")}` : `about ${counted(Math.round(hours / 24), "day")}`;
}

/** How much it loads and how long that takes, as far as either is known. */
export function estimateInWords(
  { estimatedRows, estimatedDurationSeconds }: BackfillEstimate,
  view: Formatting,
): string {
  const rows = estimatedRows === null ? null : `About ${countedRows(estimatedRows, view)}`;
  const time = estimatedDurationSeconds === null ? null : durationInWords(estimatedDurationSeconds);
  if (rows && time) return `${rows}, in ${time}`;
  if (rows) return `${rows}. We cannot say yet how long it takes`;
  return time ? `Takes ${time}` : "We cannot say yet how long it takes";
}

const countedRows = (rows: number, view: Formatting): string =>
  `${formatCount(rows, view)} ${rows === 1 ? "row" : "rows"}`;

const badges: Record<BackfillStatus, BadgeWords> = {
  queued: { tone: "neutral", label: "Waiting" },
  starting: { tone: "info", label: "Starting" },
  running: { tone: "info", label: "Running" },
  verifying: { tone: "info", label: "Checking" },
  cancelling: { tone: "neutral", label: "Stopping" },
  needs_operator: { tone: "attention", label: "With our team" },
  completed: { tone: "success", label: "Done" },
  failed: { tone: "critical", label: "Failed" },
  cancelled: { tone: "neutral", label: "Stopped" },
};
export const backfillBadge = (status: BackfillStatus): BadgeWords => badges[status];

/** Where a backfill stands, or how it ended, in a sentence. */
export function backfillInWords(backfill: Backfill, view: Formatting): string {
  const { percent, rowsLoaded, reason, result } = backfill;
  switch (backfill.status) {
    case "queued":
      return "Waiting to start. You can leave this page.";
    case "starting":
      return sentences("Starting.", reason, "You can leave this page.");
    case "running":
      return [
        percent > 0 || rowsLoaded > 0 ? `About ${percent}%` : "Nothing loaded yet",
        ...(rowsLoaded > 0 ? [countedRows(rowsLoaded, view)] : []),
        reason ?? timeLeftInWords(backfill),
      ].join(" · ");
    case "verifying":
      return sentences(
        rowsLoaded > 0 ? `${countedRows(rowsLoaded, view)} loaded.` : "Everything is loaded.",
        reason ?? "Comparing the days before and after.",
      );
    case "cancelling":
      return sentences("Stopping. Rows that are already loaded stay.", reason);
    case "needs_operator":
      return sentences("Our team takes care of this one.", reason, "You do not need to do anything.");
    case "completed":
      return result ? asSentence(result.summary) : "Done.";
    case "failed":
      return sentences(
        reason ?? "It did not work.",
        rowsLoaded > 0 ? "Rows that were already loaded stay." : null,
      );
    case "cancelled":
      return "Stopped. Rows that were already loaded stay.";
  }
}

/** It has got somewhere and nobody knows how long still: what was expected is used up. */
function timeLeftInWords({ percent, etaSeconds }: Backfill): string {
  if (etaSeconds !== null) return `${durationInWords(etaSeconds)} left`;
  return percent > 0 ? "taking longer than expected" : "time left not known yet";
}

const sentences = (...parts: (string | null)[]): string =>
  parts.flatMap((part) => (part ? [asSentence(part)] : [])).join(" ");
const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Whether there is still something to stop. */
export const canCancel = (status: BackfillStatus): boolean => {
  switch (status) {
    case "queued":
    case "starting":
    case "running":
    case "needs_operator":
      return true;
    case "verifying":
    case "cancelling":
    case "completed":
    case "failed":
    case "cancelled":
      return false;
  }
};
