import { Temporal } from "temporal-polyfill";

/**
 * The instant before which things are past their time: as many calendar months ago, in UTC, at the same time of day. In
 * a month that is too short, on its last day (13 months before 31 March 2025 is 29 February 2024).
 */
export function monthsBefore(now: Date, months: number): Date {
  const cutoff = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO("UTC")
    .subtract({ months });
  return new Date(cutoff.epochMilliseconds);
}
