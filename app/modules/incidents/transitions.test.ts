import { describe, expect, test } from "vitest";
import { decideTransition, type KnownIncident } from "./transitions.ts";

const now = new Date("2026-11-24T12:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const incident = (
  status: KnownIncident["status"],
  severity: KnownIncident["severity"],
  resolvedAt: Date | null = null,
): KnownIncident => ({ id: "i", status, severity, resolvedAt });

describe("what happens to an incident", () => {
  test.each([
    ["nothing known, passing", null, null, { kind: "none" }],
    ["nothing known, failing", null, "high", { kind: "open", severity: "high" }],
    [
      "open, worse",
      incident("open", "warning"),
      "critical",
      { kind: "escalate", incidentId: "i", severity: "critical" },
    ],
    [
      "acknowledged, worse",
      incident("acknowledged", "high"),
      "critical",
      { kind: "escalate", incidentId: "i", severity: "critical" },
    ],
    ["open, the same", incident("open", "high"), "high", { kind: "none" }],
    ["open, milder: the severity never falls", incident("open", "critical"), "warning", { kind: "none" }],
    ["open, passing", incident("open", "high"), null, { kind: "auto_resolve", incidentId: "i" }],
    [
      "acknowledged, passing",
      incident("acknowledged", "high"),
      null,
      { kind: "auto_resolve", incidentId: "i" },
    ],
    ["resolved, passing", incident("resolved", "high", hoursAgo(1)), null, { kind: "none" }],
    [
      "resolved exactly 24 hours ago, failing",
      incident("resolved", "high", hoursAgo(24)),
      "warning",
      { kind: "reopen", incidentId: "i", severity: "warning" },
    ],
    [
      "resolved longer ago, failing",
      incident("resolved", "high", hoursAgo(24.01)),
      "warning",
      { kind: "open", severity: "warning" },
    ],
  ] as const)("%s", (_, latest, severity, expected) => {
    expect(decideTransition(latest, severity, now)).toEqual(expected);
  });
});
