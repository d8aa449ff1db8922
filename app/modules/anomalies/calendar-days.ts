const DAY_MS = 86_400_000;

/** "2026-11-17" as days since 1970; NaN for anything that is no calendar day. No clock, no time zone, no summer time. */
export const dayNumber = (day: string): number => Date.parse(`${day}T00:00Z`) / DAY_MS;

/** 0 is Sunday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

/**
 * Days on which shops of many countries close or sell little: Christmas, New Year, Easter, 1 May, 4 July, Thanksgiving.
 * A quiet day there needs more evidence; nothing is switched off.
 */
export function isCommonHoliday(day: number): boolean {
  const date = new Date(day * DAY_MS);
  const monthDay = (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
  if (FIXED_HOLIDAYS.has(monthDay)) return true;
  if (monthDay >= 1122 && monthDay <= 1128) return date.getUTCDay() === 4;
  const fromEaster = day - easterSunday(date.getUTCFullYear());
  return fromEaster >= -2 && fromEaster <= 1;
}

/** Month times 100 plus day. */
const FIXED_HOLIDAYS = new Set([1224, 1225, 1226, 1231, 101, 102, 501, 704]);

/** Gregorian computus (Meeus, Jones, Butcher), as days since 1970. */
function easterSunday(year: number): number {
  const a = year % 19;
  const century = Math.floor(year / 100);
  const rest = year % 100;
  const g = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const h = (19 * a + century - Math.floor(century / 4) - g + 15) % 30;
  const l = (32 + 2 * (century % 4) + 2 * Math.floor(rest / 4) - h - (rest % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  const dayOfMonth = ((h + l - 7 * m + 114) % 31) + 1;
  return Date.UTC(year, month - 1, dayOfMonth) / DAY_MS;
}
