import { expect, it } from "vitest";
import type { Severity } from "../severity.ts";
import { type StreakStep, stepStreaks } from "./streaks.ts";

const play = (isHard: boolean, ...severities: (Severity | null)[]) => {
  let streaks = { failing: 0, passing: 0 };
  return severities.map((severity): StreakStep["incident"] => {
    const step = stepStreaks(streaks, severity, isHard);
    streaks = step;
    return step.incident;
  });
};
const end = { severity: null, wasFailing: false };
const fails = (severity: Severity, wasFailing = false) => ({ severity, wasFailing });

it("a hard check opens and closes at the first evaluation", () => {
  expect(play(true, "high", null)).toEqual([fails("high"), end]);
});

it("a statistical check opens at the second failing evaluation in a row and closes at the second passing one", () => {
  expect(play(false, "warning", "warning", "high", null, null)).toEqual([
    null,
    fails("warning"),
    fails("high", true),
    null,
    end,
  ]);
});

it("a flicker says nothing", () => {
  expect(play(false, null, "high", null, "high", null)).toEqual([null, null, null, null, null]);
});

it("counts go on without end, and one of the two is always zero", () => {
  let streaks = { failing: 0, passing: 0 };
  for (let time = 0; time < 100; time += 1) {
    streaks = stepStreaks(streaks, time % 7 < 4 ? "high" : null, false);
    expect(Math.min(streaks.failing, streaks.passing)).toBe(0);
  }
});
