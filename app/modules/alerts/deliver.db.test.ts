import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { type AlertSinks, deliverDue, dyingAfterSending, startAlertSinks } from "#e2e/support/alert-sinks.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import type { Source } from "../connectors/sources.ts";
import { acknowledgeIncident } from "../incidents/act-on-incident.server.ts";
import type { Shop } from "../shops/shop.ts";
import { deliverAlert, giveUpDelivery } from "./deliver.server.ts";
import { sweepAlerts } from "./sweep.server.ts";

let database: TestDatabase;
let sinks: AlertSinks;
const start = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);

beforeAll(async () => {
  database = await createTestDatabase();
  sinks = await startAlertSinks();
});
afterAll(async () => {
  await sinks?.stop();
  await database?.drop();
});
beforeEach(async () => {
  sinks.sunk.length = 0;
  sinks.next = { slack: [], pagerduty: [] };
  sinks.always = {};
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
  await database.owner.query("DELETE FROM alert_deliveries");
  await database.owner.query(
    "UPDATE alert_channels SET failures_in_a_row = 0, paused_until = NULL, broken_since = NULL",
  );
});

interface Told {
  shop: Shop;
  connectorId: string;
}
async function lateShop(source: Source = "shopify_orders"): Promise<Told> {
  const shop = await makeShop(database.owner);
  const { id } = await makeConnector(database.owner, shop.id, source, { createdAt: at(-9e6) });
  return { shop, connectorId: id };
}
/** Judges the connector as it is when so many minutes have passed since its last success. */
async function judge({ shop, connectorId }: Told, ageMinutes: number, now: Date): Promise<void> {
  await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [
    connectorId,
    new Date(now.getTime() - ageMinutes * 60_000),
  ]);
  await withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now, isFullPass: true }));
}
const [FRESH, HIGH, CRITICAL] = [10, 300, 600];

const deliver = (seconds: number, senders = sinks.senders) =>
  deliverDue(database.owner, at(seconds), senders);
const rows = async () =>
  (
    await database.owner.query<{ told: string; attempts: number; status: number | null }>(
      "SELECT channel || ' ' || event || ' ' || state || ' ' || reason AS told, attempts, http_status AS status FROM alert_deliveries WHERE channel <> 'flow' ORDER BY position",
    )
  ).rows;
const stories = async () => (await rows()).map(({ told }) => told);
const arrived = () =>
  sinks.sunk.map(({ channel, body }) =>
    channel === "slack" ? `slack: ${String(body.text).split(" · ")[0]}` : `pagerduty: ${body.event_action}`,
  );

describe("when all goes well", () => {
  test("opened, worse, seen by staff, over: each channel hears its part, in order, with one key", async () => {
    const late = await lateShop();
    await judge(late, HIGH, at(0));
    await deliver(0);
    await judge(late, CRITICAL, at(60));
    await deliver(60);
    const { rows: incidents } = await database.owner.query("SELECT id FROM dq_incidents WHERE shop_id = $1", [
      late.shop.id,
    ]);
    const incidentId: string = incidents[0].id;
    const by = { actor: { role: "support" as const, name: "kim@example.com" }, now: at(90), requestId: "r" };
    await withShop(late.shop.id, (tx) => acknowledgeIncident(tx, incidentId, by));
    await withShop(late.shop.id, (tx) => acknowledgeIncident(tx, incidentId, by));
    await deliver(90);
    await judge(late, FRESH, at(120));
    await deliver(120);
    expect(arrived()).toEqual([
      "slack: High: Shopify Orders is late",
      "slack: Now critical: Shopify Orders is late",
      "pagerduty: trigger",
      "pagerduty: acknowledge",
      "slack: Resolved: Shopify Orders is late",
      "pagerduty: resolve",
    ]);
    const pages = sinks.sunk.filter(({ channel }) => channel === "pagerduty");
    expect(pages.map(({ body }) => body.dedup_key)).toEqual([incidentId, incidentId, incidentId]);
    for (const { channel, body } of sinks.sunk.filter(
      ({ body: { event_action } }) => !/ack|res/.test(String(event_action)),
    )) {
      const text = channel === "slack" ? String(body.text) : JSON.stringify(body.payload);
      expect(text).toContain(late.shop.domain);
      expect(text).toContain("shopify_orders");
    }
    expect(await stories()).toEqual([
      "slack opened sent opened",
      "pagerduty opened skipped below_critical",
      "slack escalated sent escalated",
      "pagerduty escalated sent escalated",
      "pagerduty acknowledged sent acknowledged",
      "slack resolved sent resolved",
      "pagerduty resolved sent resolved",
    ]);
  });

  test("a change that is rolled back is told to nobody", async () => {
    const late = await lateShop();
    await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [
      late.connectorId,
      at(-36_000),
    ]);
    await expect(
      withShop(late.shop.id, async (tx) => {
        await judgeConnectors(tx, { shopIds: [late.shop.id], now: at(0), isFullPass: true });
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await deliver(60)).toEqual([]);
    expect(await stories()).toEqual([]);
  });
});

describe("a channel in trouble", () => {
  test("429 with Retry-After: 7: not before seven seconds, by nobody, then once", async () => {
    const [one, two] = [await lateShop(), await lateShop()];
    sinks.next.slack = [{ status: 429, retryAfter: "7" }];
    await judge(one, HIGH, at(0));
    await deliver(0);
    await judge(two, HIGH, at(1));
    await deliver(1);
    await deliver(6);
    expect(sinks.sunk.length).toBe(1);
    await deliver(8);
    expect(sinks.sunk.length).toBe(3);
    expect((await rows()).filter(({ told }) => told.startsWith("slack"))).toEqual([
      { told: "slack opened sent opened", attempts: 2, status: 200 },
      { told: "slack opened sent opened", attempts: 1, status: 200 },
    ]);
  });

  test.each([
    ["500 three times", [{ status: 500 }, { status: 500 }, { status: 500 }]],
    ["no answer within the time limit", ["hang", "hang"]],
  ] as const)("%s: tried again, longer apart each time, and told once it answers", async (_, answers) => {
    const late = await lateShop();
    sinks.next.slack = [...answers];
    sinks.next.pagerduty = [...answers];
    await judge(late, CRITICAL, at(0));
    for (const seconds of [0, 1, 3, 5, 8, 12, 20]) await deliver(seconds);
    const told = ["slack opened sent opened", "pagerduty opened sent opened"];
    expect(await rows()).toEqual([
      { told: told[0], attempts: answers.length + 1, status: 200 },
      { told: told[1], attempts: answers.length + 1, status: 202 },
    ]);
    await judge(late, FRESH, at(60));
    await deliver(60);
    expect((await stories()).slice(2)).toEqual([
      "slack resolved sent resolved",
      "pagerduty resolved sent resolved",
    ]);
  });

  test("404 for ever: one attempt each, the other channel hears of it once, and once that it works again", async () => {
    const [one, two, three] = [await lateShop(), await lateShop("recharge"), await lateShop()];
    sinks.always.slack = { status: 404 };
    await judge(one, CRITICAL, at(0));
    await deliver(0);
    await judge(two, CRITICAL, at(10));
    await deliver(10);
    const alarms = () =>
      sinks.sunk.flatMap(({ channel, body }) =>
        channel === "pagerduty" && body.dedup_key === "channel:slack" ? [body.event_action] : [],
      );
    expect(alarms()).toEqual(["trigger"]);
    expect((await rows()).filter(({ told }) => told.startsWith("slack"))).toEqual([
      { told: "slack opened failed refused", attempts: 1, status: 404 },
      { told: "slack opened failed refused", attempts: 1, status: 404 },
    ]);
    // What was never announced has no end.
    await judge(one, FRESH, at(20));
    await deliver(20);
    expect(arrived().filter((line) => line.includes("Resolved"))).toEqual([]);
    sinks.always = {};
    await judge(three, HIGH, at(30));
    await deliver(30);
    await deliver(31);
    expect(alarms()).toEqual(["trigger", "resolve"]);
  });

  test("PagerDuty refuses for good: Slack hears of it", async () => {
    const late = await lateShop();
    sinks.always.pagerduty = { status: 400 };
    await judge(late, CRITICAL, at(0));
    await deliver(0);
    await deliver(1);
    expect(arrived()).toContainEqual(expect.stringMatching(/^slack: Alerts do not reach PagerDuty\./));
  });

  test("both refuse for good: it is noted, and nothing goes round in circles", async () => {
    const late = await lateShop();
    sinks.always = { slack: { status: 410 }, pagerduty: { status: 400 } };
    await judge(late, CRITICAL, at(0));
    for (const seconds of [0, 1, 2, 60]) await deliver(seconds);
    expect(sinks.sunk.length).toBe(4);
    expect((await stories()).filter((story) => !story.includes("failed refused"))).toEqual([]);
  });

  test("down for a day: given up, and the other channel hears of it", async () => {
    const late = await lateShop();
    sinks.always.slack = { status: 503 };
    await judge(late, HIGH, at(0));
    for (let minutes = 0; minutes <= 25 * 60; minutes += 30) await deliver(minutes * 60);
    expect(await stories()).toEqual([
      "slack opened failed gave_up",
      "pagerduty opened skipped below_critical",
      "pagerduty opened sent opened",
    ]);
  });
});

describe("a worker that dies", () => {
  test("between sending and recording: a minute later it is sent once more, and the end follows", async () => {
    const late = await lateShop();
    await judge(late, CRITICAL, at(0));
    await deliver(0, dyingAfterSending(sinks.senders));
    expect(arrived()).toEqual(["slack: Critical: Shopify Orders is late", "pagerduty: trigger"]);
    await judge(late, FRESH, at(30));
    // The end must not overtake what may not be out yet.
    await deliver(30);
    expect(sinks.sunk.length).toBe(2);
    expect(await sweepAlerts(at(59))).toMatchObject({ deliveries: 0 });
    expect(await sweepAlerts(at(95))).toMatchObject({ deliveries: 4 });
    await deliver(95);
    expect(arrived().sort()).toEqual([
      "pagerduty: resolve",
      "pagerduty: trigger",
      "pagerduty: trigger",
      "slack: Critical: Shopify Orders is late",
      "slack: Critical: Shopify Orders is late",
      "slack: Resolved: Shopify Orders is late",
    ]);
    expect((await rows()).map(({ told, attempts }) => `${told} ${attempts}`)).toEqual([
      "slack opened sent opened 2",
      "pagerduty opened sent opened 2",
      "slack resolved sent resolved 1",
      "pagerduty resolved sent resolved 1",
    ]);
  });

  test("between the change and sending: its job is lost with it, the sweep makes another", async () => {
    const late = await lateShop();
    await judge(late, HIGH, at(0));
    await database.owner.query("DELETE FROM graphile_worker._private_jobs");
    await sweepAlerts(at(61));
    await deliver(61);
    await sweepAlerts(at(122));
    await deliver(122);
    expect(arrived()).toEqual(["slack: High: Shopify Orders is late"]);
  });

  test("slow, not dead: two that hold the same delivery send it once", async () => {
    const late = await lateShop();
    await judge(late, HIGH, at(0));
    const { rows: jobs } = await database.owner.query(
      "SELECT payload FROM graphile_worker._private_jobs ORDER BY id LIMIT 1",
    );
    const outcomes = await Promise.all([
      deliverAlert(jobs[0].payload, at(0), sinks.senders),
      deliverAlert(jobs[0].payload, at(0), sinks.senders),
      deliverAlert(jobs[0].payload, at(0), sinks.senders),
    ]);
    expect(outcomes.filter((outcome) => outcome === "sent").length).toBe(1);
    expect(sinks.sunk.length).toBe(1);
  });

  test("the job's last attempt: the row says so, what waits behind it goes on, the other channel hears", async () => {
    const late = await lateShop();
    await judge(late, HIGH, at(0));
    const { rows: jobs } = await database.owner.query(
      "DELETE FROM graphile_worker._private_jobs RETURNING payload",
    );
    await giveUpDelivery(jobs[0].payload, at(1));
    await giveUpDelivery(jobs[0].payload, at(2));
    await deliver(3);
    expect(await stories()).toEqual([
      "slack opened failed gave_up",
      "pagerduty opened skipped below_critical",
      "pagerduty opened sent opened",
    ]);
  });
});

test("what could not be told for a quarter of an hour and is over by then is not told at all", async () => {
  const late = await lateShop();
  sinks.always.pagerduty = { status: 503 };
  await judge(late, CRITICAL, at(0));
  await deliver(0);
  await judge(late, FRESH, at(300));
  await deliver(400);
  sinks.always = {};
  await deliver(1_000);
  expect((await stories()).filter((story) => story.startsWith("pagerduty"))).toEqual([
    "pagerduty opened skipped no_longer_true",
    "pagerduty resolved skipped never_announced",
  ]);
});

test("a notice of one shop is no other shop's to deliver", async () => {
  const [late, other] = [await lateShop(), await lateShop()];
  await judge(late, HIGH, at(0));
  const { rows: jobs } = await database.owner.query("SELECT payload FROM graphile_worker._private_jobs");
  for (const shopId of [other.shop.id, null])
    expect(await deliverAlert({ ...jobs[0].payload, shopId }, at(0), sinks.senders)).toBe("gone");
  expect(sinks.sunk).toEqual([]);
});
