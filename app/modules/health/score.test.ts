import fc from "fast-check";
import { expect, test } from "vitest";
import { BLOCKED_CAP, scoreConnectors } from "./score.ts";

const connector = fc.record({
  id: fc.uuid(),
  label: fc.constant("x"),
  isCriticalSource: fc.boolean(),
  status: fc.constantFrom("healthy", "delayed", "error", "unknown", "learning", "paused"),
  severity: fc.constantFrom("warning", "high", "critical", null),
});

test("the deductions always add up to what is missing from 100, largest first", () => {
  fc.assert(
    fc.property(fc.array(connector, { maxLength: 14 }), fc.boolean(), (connectors, isBlocked) => {
      const { score, deductions } = scoreConnectors(connectors, isBlocked);
      if (score === null) return deductions.length === 0;
      const points = deductions.map((deduction) => deduction.points);
      expect(points.reduce((sum, one) => sum + one, 0)).toBe(100 - score);
      expect(points.every((one) => Number.isInteger(one) && one > 0)).toBe(true);
      expect(points).toEqual([...points].sort((a, b) => b - a));
      if (isBlocked) expect(score).toBeLessThanOrEqual(BLOCKED_CAP);
      return true;
    }),
    { numRuns: 2000 },
  );
});

test("critical sources count three times", () => {
  const one = { label: "x", severity: null } as const;
  const score = (status: "healthy" | "error", isCriticalSource: boolean, other: "healthy" | "error") =>
    scoreConnectors(
      [
        { ...one, id: "a", status, isCriticalSource },
        { ...one, id: "b", status: other, isCriticalSource: false },
      ],
      false,
    ).score;
  expect(score("error", true, "healthy")).toBe(25);
  expect(score("healthy", true, "error")).toBe(75);
});

test("the cap is an entry of its own", () => {
  const { score, deductions } = scoreConnectors(
    [{ id: "a", label: "x", status: "healthy", severity: null, isCriticalSource: false }],
    true,
  );
  expect(score).toBe(49);
  expect(deductions).toEqual([{ connectorId: null, reason: "dashboard_blocked", points: 51 }]);
});
