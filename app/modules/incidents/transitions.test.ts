import { describe, expect, test } from "vitest";
import {
  type ActedIncident,
  decideAction,
  decideTransition,
  type IncidentAction,
  type KnownIncident,
} from "./transitions.ts";

const now = new Date("2026-11-24T12:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const incident = (status: KnownIncident["status"], severity: KnownIncident["severity"]): KnownIncident => ({
  id: "i",
  status,
  severity,
  resolvedAt: null,
  resolution: null,
});
const resolved = (
  severity: KnownIncident["severity"],
  hours: number,
  resolution: KnownIncident["resolution"] = "auto",
): KnownIncident => ({ id: "i", status: "resolved", severity, resolvedAt: hoursAgo(hours), resolution });

const open = (severity: string) => ({ kind: "open", severity });
const reopen = (severity: string) => ({ kind: "reopen", incidentId: "i", severity });
const escalate = (severity: string) => ({ kind: "escalate", incidentId: "i", severity });
const autoResolve = { kind: "auto_resolve", incidentId: "i" };
const none = { kind: "none" };

describe("what a verdict does to an incident", () => {
  test.each([
    ["nothing known, passing", null, null, none],
    ["nothing known, failing", null, "high", open("high")],
    ["open, worse", incident("open", "warning"), "critical", escalate("critical")],
    ["open, the same", incident("open", "high"), "high", none],
    ["open, milder: the severity never falls", incident("open", "critical"), "warning", none],
    ["open, passing", incident("open", "high"), null, autoResolve],
    ["acknowledged, worse", incident("acknowledged", "high"), "critical", escalate("critical")],
    ["acknowledged, the same", incident("acknowledged", "high"), "high", none],
    ["acknowledged, milder", incident("acknowledged", "critical"), "high", none],
    ["acknowledged, passing", incident("acknowledged", "high"), null, autoResolve],
    ["resolved, passing", resolved("high", 1), null, none],
    ["resolved exactly 24 hours ago, failing", resolved("high", 24), "warning", reopen("warning")],
    ["resolved longer ago, failing", resolved("high", 24.01), "warning", open("warning")],
    ["fixed an hour ago, failing", resolved("high", 1, "fixed"), "high", reopen("high")],
    ["expected, failing again", resolved("high", 1, "expected"), "high", reopen("high")],
    ["a false alarm two days ago, failing again", resolved("high", 48, "false_alarm"), "high", open("high")],
  ] as const)("%s", (_, latest, severity, expected) => {
    expect(decideTransition(latest, { severity, wasFailing: false }, now)).toEqual(expected);
  });

  test.each([
    ["expected, and it merely goes on", resolved("high", 1, "expected"), "high", none],
    ["expected two days ago, and it merely goes on", resolved("high", 48, "expected"), "high", none],
    ["a false alarm, and it goes on milder", resolved("high", 1, "false_alarm"), "warning", none],
    ["another reason, and it goes on", resolved("high", 1, "other"), "high", none],
    ["expected, but now worse", resolved("high", 1, "expected"), "critical", reopen("critical")],
    ["expected two days ago, but now worse", resolved("high", 48, "expected"), "critical", open("critical")],
    ["fixed, but it goes on", resolved("high", 1, "fixed"), "high", reopen("high")],
    ["open, and it goes on", incident("open", "high"), "high", none],
    ["open, and it goes on worse", incident("open", "high"), "critical", escalate("critical")],
    ["expected, and it passes at last", resolved("high", 1, "expected"), null, none],
  ] as const)("while the check failed before too: %s", (_, latest, severity, expected) => {
    expect(decideTransition(latest, { severity, wasFailing: true }, now)).toEqual(expected);
  });
});

const acted = (
  status: ActedIncident["status"],
  { staff = false, snoozedUntil = null as Date | null } = {},
): ActedIncident => ({ status, isStaffAcknowledged: staff, snoozedUntil });
const inHours = (hours: number) => hoursAgo(-hours);
const seen = (byStaff: boolean): IncidentAction => ({ kind: "acknowledge", byStaff });
const snooze = (hours: number): IncidentAction => ({ kind: "snooze", until: inHours(hours) });
const resolve = (reason: "fixed" | "other", comment = ""): IncidentAction => ({
  kind: "resolve",
  reason,
  comment,
});
const endSnooze: IncidentAction = { kind: "end_snooze" };

describe("what a person does to an incident", () => {
  test.each([
    ["open, a merchant has seen it", acted("open"), seen(false), "done"],
    ["open, staff has seen it", acted("open"), seen(true), "done"],
    ["seen by a merchant, seen again", acted("acknowledged"), seen(false), "unchanged"],
    ["seen by a merchant, now by staff", acted("acknowledged"), seen(true), "done"],
    ["seen by staff, seen again by staff", acted("acknowledged", { staff: true }), seen(true), "unchanged"],
    ["seen by staff, now by a merchant", acted("acknowledged", { staff: true }), seen(false), "unchanged"],
    ["resolved, seen", acted("resolved"), seen(false), "conflict"],
    ["open, snoozed for an hour", acted("open"), snooze(1), "done"],
    ["snoozed until then already", acted("open", { snoozedUntil: inHours(1) }), snooze(1), "unchanged"],
    ["snoozed, now for longer", acted("open", { snoozedUntil: inHours(1) }), snooze(2), "done"],
    ["seen, snoozed", acted("acknowledged"), snooze(1), "done"],
    ["snoozed into the past", acted("open"), snooze(0), "invalid"],
    ["snoozed for exactly 30 days", acted("open"), snooze(30 * 24), "done"],
    ["snoozed for longer than 30 days", acted("open"), snooze(30 * 24 + 0.01), "invalid"],
    ["resolved, snoozed", acted("resolved"), snooze(1), "conflict"],
    ["snoozed, the snooze ends", acted("open", { snoozedUntil: now }), endSnooze, "done"],
    ["not snoozed, a snooze ends", acted("open"), endSnooze, "unchanged"],
    ["resolved meanwhile, the snooze ends", acted("resolved", { snoozedUntil: now }), endSnooze, "unchanged"],
    ["open, fixed", acted("open"), resolve("fixed"), "done"],
    [
      "seen and snoozed, fixed",
      acted("acknowledged", { snoozedUntil: inHours(1) }),
      resolve("fixed"),
      "done",
    ],
    ["another reason without saying which", acted("open"), resolve("other", " "), "invalid"],
    ["another reason, said", acted("open"), resolve("other", "moved to another account"), "done"],
    ["resolved, resolved again", acted("resolved"), resolve("fixed"), "conflict"],
  ] as const)("%s: %o", (_, before, action, expected) => {
    const decided = decideAction(before, action, now);
    expect(decided.outcome === "refused" ? decided.code : decided.outcome).toBe(expected);
  });
});
