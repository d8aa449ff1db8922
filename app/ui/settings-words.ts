import type { ExpectedWindow, NoticeChoices, WindowKind } from "../modules/settings/settings.ts";
import { displayLocale, type Formatting } from "./format.ts";

export const windowKindLabels: Record<WindowKind, string> = {
  sale: "Sale",
  holiday: "Holiday",
  vacation: "Vacation",
  paused_campaign: "Paused campaign",
  expected: "Other",
};

export const noticeWords: Record<keyof NoticeChoices, { label: string; help: string }> = {
  problemSolved: {
    label: "A problem is solved",
    help: "When a problem with one of your sources has ended.",
  },
  backfillFinished: {
    label: "A backfill has finished",
    help: "With what it changed, or why it could not finish.",
  },
  syncFailedToStart: {
    label: "A sync could not be started",
    help: "When a sync that you asked for did not begin.",
  },
};

export const everySource = "All sources";

/** "Nov 27, 2026", "Nov 27 – Dec 1, 2026", "Dec 30, 2026 – Jan 2, 2027"; one day that is not entered yet is "…". */
export function formatDays(startDay: string, endDay: string, view: Formatting): string {
  if (!startDay && !endDay) return "No days entered";
  if (startDay === endDay) return formatOne(endDay, view, true);
  const isOneYear = startDay.slice(0, 4) === endDay.slice(0, 4);
  return `${formatOne(startDay, view, !isOneYear)} – ${formatOne(endDay, view, true)}`;
}

function formatOne(day: string, view: Formatting, hasYear: boolean): string {
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return "…";
  return new Intl.DateTimeFormat(displayLocale(view.locale), {
    timeZone: "UTC",
    month: "short",
    day: "numeric",
    ...(hasYear ? { year: "numeric" } : {}),
  }).format(at);
}

/** How buttons and announcements call a window: "Sale, Nov 27 – Dec 1, 2026". */
export const windowName = (window: ExpectedWindow, view: Formatting): string =>
  window.startDay || window.endDay
    ? `${windowKindLabels[window.kind]}, ${formatDays(window.startDay, window.endDay, view)}`
    : "New expected days";
