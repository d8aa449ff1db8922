/** One local hour of a series: "2026-11-24T13:00" and the records that fell into it. */
export interface HourCount {
  hour: string;
  count: number;
}

/** Hours since 1970 on the wall clock: an index to count with, not an instant. */
export const hourIndex = (hour: string): number =>
  Math.floor(Date.parse(`${hour.slice(0, 13)}:00Z`) / 3_600_000);

export const HOURS_PER_WEEK = 168;

/** 0 is Thursday midnight (1 January 1970 was a Thursday). */
export const hourOfWeek = (index: number): number =>
  ((index % HOURS_PER_WEEK) + HOURS_PER_WEEK) % HOURS_PER_WEEK;

/** Wall-clock hours before `until`, oldest first; an hour met twice (the clock was put back) holds both counts. */
export function hoursBefore(history: readonly HourCount[], until: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { hour, count } of history) {
    const index = hourIndex(hour);
    if (index < until) counts.set(index, (counts.get(index) ?? 0) + count);
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}
