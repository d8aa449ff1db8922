import { expect, test } from "vitest";
import { monthsBefore } from "./cutoff.ts";

test.each([
  ["the same day and time of another month", "2026-11-25T03:00:00Z", 13, "2025-10-25T03:00:00Z"],
  ["across two turns of the year", "2026-01-01T00:00:00Z", 13, "2024-12-01T00:00:00Z"],
  ["to the end of a shorter month", "2026-12-31T03:00:00Z", 13, "2025-11-30T03:00:00Z"],
  ["to 29 February in a leap year", "2025-03-31T03:00:00Z", 13, "2024-02-29T03:00:00Z"],
  ["to 28 February in another", "2026-03-29T03:00:00Z", 13, "2025-02-28T03:00:00Z"],
  ["from 29 February", "2024-02-29T03:00:00Z", 12, "2023-02-28T03:00:00Z"],
  ["in UTC, whatever the machine's zone", "2026-03-29T23:59:59.999Z", 1, "2026-02-28T23:59:59.999Z"],
])("%s", (_, now, months, cutoff) => {
  expect(monthsBefore(new Date(now), months)).toEqual(new Date(cutoff));
});
