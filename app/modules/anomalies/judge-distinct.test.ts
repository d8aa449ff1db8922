import { expect, test } from "vitest";
import { judgeDistinct } from "./judge-distinct.ts";

const FIRST = Date.parse("2026-06-01") / 86_400_000;
const dayOf = (i: number) => new Date((FIRST + i) * 86_400_000).toISOString().slice(0, 10);
const history = Array.from({ length: 100 }, (_, i) => ({ day: dayOf(i), value: 45 + ((i * 79) % 11) }));

test.each([
  ["as many campaigns as ever", 50, null],
  ["a tenth of them", 5, "drop"],
  ["ten times as many", 500, "rise"],
])("%s: %i", (_, value, kind) => {
  const verdict = judgeDistinct({ history, day: dayOf(100), value });
  if (verdict.state === "learning") throw new Error("still learning");
  expect(verdict.tier === null ? null : verdict.kind).toBe(kind);
});
