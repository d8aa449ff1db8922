import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ShopForm } from "./shop-form.ts";

const id = "00000000-0000-4000-8000-000000000001";
const now = new Date("2026-11-25T12:00:00Z");
beforeEach(() => {
  vi.useFakeTimers({ now });
});
afterEach(() => {
  vi.useRealTimers();
});

const parse = (entered: Record<string, string>) =>
  ShopForm.safeParse({ csrf: "x", reason: "Why", ...entered });
const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

test.each<[string, Record<string, string>, object]>([
  ["a span becomes an instant", { intent: "snooze", incidentId: id, forHours: "4" }, { until: at(4) }],
  [
    "one that begins later ends later",
    { intent: "plan_maintenance", inHours: "12", forHours: "2" },
    { startsAt: at(12), endsAt: at(14) },
  ],
  [
    "all sources are no source in particular",
    { intent: "plan_maintenance", connectorId: "", inHours: "0", forHours: "1" },
    { connectorId: null, startsAt: at(0) },
  ],
  [
    "limits are a number, for a time",
    { intent: "override_sla", connectorId: id, warningMinutes: "240", forHours: "24" },
    { warningMinutes: 240, expiresAt: at(24) },
  ],
  [
    "limits until further notice have no end",
    { intent: "override_sla", connectorId: id, warningMinutes: "240", forHours: "" },
    { warningMinutes: 240, expiresAt: null },
  ],
  [
    "no limits are the source's own",
    { intent: "override_sla", connectorId: id, warningMinutes: "", forHours: "" },
    { warningMinutes: null },
  ],
  ["the token of the form is no part of it", { intent: "sync", connectorId: id }, { intent: "sync" }],
])("%s", (_, entered, expected) => {
  const { data } = parse(entered);
  expect(data).toMatchObject(expected);
  expect(data).not.toHaveProperty("csrf");
});

test.each<[string, Record<string, string>, string[]]>([
  ["without a reason", { intent: "sync", connectorId: id, reason: " " }, ["reason"]],
  [
    "with a reason of a novel's length",
    { intent: "sync", connectorId: id, reason: "x".repeat(501) },
    ["reason"],
  ],
  ["of a thing that is no id", { intent: "sync", connectorId: "../1" }, ["connectorId"]],
  ["without a span", { intent: "snooze", incidentId: id }, ["forHours"]],
  ["with a span that is none", { intent: "snooze", incidentId: id, forHours: "soon" }, ["forHours"]],
  [
    "with limits that are no number",
    { intent: "override_sla", connectorId: id, warningMinutes: "1h" },
    ["warningMinutes"],
  ],
  [
    "that resolves as nothing we know",
    { intent: "resolve", incidentId: id, resolution: "auto" },
    ["resolution"],
  ],
  ["of an intent that there is not", { intent: "drop" }, ["intent"]],
])("a form %s is refused, beside its field", (_, entered, fields) => {
  const { error } = parse(entered);
  expect(error?.issues.map(({ path }) => path.join("."))).toEqual(fields);
});
