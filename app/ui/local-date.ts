/**
 * Polaris' DatePicker thinks in the browser's zone and shop days have none: a day goes in as that zone's date of the
 * same name, and comes out by its name. Null for what is no day.
 */
export function localDateOf(day: string): Date | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (!year) return null;
  const local = new Date(2000, 0, 1);
  local.setFullYear(Number(year), Number(month) - 1, Number(date));
  return local;
}

/** The day that a date bears in the browser's zone, `2026-11-24`. */
export const dayOfLocalDate = (date: Date): string =>
  [
    String(date.getFullYear()).padStart(4, "0"),
    String(date.getMonth() + 1).padStart(2, "0"),
    String(date.getDate()).padStart(2, "0"),
  ].join("-");
