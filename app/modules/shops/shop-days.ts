import { Temporal } from "temporal-polyfill";

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
