import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { insertFullShop, newAnchors } from "#e2e/support/rows.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import type { Actor, Shop } from "../shops/shop.ts";
import { actOnShop } from "./act-on-shop.server.ts";
import { openShop } from "./open-shop.server.ts";
import type { ShopAction, ShopIntent } from "./shop-action.ts";

let database: TestDatabase;
let shop: Shop;
/** What each id of an action names in the shop, and in another one. */
let mine: Record<string, string>;
let theirs: Record<string, string>;
const now = new Date();
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const support: Actor = { role: "support", name: "sam@example.com" };
const admin: Actor = { role: "admin", name: "ada@example.com" };
const reason = "The merchant asked for it";

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

beforeEach(async () => {
  const { owner } = database;
  shop = await makeShop(owner, { checkedAt: now });
  // It blocks what it feeds, has an incident, and Airbyte can sync it.
  const { id: connectorId } = await makeConnector(owner, shop.id, "shopify_orders", {
    engine: "airbyte",
    createdAt: inHours(-2_000),
    lastSucceededAt: inHours(-9),
  });
  const { id: waitingId } = await makeConnector(owner, shop.id, "postscript", { lastSucceededAt: now });
  await withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now, isFullPass: true }));
  const one = async (text: string, values: unknown[]) =>
    (await owner.query<{ id: string }>(text, values)).rows[0]!.id;
  mine = {
    connectorId,
    waitingId,
    incidentId: await one("SELECT id FROM dq_incidents WHERE connector_id = $1", [connectorId]),
    backfillId: await one(
      `INSERT INTO backfill_jobs (shop_id, connector_id, source, status, reason, start_day, end_day, requested_by, requested_role)
       VALUES ($1, $2, 'postscript', 'needs_operator', 'no_way_to_backfill', '2026-11-01', '2026-11-02', 'm', 'merchant') RETURNING id`,
      [shop.id, waitingId],
    ),
    windowId: await one(
      `INSERT INTO maintenance_windows (shop_id, starts_at, ends_at, reason, created_by)
       VALUES ($1, $2, $3, 'Moving', 'ada') RETURNING id`,
      [shop.id, inHours(-1), inHours(2)],
    ),
    liftId: await one(
      `INSERT INTO dashboard_lifts (shop_id, dashboard, reason, created_by, expires_at)
       VALUES ($1, 'traffic', 'Seen', 'ada', $2) RETURNING id`,
      [shop.id, inHours(2)],
    ),
  };
  const anchors = newAnchors();
  await insertFullShop(owner, anchors);
  const idIn = (table: string) => one(`SELECT id FROM ${table} WHERE shop_id = $1 LIMIT 1`, [anchors.shopId]);
  theirs = {
    connectorId: anchors.connectorId,
    incidentId: anchors.incidentId,
    backfillId: await idIn("backfill_jobs"),
    windowId: await idIn("maintenance_windows"),
    liftId: await idIn("dashboard_lifts"),
  };
});

/** One of every intent, as it can be done to the shop above. */
const actions = (ids: Record<string, string>): Record<ShopIntent, ShopAction> => ({
  acknowledge: { intent: "acknowledge", incidentId: ids.incidentId!, reason },
  resolve: { intent: "resolve", incidentId: ids.incidentId!, resolution: "fixed", reason },
  snooze: { intent: "snooze", incidentId: ids.incidentId!, until: inHours(4), reason },
  plan_maintenance: { intent: "plan_maintenance", connectorId: ids.connectorId!, endsAt: inHours(4), reason },
  end_maintenance: { intent: "end_maintenance", windowId: ids.windowId!, reason },
  lift_block: { intent: "lift_block", dashboard: "revenue", expiresAt: inHours(4), reason },
  end_lift: { intent: "end_lift", liftId: ids.liftId!, reason },
  backfill: {
    intent: "backfill",
    connectorId: ids.connectorId!,
    startDate: "2026-10-01",
    endDate: "2026-10-02",
    idempotencyKey: null,
    reason,
  },
  cancel_backfill: { intent: "cancel_backfill", connectorId: ids.waitingId ?? ids.connectorId!, reason },
  finish_backfill: { intent: "finish_backfill", backfillId: ids.backfillId!, outcome: "loaded", reason },
  sync: { intent: "sync", connectorId: ids.connectorId!, reason },
  pause: { intent: "pause", connectorId: ids.connectorId!, reason },
  resume: { intent: "resume", connectorId: ids.connectorId!, reason },
  override_sla: {
    intent: "override_sla",
    connectorId: ids.connectorId!,
    warningMinutes: 600,
    expiresAt: inHours(24),
    reason,
  },
});
const intents = Object.keys(actions({})) as ShopIntent[];

const act = (action: ShopAction, { actor = support, at = now } = {}) =>
  actOnShop(shop, action, { actor, now: at, requestId: "request-1" });
const audit = async () =>
  (
    await database.owner.query(
      "SELECT action, actor, actor_role, target, before, after, reason, request_id FROM audit_log WHERE shop_id = $1 AND actor_role <> 'system' ORDER BY id",
      [shop.id],
    )
  ).rows;

/** The name of each in the audit. */
const audited: Record<ShopIntent, string> = {
  acknowledge: "incident.acknowledge",
  resolve: "incident.resolve",
  snooze: "incident.snooze",
  plan_maintenance: "maintenance.plan",
  end_maintenance: "maintenance.end",
  lift_block: "dashboard.lift_block",
  end_lift: "dashboard.end_lift",
  backfill: "backfill.request",
  cancel_backfill: "backfill.cancel",
  finish_backfill: "backfill.finish",
  sync: "connector.sync",
  pause: "connector.pause",
  resume: "connector.resume",
  override_sla: "connector.override_sla",
};

describe.each(intents)("%s", (intent) => {
  test("leaves one row in the audit: who, what, why, and how it is now", async () => {
    if (intent === "resume")
      await database.owner.query("UPDATE connectors SET paused_at = now() WHERE id = $1", [mine.connectorId]);
    await act(actions(mine)[intent]);
    const rows = await audit();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      action: audited[intent],
      actor: "sam@example.com",
      actor_role: "support",
      target: expect.any(String),
      reason,
      request_id: "request-1",
    });
    if (intent !== "sync") expect(rows[0].after).not.toBeNull();
  });

  test.runIf(intent !== "lift_block")(
    "of what is another shop's finds nothing, and changes nothing",
    async () => {
      await expect(act(actions(theirs)[intent])).rejects.toMatchObject({ code: "not_found" });
      await expect(
        act(actions({ ...Object.fromEntries(Object.keys(mine).map((key) => [key, randomUUID()])) })[intent]),
      ).rejects.toMatchObject({ code: "not_found" });
      expect(await audit()).toEqual([]);
    },
  );
});

test.each<[string, Partial<ShopAction> & { intent: ShopIntent }, string]>([
  ["an incident that is resolved", { intent: "resolve" }, "conflict"],
  ["a pause of what is paused", { intent: "pause" }, "conflict"],
  ["a backfill beside an active one", { intent: "backfill" }, "conflict"],
  ["a lift that is over", { intent: "end_lift" }, "conflict"],
  ["a backfill that is closed", { intent: "finish_backfill" }, "conflict"],
  ["a cancel where none is active", { intent: "cancel_backfill" }, "conflict"],
])("done again, %s is refused, and the audit has the first one only", async (_, { intent }, code) => {
  await act(actions(mine)[intent]);
  await expect(act(actions(mine)[intent])).rejects.toMatchObject({ code });
  expect(await audit()).toHaveLength(1);
});

test.each<[string, ShopIntent, object, string]>([
  ["a snooze that is over", "snooze", { until: inHours(-1) }, "invalid"],
  ["a snooze of two months", "snooze", { until: inHours(24 * 60) }, "invalid"],
  ["maintenance that ended", "plan_maintenance", { endsAt: inHours(-1) }, "invalid"],
  ["maintenance of three weeks", "plan_maintenance", { endsAt: inHours(24 * 21) }, "invalid"],
  ["a lift of a month", "lift_block", { expiresAt: inHours(24 * 30) }, "invalid"],
  ["a lift of what is not blocked", "lift_block", { dashboard: "messaging" }, "conflict"],
  ["limits of a minute", "override_sla", { warningMinutes: 1 }, "invalid"],
  ["limits that ended", "override_sla", { expiresAt: inHours(-1) }, "invalid"],
  ["an end of the source's own limits", "override_sla", { warningMinutes: null }, "invalid"],
  [
    "the source's own limits, which it has",
    "override_sla",
    { warningMinutes: null, expiresAt: null },
    "conflict",
  ],
  ["days of the future", "backfill", { endDate: "2100-01-01" }, "invalid"],
  ["days the wrong way round", "backfill", { startDate: "2026-10-03" }, "invalid"],
  ["no days", "backfill", { startDate: "", endDate: "" }, "invalid"],
  [
    "days that the platform no longer serves",
    "backfill",
    { startDate: "2020-01-01", endDate: "2020-02-01" },
    "invalid",
  ],
])("%s is refused, and leaves no trace", async (_, intent, change, code) => {
  await expect(act({ ...actions(mine)[intent], ...change } as ShopAction)).rejects.toMatchObject({ code });
  expect(await audit()).toEqual([]);
});

test("a security block is lifted by an admin only", async () => {
  await database.owner.query(
    `INSERT INTO dq_checks (shop_id, connector_id, check_name, outcome, severity) VALUES ($1, $2, 'tenant_isolation', 'failed', 'critical')`,
    [shop.id, mine.connectorId],
  );
  await database.owner.query(
    `INSERT INTO dq_incidents (shop_id, connector_id, check_name, severity, title, detail, opened_at)
     VALUES ($1, $2, 'tenant_isolation', 'critical', 'Foreign rows', '', now())`,
    [shop.id, mine.connectorId],
  );
  await expect(act(actions(mine).lift_block)).rejects.toMatchObject({ code: "forbidden" });
  await act(actions(mine).lift_block, { actor: admin });
  expect((await audit()).map(({ actor }) => actor)).toEqual(["ada@example.com"]);
});

describe("a backfill of 400 days", () => {
  const days = { startDate: "2025-10-22", endDate: "2026-11-25" };
  test("is staff's to ask for, with one key once", async () => {
    await database.owner.query("UPDATE shops SET scopes = '{read_all_orders}' WHERE id = $1", [shop.id]);
    const at = new Date("2026-11-25T12:00:00Z");
    const asked = { ...actions(mine).backfill, ...days, idempotencyKey: "once" } as ShopAction;
    const first = await act(asked, { at });
    expect(first).toMatchObject({ backfill: { status: "queued", ...days, requestedBy: "support" } });
    expect(await act(asked, { at })).toEqual(first);
    expect(await audit()).toHaveLength(1);
  });
});

describe("a source that is paused", () => {
  const state = async () =>
    (
      await database.owner.query(
        `SELECT h.score, h.status, h.blocked, (SELECT count(*)::int FROM dq_incidents i WHERE i.shop_id = h.shop_id AND i.status <> 'resolved') AS open
         FROM shop_health h WHERE h.shop_id = $1`,
        [shop.id],
      )
    ).rows[0];
  test("counts for nothing until it is resumed, and is judged at once then", async () => {
    expect(await state()).toEqual({ score: 25, status: "critical", blocked: true, open: 1 });
    await act(actions(mine).pause);
    expect(await state()).toEqual({ score: 100, status: "healthy", blocked: false, open: 0 });
    await expect(act(actions(mine).backfill)).rejects.toMatchObject({ code: "conflict" });
    await expect(act(actions(mine).sync)).rejects.toMatchObject({ code: "conflict" });
    await act(actions(mine).resume);
    expect(await state()).toEqual({ score: 25, status: "critical", blocked: true, open: 1 });
  });

  test("has no active backfill", async () => {
    await act(actions(mine).backfill);
    await expect(act(actions(mine).pause)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("limits of its own", () => {
  const judge = (at: Date) =>
    withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now: at, isFullPass: true }));
  const freshness = async () =>
    (
      await database.owner.query(
        "SELECT severity FROM dq_checks WHERE connector_id = $1 AND check_name = 'freshness'",
        [mine.connectorId],
      )
    ).rows[0].severity;

  test("judge a source at once, and end by themselves at the next full pass, which the audit says", async () => {
    expect(await freshness()).toBe("critical");
    await act(actions(mine).override_sla);
    expect(await freshness()).toBeNull();
    await judge(inHours(1));
    expect(await freshness()).toBeNull();
    await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [
      mine.connectorId,
      inHours(24 - 9),
    ]);
    await judge(inHours(24));
    expect(await freshness()).toBe("critical");
    const { rows } = await database.owner.query(
      "SELECT actor, before FROM audit_log WHERE action = 'connector.sla_override_ended' AND target = $1",
      [mine.connectorId],
    );
    expect(rows).toEqual([
      { actor: "system", before: { warningMinutes: 600, expiresAt: inHours(24).toISOString() } },
    ]);
  });

  test("are taken back by a person", async () => {
    await act(actions(mine).override_sla);
    await act({ ...actions(mine).override_sla, warningMinutes: null, expiresAt: null } as ShopAction);
    expect(await freshness()).toBe("critical");
  });
});

describe("a backfill that waits for a person", () => {
  const stored = async () =>
    (
      await database.owner.query(
        "SELECT status, percent, reason, ended_at FROM backfill_jobs WHERE id = $1",
        [mine.backfillId],
      )
    ).rows[0];
  const notices = async () =>
    (await database.owner.query("SELECT title FROM notices WHERE shop_id = $1", [shop.id])).rows;

  test("is done once its days were loaded by hand, and Home says so", async () => {
    await act(actions(mine).finish_backfill);
    expect(await stored()).toEqual({ status: "completed", percent: 100, reason: null, ended_at: now });
    expect(await notices()).toEqual([{ title: "Postscript (SMS) was refilled" }]);
  });

  test("is compared with before where that is known, as any other", async () => {
    await database.owner.query("UPDATE backfill_jobs SET before = '{}' WHERE id = $1", [mine.backfillId]);
    await act(actions(mine).finish_backfill);
    expect(await stored()).toMatchObject({ status: "verifying", ended_at: null });
    const { rows } = await database.owner.query(
      "SELECT 1 FROM graphile_worker._private_jobs WHERE key = $1",
      [`backfills.advance:${mine.backfillId}`],
    );
    expect(rows).toHaveLength(1);
  });

  test("has failed where a person says so, for the reason that it waited for", async () => {
    await act({ ...actions(mine).finish_backfill, outcome: "failed" } as ShopAction);
    expect(await stored()).toMatchObject({ status: "failed", reason: "no_way_to_backfill", ended_at: now });
    expect(await notices()).toEqual([{ title: "Postscript (SMS) could not be refilled" }]);
  });
});

test("what fails in the end is in no audit: both are one transaction", async () => {
  const { owner } = database;
  // Who is told is decided after the audit is written.
  await owner.query(
    "CREATE FUNCTION fail_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'late'; END $$",
  );
  await owner.query(
    "CREATE TRIGGER fail_late BEFORE INSERT ON alert_deliveries FOR EACH ROW EXECUTE FUNCTION fail_late()",
  );
  try {
    await expect(act(actions(mine).resolve)).rejects.toThrow();
  } finally {
    await owner.query("DROP TRIGGER fail_late ON alert_deliveries");
  }
  expect(await audit()).toEqual([]);
});

test("opening a shop is noted once a quarter of an hour and person, whichever way it is named", async () => {
  const open = (named: string, actor: Actor, at: Date) => openShop(named, { actor, now: at, requestId: "r" });
  await open(shop.domain, support, now);
  await open(shop.id, support, inHours(0.2));
  await open(shop.domain.toUpperCase(), admin, inHours(0.2));
  await open(shop.domain, support, inHours(0.3));
  expect((await audit()).map(({ action, actor }) => `${action} ${actor}`)).toEqual([
    "staff.open_shop sam@example.com",
    "staff.open_shop ada@example.com",
    "staff.open_shop sam@example.com",
  ]);
  await expect(open(randomUUID(), support, now)).rejects.toMatchObject({ code: "not_found" });
  await expect(open("nobody.myshopify.com", support, now)).rejects.toMatchObject({ code: "not_found" });
});
