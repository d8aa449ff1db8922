/** How a page shows times and numbers: the shop's zone and region, in the interface's language. */
export interface Formatting {
  timeZone: string;
  /** BCP 47 of the shop */
  locale: string;
}

/**
 * The pages are in English, so a German shop's dates are too, but in German order: `de-DE` becomes `en-DE`.
 * A locale without a region formats as in the United States.
 */
export function displayLocale(shopLocale: string): string {
  try {
    const { region } = new Intl.Locale(shopLocale);
    return region ? `en-${region}` : "en-US";
  } catch {
    return "en-US";
  }
}

// Node and browsers put different spaces before "AM"; a page must read the same on both or it is drawn twice.
export const plainSpaces = (text: string): string => text.replaceAll(/[\u202f\u00a0]/g, " ");

const formats = new Map<string, Intl.DateTimeFormat>();

/** A page formats hundreds of days in a handful of ways, and making a format costs far more than using it. */
function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(displayLocale(locale), options);
  formats.set(key, format);
  return format;
}

const dateFormat = (view: Formatting, options: Intl.DateTimeFormatOptions) =>
  formatOf(view.locale, { timeZone: view.timeZone, ...options });

/** "Nov 24, 10:42 AM EST", with the year when it is not this one. */
export const formatInstant = (instant: string, now: string, view: Formatting): string =>
  formatMoment(instant, now, view, { timeZoneName: "short" });

/** "Nov 24, 10:42 AM", for tables whose page names the zone. */
export function formatMoment(
  instant: string,
  now: string,
  view: Formatting,
  more: Intl.DateTimeFormatOptions = {},
): string {
  const year = (at: string) => dateFormat(view, { year: "numeric" }).format(new Date(at));
  return plainSpaces(
    dateFormat(view, {
      ...(year(instant) === year(now) ? {} : { year: "numeric" }),
      month: "short",
      day: "numeric",
      hour: "numeric",
      minute: "2-digit",
      ...more,
    }).format(new Date(instant)),
  );
}

/** "10:42 AM" */
export const formatTime = (instant: string, view: Formatting): string =>
  plainSpaces(dateFormat(view, { hour: "numeric", minute: "2-digit" }).format(new Date(instant)));

/** The shop's calendar day of an instant, `2026-11-24`. */
export const dayInZone = (instant: string, { timeZone }: Formatting): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date(instant));

/** "Nov 24" of a calendar day `2026-11-24`; a day has no zone. */
export const formatDay = (day: string, view: Formatting): string =>
  formatCalendarDay(day, view, { month: "short", day: "numeric" });

/** "Tuesday, November 24" of a calendar day. */
export const formatLongDay = (day: string, view: Formatting): string =>
  formatCalendarDay(day, view, { weekday: "long", month: "long", day: "numeric" });

function formatCalendarDay(day: string, view: Formatting, options: Intl.DateTimeFormatOptions): string {
  const format = formatOf(view.locale, { timeZone: "UTC", ...options });
  return plainSpaces(format.format(new Date(`${day}T00:00:00Z`)));
}

/** "1,204" */
export const formatCount = (count: number, view: Formatting): string =>
  plainSpaces(new Intl.NumberFormat(displayLocale(view.locale)).format(count));

/** "1 day", "3 incidents" */
export const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** Whole minutes in words, at most two units: "12 minutes", "3 hours 12 minutes", "4 days 2 hours". */
export function formatMinutes(minutes: number): string {
  if (minutes < 60) return counted(minutes, "minute");
  if (minutes < 48 * 60) return inTwoUnits(Math.floor(minutes / 60), "hour", minutes % 60, "minute");
  const hours = Math.floor(minutes / 60);
  return inTwoUnits(Math.floor(hours / 24), "day", hours % 24, "hour");
}

const inTwoUnits = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? counted(large, largeUnit) : `${counted(large, largeUnit)} ${counted(small, smallUnit)}`;

/** A limit, short enough for a scale: "90 min", "2 h", "4 days". */
export function formatLimit(minutes: number): string {
  if (minutes % 60 !== 0) return `${minutes} min`;
  if (minutes % 1440 === 0 && minutes > 1440) return counted(minutes / 1440, "day");
  return `${minutes / 60} h`;
}

/** How long ago, in one unit, as the page's own `now` sees it: "just now", "12 minutes ago", "yesterday" is "1 day ago". */
export function formatAgo(instant: string, now: string): string {
  const minutes = Math.floor((Date.parse(now) - Date.parse(instant)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${counted(minutes, "minute")} ago`;
  if (minutes < 48 * 60) return `${counted(Math.floor(minutes / 60), "hour")} ago`;
  return `${counted(Math.floor(minutes / 1440), "day")} ago`;
}

/** How long a run took: "48 seconds", "2 minutes", "1 hour 5 minutes". */
export function formatDuration(startedAt: string, endedAt: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000));
  return seconds < 60 ? counted(seconds, "second") : formatMinutes(Math.floor(seconds / 60));
}

/** "Revenue", "Revenue and Marketing", "Revenue, Marketing and Traffic" */
export function formatList(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
