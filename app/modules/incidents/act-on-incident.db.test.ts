import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop, withShops } from "#app/platform/tenant.server.ts";
import { type AlertSinks, deliverDue, startAlertSinks } from "#e2e/support/alert-sinks.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { sendTestAlert } from "../alerts/announce.server.ts";
import { sweepAlerts } from "../alerts/sweep.server.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import { getSummary } from "../health/get-summary.server.ts";
import type { Shop } from "../shops/shop.ts";
import {
  acknowledgeIncident,
  type By,
  type ResolutionGiven,
  resolveIncident,
  snoozeIncident,
} from "./act-on-incident.server.ts";
import { endMaintenance, planMaintenance } from "./maintenance.server.ts";

let database: TestDatabase;
let sinks: AlertSinks;
let shop: Shop;
let connectorId: string;
const start = new Date("2026-11-20T10:00:00Z");
const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
const [FRESH, WARNING, HIGH, CRITICAL] = [10, 150, 300, 600];

beforeAll(async () => {
  database = await createTestDatabase();
  sinks = await startAlertSinks({ timeoutMs: 5_000 });
});
afterAll(async () => {
  await sinks?.stop();
  await database?.drop();
});
beforeEach(async () => {
  sinks.sunk.length = 0;
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
  await database.owner.query("DELETE FROM shops");
  shop = await makeShop(database.owner);
  connectorId = (await makeConnector(database.owner, shop.id, "shopify_orders", { createdAt: at(-90_000) }))
    .id;
});

/** Judges the source as late by so many minutes, and tells what there is to tell. */
async function judge(ageMinutes: number, minutes: number): Promise<string[]> {
  await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [
    connectorId,
    at(minutes - ageMinutes),
  ]);
  await withShop(shop.id, (tx) =>
    judgeConnectors(tx, { shopIds: [shop.id], now: at(minutes), isFullPass: true }),
  );
  return told(minutes);
}
async function told(minutes: number): Promise<string[]> {
  const before = sinks.sunk.length;
  await sweepAlerts(at(minutes));
  await deliverDue(database.owner, at(minutes), sinks.senders);
  return sinks.sunk
    .slice(before)
    .map(({ channel, body }) =>
      channel === "slack" ? `slack: ${String(body.text).split(" · ")[0]}` : `pagerduty: ${body.event_action}`,
    );
}
const incident = async () =>
  (
    await database.owner.query(
      "SELECT id, status, severity, resolution, snoozed_until AS until FROM dq_incidents ORDER BY opened_at DESC LIMIT 1",
    )
  ).rows[0];
const by = (minutes: number, role: "merchant" | "support" = "support"): By => ({
  actor: { role, name: "kim@example.com" },
  now: at(minutes),
  requestId: "request-1",
});
const act = async <T>(
  work: (tx: Parameters<Parameters<typeof withShop>[1]>[0], id: string) => Promise<T>,
) => {
  const { id } = await incident();
  return withShop(shop.id, (tx) => work(tx, id));
};
const resolve = (minutes: number, given: ResolutionGiven) =>
  act((tx, id) => resolveIncident(tx, id, given, by(minutes)));
const timeline = async () =>
  (
    await database.owner.query(
      "SELECT kind || ' by ' || actor_role AS step FROM incident_events ORDER BY at, kind",
    )
  ).rows.map(({ step }) => step);

describe("resolved by a person", () => {
  test("as fixed: if the next check still fails, it is back; the story and the audit say who and why", async () => {
    await judge(HIGH, 0);
    await resolve(5, { reason: "fixed", comment: "token renewed" });
    expect(await told(5)).toEqual(["slack: Resolved: Shopify Orders is late"]);
    expect(await incident()).toMatchObject({ status: "resolved", resolution: "fixed" });
    // Within the cooldown: it is back, and told when that ends.
    expect(await judge(HIGH, 15)).toEqual([]);
    expect(await incident()).toMatchObject({ status: "open", resolution: null });
    expect(await told(21)).toEqual(["slack: Came back, high: Shopify Orders is late"]);
    expect(await timeline()).toEqual(["opened by system", "resolved by support", "reopened by system"]);
    const { rows: audit } = await database.owner.query(
      "SELECT actor, action, reason, after, request_id FROM audit_log WHERE shop_id = $1",
      [shop.id],
    );
    expect(audit).toEqual([
      {
        actor: "kim@example.com",
        action: "incident.resolve",
        reason: "token renewed",
        after: { status: "resolved", resolution: "fixed" },
        request_id: "request-1",
      },
    ]);
  });

  test.each(["expected", "false_alarm"] as const)(
    "as %s: it stays closed while it merely goes on",
    async (reason) => {
      await judge(HIGH, 0);
      await resolve(5, { reason, comment: "" });
      await told(5);
      expect(await judge(HIGH, 15)).toEqual([]);
      expect(await judge(WARNING, 30)).toEqual([]);
      expect(await incident()).toMatchObject({ status: "resolved", resolution: reason });
      // Worse is news.
      expect(await judge(CRITICAL, 60)).toEqual([
        "slack: Came back, critical: Shopify Orders is late",
        "pagerduty: trigger",
      ]);
    },
  );

  test("as expected, then well, then late again: that is news too", async () => {
    await judge(HIGH, 0);
    await resolve(5, { reason: "expected", comment: "" });
    await judge(FRESH, 20);
    expect(await judge(HIGH, 40)).toEqual(["slack: Came back, high: Shopify Orders is late"]);
  });

  test("for another reason needs a comment, and what is resolved cannot be resolved again", async () => {
    await judge(HIGH, 0);
    await expect(resolve(5, { reason: "other", comment: " " })).rejects.toMatchObject({ code: "invalid" });
    await resolve(5, { reason: "other", comment: "source was retired" });
    await expect(resolve(6, { reason: "fixed", comment: "" })).rejects.toMatchObject({ code: "conflict" });
  });

  test("is another shop's incident: not there", async () => {
    await judge(HIGH, 0);
    const { id } = await incident();
    const other = await makeShop(database.owner);
    for (const work of [
      (tx: never) => resolveIncident(tx, id, { reason: "fixed", comment: "" }, by(1)),
      (tx: never) => snoozeIncident(tx, id, { until: at(60), reason: "" }, by(1)),
      (tx: never) => acknowledgeIncident(tx, id, by(1)),
    ])
      await expect(withShop(other.id, (tx) => work(tx as never))).rejects.toMatchObject({
        code: "not_found",
      });
    expect(await incident()).toMatchObject({ status: "open" });
  });
});

describe("a snooze", () => {
  const severityOf = async (minutes: number) =>
    withShop(shop.id, async (tx) => (await getSummary(tx, shop, at(minutes))).connectors[0]!.severity);

  test("counts for nothing and tells nobody until it ends, then what is still open is told", async () => {
    await judge(HIGH, 0);
    await act((tx, id) => snoozeIncident(tx, id, { until: at(60), reason: "known" }, by(5)));
    expect(await severityOf(10)).toBeNull();
    expect(await judge(HIGH, 30)).toEqual([]);
    expect(await told(59)).toEqual([]);
    expect(await told(60)).toEqual(["slack: Still open after its snooze, high: Shopify Orders is late"]);
    expect(await severityOf(60)).toBe("high");
    expect(await timeline()).toEqual(["opened by system", "snoozed by support", "snooze_ended by system"]);
    expect(await told(61)).toEqual([]);
  });

  test("ends when it gets worse, which is told at once", async () => {
    await judge(HIGH, 0);
    await act((tx, id) => snoozeIncident(tx, id, { until: at(600), reason: "known" }, by(5)));
    expect(await judge(CRITICAL, 15)).toEqual([
      "slack: Now critical: Shopify Orders is late",
      "pagerduty: trigger",
    ]);
    expect(await incident()).toMatchObject({ until: null });
    expect(await severityOf(15)).toBe("critical");
  });

  test("of what is over by then says nothing", async () => {
    await judge(HIGH, 0);
    await act((tx, id) => snoozeIncident(tx, id, { until: at(60), reason: "known" }, by(5)));
    expect(await judge(FRESH, 30)).toEqual(["slack: Resolved: Shopify Orders is late"]);
    expect(await told(60)).toEqual([]);
  });

  test.each([
    ["now", 5],
    ["in the past", 4],
    ["in 31 days", 31 * 1440],
  ])("that ends %s is refused", async (_, minutes) => {
    await judge(HIGH, 0);
    await expect(
      act((tx, id) => snoozeIncident(tx, id, { until: at(minutes), reason: "" }, by(5))),
    ).rejects.toMatchObject({ code: "invalid" });
  });
});

describe("maintenance", () => {
  const plan = (
    changes: { connectorId?: string | null | undefined; from?: number; to?: number; reason?: string } = {},
    minutes = 0,
  ) =>
    withShop(shop.id, (tx) =>
      planMaintenance(
        tx,
        {
          shopId: shop.id,
          connectorId: changes.connectorId === undefined ? connectorId : changes.connectorId,
          startsAt: at(changes.from ?? 0),
          endsAt: at(changes.to ?? 60),
          reason: changes.reason ?? "moving the warehouse",
        },
        by(minutes),
      ),
    );

  test.each([
    ["its source", undefined],
    ["the whole shop", null],
  ] as const)(
    "of %s: what begins meanwhile is shown and told to nobody; what is still open at the end is",
    async (_, connector) => {
      await plan({ connectorId: connector });
      expect(await judge(CRITICAL, 10)).toEqual([]);
      expect(await incident()).toMatchObject({ status: "open", severity: "critical" });
      expect(await told(59)).toEqual([]);
      expect(await told(60)).toEqual(["slack: Critical: Shopify Orders is late", "pagerduty: trigger"]);
    },
  );

  test("what is over before it ends is never told", async () => {
    await plan();
    await judge(CRITICAL, 10);
    expect(await judge(FRESH, 20)).toEqual([]);
    expect(await told(60)).toEqual([]);
  });

  test("ended sooner: told then. Prolonged: told at the later end", async () => {
    const id = await plan();
    await judge(HIGH, 10);
    await plan({ from: 30, to: 90 }, 20);
    await withShop(shop.id, (tx) => endMaintenance(tx, id, by(40)));
    expect(await told(40)).toEqual([]);
    expect(await told(90)).toEqual(["slack: High: Shopify Orders is late"]);
    const later = await plan({ from: 100, to: 200 }, 95);
    await judge(FRESH, 110);
    await judge(CRITICAL, 130);
    expect((await withShop(shop.id, (tx) => endMaintenance(tx, later, by(140)))) as unknown).toBeUndefined();
    expect(await told(140)).toEqual([
      "slack: Came back, critical: Shopify Orders is late",
      "pagerduty: trigger",
    ]);
    await withShop(shop.id, (tx) => endMaintenance(tx, later, by(150)));
  });

  test.each([
    ["that is over", { from: -60, to: 0 }],
    ["that ends before it begins", { from: 60, to: 30 }],
    ["longer than two weeks", { to: 15 * 1440 }],
    ["without a reason", { reason: " " }],
  ])("%s is refused", async (_, changes) => {
    await expect(plan(changes)).rejects.toMatchObject({ code: "invalid" });
  });

  test("of another shop's source is refused as if it were not there", async () => {
    const other = await makeShop(database.owner);
    const { id } = await makeConnector(database.owner, other.id, "ga4", {});
    await expect(plan({ connectorId: id })).rejects.toMatchObject({ code: "not_found" });
  });
});

test("a test message reaches each channel, and is nobody's incident", async () => {
  await withShops([], async (tx) => {
    await sendTestAlert(tx, "slack", at(0));
    await sendTestAlert(tx, "pagerduty", at(0));
  });
  expect(await told(0)).toEqual([
    "slack: Test alert from Sync Health. Alerts reach this channel. You do not need to do anything.",
    "pagerduty: trigger",
  ]);
});
