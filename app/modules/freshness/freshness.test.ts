import { describe, expect, test } from "vitest";
import { sourceKeys, sources } from "../connectors/sources.ts";
import { evaluateFreshness, severityOfAge, slaFromWarning } from "./freshness.ts";

const asOf = new Date("2026-11-24T12:00:00Z");
const ago = (minutes: number, seconds = 0) => new Date(asOf.getTime() - minutes * 60_000 - seconds * 1000);

describe("limits: strictly after each, for every source", () => {
  test.each(sourceKeys.map((key) => [key, sources[key].warningMinutes] as const))("%s", (_, warning) => {
    const sla = slaFromWarning(warning);
    expect(
      [warning, warning + 1, 2 * warning, 2 * warning + 1, 4 * warning, 4 * warning + 1].map((age) =>
        severityOfAge(age, sla),
      ),
    ).toEqual([null, "warning", "warning", "high", "high", "critical"]);
  });
});

const facts = {
  lastSucceededAt: null,
  addedAt: ago(600),
  firstRunStartedAt: null,
  runningSince: null,
  sla: slaFromWarning(120),
  asOf,
};

test("whole minutes are floored: 120 minutes and 59 seconds are still in time", () => {
  expect(evaluateFreshness({ ...facts, lastSucceededAt: ago(120, 59) })).toEqual({
    state: "fresh",
    ageMinutes: 120,
  });
  expect(evaluateFreshness({ ...facts, lastSucceededAt: ago(121) })).toEqual({
    state: "late",
    severity: "warning",
    ageMinutes: 121,
  });
});

test("never synced counts from when it was added and can become critical", () => {
  expect(evaluateFreshness(facts)).toEqual({
    state: "never_synced",
    severity: "critical",
    waitingMinutes: 600,
  });
});

test("a running first import has 72 hours", () => {
  const running = { ...facts, addedAt: ago(6000), runningSince: ago(10) };
  expect(evaluateFreshness({ ...running, firstRunStartedAt: ago(72 * 60) }).state).toBe(
    "first_import_running",
  );
  expect(evaluateFreshness({ ...running, firstRunStartedAt: ago(72 * 60 + 1) })).toEqual({
    state: "never_synced",
    severity: "critical",
    waitingMinutes: 6000,
  });
});

test("a success in the future reads as just now", () => {
  expect(evaluateFreshness({ ...facts, lastSucceededAt: ago(-5) })).toEqual({
    state: "fresh",
    ageMinutes: 0,
  });
});
