import { dayBefore, startOfDay } from "../shops/shop-days.ts";
import type { DayRange } from "./day-ranges.ts";

/** How far back hours are counted. */
export const HOURLY_DAYS = 42;

const HOUR_MS = 3_600_000;

export interface Instants {
  fromAt: Date;
  toAt: Date;
}

/** Where a range of a zone's days begins and ends, whether they have 23, 24 or 25 hours. */
export const instantsOf = ({ fromDay, toDay }: DayRange, timeZone: string): Instants => ({
  fromAt: startOfDay(fromDay, timeZone),
  toAt: startOfDay(dayBefore(toDay, -1), timeZone),
});

/** The whole UTC hours that touch a stretch, are over, and not older than what is kept by the hour. Null: none. */
export function hoursOf({ fromAt, toAt }: Instants, now: Date): Instants | null {
  const oldest = hourOf(now) - HOURLY_DAYS * 24;
  const from = Math.max(hourOf(fromAt), oldest);
  const to = Math.min(Math.ceil(toAt.getTime() / HOUR_MS), hourOf(now));
  return from < to ? { fromAt: new Date(from * HOUR_MS), toAt: new Date(to * HOUR_MS) } : null;
}

/** What to read for both: a stretch's days, and the hours at its ends that reach beyond them. */
export const spanOf = (days: Instants, hours: Instants | null): Instants => ({
  fromAt: hours && hours.fromAt < days.fromAt ? hours.fromAt : days.fromAt,
  toAt: hours && hours.toAt > days.toAt ? hours.toAt : days.toAt,
});

const hourOf = (instant: Date): number => Math.floor(instant.getTime() / HOUR_MS);
