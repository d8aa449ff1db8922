import { expect, test } from "vitest";
import { hoursOf, instantsOf, spanOf } from "./stretches.ts";

const now = new Date("2026-11-24T15:20:00Z");
const instants = (from: string, to: string) => ({ fromAt: new Date(from), toAt: new Date(to) });

test.each([
  ["UTC", "2026-11-01", 24],
  ["America/New_York", "2026-03-08", 23],
  ["America/New_York", "2026-11-01", 25],
  ["Pacific/Auckland", "2026-09-27", 23],
  // Clocks in Cairo skip midnight: the day begins at 01:00.
  ["Africa/Cairo", "2026-04-24", 23],
])("in %s %s has %i hours", (timeZone, day, hours) => {
  const { fromAt, toAt } = instantsOf({ fromDay: day, toDay: day }, timeZone);
  expect((toAt.getTime() - fromAt.getTime()) / 3_600_000).toBe(hours);
});

test.each([
  [
    "ends with the hour that is over",
    instants("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"),
    ["24T00:00", "24T15:00"],
  ],
  [
    "covers the hours that a day shares with its neighbours",
    instants("2026-11-22T18:30:00Z", "2026-11-23T18:30:00Z"),
    ["22T18:00", "23T19:00"],
  ],
])("a day's hours: %s", (_, days, [from, to]) => {
  const hours = hoursOf(days, now);
  expect([hours?.fromAt.toISOString().slice(8, 16), hours?.toAt.toISOString().slice(8, 16)]).toEqual([
    from,
    to,
  ]);
});

test("hours are kept for 42 days: older days have none, and a long stretch only its end", () => {
  expect(hoursOf(instants("2026-10-01T00:00:00Z", "2026-10-13T15:00:00Z"), now)).toBeNull();
  expect(hoursOf(instants("2026-10-01T00:00:00Z", "2026-11-25T00:00:00Z"), now)?.fromAt).toEqual(
    new Date("2026-10-13T15:00:00Z"),
  );
  expect(hoursOf(instants("2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z"), now)).toBeNull();
});

test("what is read covers the days and the hours", () => {
  const days = instants("2026-11-22T18:30:00Z", "2026-11-24T18:30:00Z");
  expect(spanOf(days, null)).toEqual(days);
  expect(spanOf(days, hoursOf(days, now))).toEqual(instants("2026-11-22T18:00:00Z", "2026-11-24T18:30:00Z"));
});
