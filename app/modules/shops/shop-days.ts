import { Temporal } from "temporal-polyfill";

const HOUR_MS = 3_600_000;

/** The calendar day of an instant in an IANA zone, `YYYY-MM-DD`. */
export const dayOf = (instant: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();

/** The day `days` before (negative: after) another. */
export const dayBefore = (day: string, days = 1): string =>
  Temporal.PlainDate.from(day).subtract({ days }).toString();

/** The instant at which a day begins there; on a day that skips midnight, its first moment. */
export const startOfDay = (day: string, timeZone: string): Date =>
  new Date(Temporal.PlainDate.from(day).toZonedDateTime({ timeZone }).epochMilliseconds);

/** `count` days ending with `last`, oldest first. */
export function daysEnding(last: string, count: number): string[] {
  const end = Temporal.PlainDate.from(last);
  return Array.from({ length: count }, (_, index) => end.subtract({ days: count - 1 - index }).toString());
}

/** 1 for Monday to 7 for Sunday. */
export const weekdayOf = (day: string): number => Temporal.PlainDate.from(day).dayOfWeek;

/** Whole days from one to another; negative when the second comes first. */
export const daysBetween = (from: string, to: string): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days;

/** The last whole hour that was over at an instant, on the shop's wall clock: `2026-11-24T13:00`. */
export function hourBefore(instant: Date, timeZone: string): string {
  const startedMs = (Math.floor(instant.getTime() / HOUR_MS) - 1) * HOUR_MS;
  const wall = Temporal.Instant.fromEpochMilliseconds(startedMs)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime();
  return `${wall.toString().slice(0, 13)}:00`;
}
