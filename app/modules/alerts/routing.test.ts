import { describe, expect, test } from "vitest";
import { type DeliveryFacts, decideDelivery } from "./routing.ts";

const now = new Date("2026-11-24T12:00:00Z");
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const facts = (changes: Partial<DeliveryFacts>): DeliveryFacts => ({
  channel: "slack",
  event: "opened",
  check: "freshness",
  severity: "high",
  isOn: true,
  isTold: false,
  lastToldAt: null,
  lastToldSeverity: "critical",
  cooldownMinutes: 15,
  snoozedUntil: null,
  maintenanceUntil: null,
  isStaffAcknowledged: false,
  parents: [],
  ...changes,
});
const told = { isTold: true, lastToldAt: inMinutes(-10) };
const said = (changes: Partial<DeliveryFacts>) => {
  const decision = decideDelivery(facts(changes), now);
  return decision.do === "hold"
    ? [`hold: ${decision.reason}`, decision.until]
    : [`${decision.do}: ${decision.reason}`];
};

describe("who is told, by severity", () => {
  test.each([
    ["slack", "warning", "skip: log_only"],
    ["slack", "high", "send: opened"],
    ["slack", "critical", "send: opened"],
    ["pagerduty", "warning", "skip: log_only"],
    ["pagerduty", "high", "skip: below_critical"],
    ["pagerduty", "critical", "send: opened"],
    ["flow", "warning", "send: opened"],
    ["flow", "high", "send: opened"],
    ["flow", "critical", "send: opened"],
  ] as const)("%s, %s: %s", (channel, severity, expected) => {
    expect(said({ channel, severity })).toEqual([expected]);
  });
});

describe("the end", () => {
  test.each([
    ["is told to whoever was told", told, "send: resolved"],
    ["of what was never announced is not told", {}, "skip: never_announced"],
    [
      "is told of a warning too, if it was announced as more",
      { ...told, severity: "warning" },
      "send: resolved",
    ],
    ["does not wait for the cooldown", { isTold: true, lastToldAt: inMinutes(-1) }, "send: resolved"],
    ["does not wait for a snooze", { ...told, snoozedUntil: inMinutes(60) }, "send: resolved"],
    ["does not wait for maintenance", { ...told, maintenanceUntil: inMinutes(60) }, "send: resolved"],
    ["does not wait for the parent", { ...told, parents: ["upstream"] }, "send: resolved"],
    ["is told though staff has acknowledged", { ...told, isStaffAcknowledged: true }, "send: resolved"],
    ["is told to nobody where the channel is off", { ...told, isOn: false }, "skip: switched_off"],
  ] as const)("%s", (_, changes, expected) => {
    expect(said({ event: "resolved", ...changes })).toEqual([expected]);
  });
});

describe("what waits, and until when", () => {
  test.each([
    [
      "came back worse within the cooldown",
      { event: "reopened", severity: "critical", lastToldAt: inMinutes(-14), lastToldSeverity: "high" },
      "send: reopened",
      undefined,
    ],
    [
      "came back within the cooldown",
      { event: "reopened", lastToldAt: inMinutes(-14) },
      "hold: cooldown",
      inMinutes(1),
    ],
    [
      "came back as the cooldown ends",
      { event: "reopened", lastToldAt: inMinutes(-15) },
      "send: reopened",
      undefined,
    ],
    ["came back, never told before", { event: "reopened" }, "send: reopened", undefined],
    [
      "came back, cooldown of 0",
      { event: "reopened", lastToldAt: now, cooldownMinutes: 0 },
      "send: reopened",
      undefined,
    ],
    [
      "got worse within the cooldown",
      { event: "escalated", lastToldAt: inMinutes(-1) },
      "send: escalated",
      undefined,
    ],
    ["snoozed", { snoozedUntil: inMinutes(30) }, "hold: snoozed", inMinutes(30)],
    ["the snooze is over", { event: "snooze_ended", snoozedUntil: now }, "send: snooze_ended", undefined],
    ["maintenance", { maintenanceUntil: inMinutes(30) }, "hold: maintenance", inMinutes(30)],
    ["maintenance is over", { maintenanceUntil: now }, "send: opened", undefined],
    [
      "a leak during maintenance",
      { check: "tenant_isolation", maintenanceUntil: inMinutes(30) },
      "send: opened",
      undefined,
    ],
    ["many shops have it", { parents: ["upstream"] }, "hold: parent", null],
    ["the whole shop has it", { parents: ["shop"] }, "hold: parent", null],
    ["Flow, many shops have it", { channel: "flow", parents: ["upstream"] }, "send: opened", undefined],
    ["Flow, the whole shop has it", { channel: "flow", parents: ["shop"] }, "hold: parent", null],
    ["Flow, snoozed by staff", { channel: "flow", snoozedUntil: inMinutes(30) }, "send: opened", undefined],
    [
      "staff has seen it, it came back",
      { event: "reopened", isStaffAcknowledged: true },
      "skip: acknowledged",
      undefined,
    ],
    [
      "staff has seen it, it got worse",
      { event: "escalated", isStaffAcknowledged: true },
      "send: escalated",
      undefined,
    ],
  ] as const)("%s", (_, changes, expected, until) => {
    expect(said(changes)).toEqual(until === undefined ? [expected] : [expected, until]);
  });
});

describe("an acknowledgement by staff", () => {
  test.each([
    ["goes to PagerDuty", { channel: "pagerduty", ...told }, "send: acknowledged"],
    ["not if PagerDuty never heard of it", { channel: "pagerduty" }, "skip: never_announced"],
    ["not to Slack", { channel: "slack", ...told }, "skip: not_for_channel"],
    ["not to Flow", { channel: "flow", ...told }, "skip: not_for_channel"],
  ] as const)("%s", (_, changes, expected) => {
    expect(said({ event: "acknowledged", severity: "critical", ...changes })).toEqual([expected]);
  });
});
