import { Temporal } from "temporal-polyfill";
import { compareWindows } from "./compare-settings.ts";
import {
  type ExpectedWindow,
  MAX_NOTE_LENGTH,
  MAX_WINDOW_DAYS,
  MAX_WINDOWS,
  type SettingsProblems,
  type WindowField,
} from "./settings.ts";

const MAX_YEARS_AHEAD = 2;
/** As long as results are kept: earlier days are in no baseline. */
const MONTHS_SHOWN = 13;

/** Windows that ended before this day are no longer shown. */
export const firstShownDay = (today: string): string =>
  Temporal.PlainDate.from(today).subtract({ months: MONTHS_SHOWN }).toString();

/** The last day that a window may hold. */
export const lastAllowedDay = (today: string): string =>
  Temporal.PlainDate.from(today).add({ years: MAX_YEARS_AHEAD }).toString();

/**
 * What a merchant has to correct before `windows` can be stored, by window and field; null when there is nothing.
 * A window that nobody touched is not judged again: rules may have changed since it was stored.
 */
export function findProblems({
  stored,
  windows,
  connectorIds,
  today,
}: {
  stored: readonly ExpectedWindow[];
  windows: readonly ExpectedWindow[];
  connectorIds: readonly string[];
  today: string;
}): SettingsProblems | null {
  const found = compareWindows(stored, windows).kept.flatMap((window) => {
    const problems = problemsOf(window, connectorIds, today);
    return Object.keys(problems).length > 0 ? [[window.id, problems] as const] : [];
  });
  const isOverFull = windows.length > MAX_WINDOWS && windows.length > stored.length;
  if (found.length === 0 && !isOverFull) return null;
  return {
    ...(isOverFull ? { list: `Keep at most ${MAX_WINDOWS}. Remove some to save the others.` } : {}),
    windows: Object.fromEntries(found),
  };
}

function problemsOf(
  { connectorId, startDay, endDay, note }: ExpectedWindow,
  connectorIds: readonly string[],
  today: string,
): Partial<Record<WindowField, string>> {
  const first = parseDay(startDay);
  const last = parseDay(endDay);
  const problems: Partial<Record<WindowField, string>> = {};
  if (connectorId !== null && !connectorIds.includes(connectorId))
    problems.connectorId = "This source is no longer connected. Choose another one.";
  if (!first) problems.startDay = "Enter the first day";
  else if (startDay > lastAllowedDay(today)) problems.startDay = "Enter a day within the next two years";
  if (!last) problems.endDay = "Enter the last day";
  else if (first && endDay < startDay) problems.endDay = "Enter a day that is not before the first day";
  else if (endDay > lastAllowedDay(today)) problems.endDay = "Enter a day within the next two years";
  else if (endDay < firstShownDay(today))
    problems.endDay = `Enter a day within the last ${MONTHS_SHOWN} months`;
  else if (first && first.until(last).days + 1 > MAX_WINDOW_DAYS)
    problems.endDay = `Enter at most ${MAX_WINDOW_DAYS} days at a time`;
  if (note.length > MAX_NOTE_LENGTH) problems.note = `Use at most ${MAX_NOTE_LENGTH} characters`;
  return problems;
}

/** Null for what is no day of the calendar, written `2026-11-24`. */
function parseDay(day: string): Temporal.PlainDate | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  try {
    return Temporal.PlainDate.from(day, { overflow: "reject" });
  } catch {
    return null;
  }
}
