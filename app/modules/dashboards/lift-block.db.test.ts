import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { DashboardKey } from "../connectors/sources.ts";
import type { Actor, Shop } from "../shops/shop.ts";
import { getDashboardBlock } from "./get-dashboard-block.server.ts";
import { endLift, liftBlock } from "./lift-block.server.ts";

let database: TestDatabase;
let shop: Shop;
let ordersId: string;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const now = new Date("2026-11-24T12:00:00Z");
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const support: Actor = { role: "support", name: "ada@example.com" };
const admin: Actor = { role: "admin", name: "grace@example.com" };

beforeEach(async () => {
  shop = await makeShop(database.owner, { checkedAt: now });
  ordersId = (
    await makeConnector(database.owner, shop.id, "shopify_orders", {
      lastSucceededAt: inHours(-9),
      createdAt: inHours(-1000),
    })
  ).id;
});

const blocked = async (of: Shop = shop, at = now) => {
  const { dashboards } = await withShop(of.id, (tx) => getDashboardBlock(tx, of, null, at));
  return dashboards.filter((one) => one.blocked).map(({ key }) => key);
};
const lift = (
  more: Partial<{ dashboard: DashboardKey; reason: string; expiresAt: Date; actor: Actor }> = {},
  of: Shop = shop,
) => {
  const { actor = support, ...asked } = more;
  return withShop(of.id, (tx) =>
    liftBlock(
      tx,
      { shop: of, actor, requestId: "request-1" },
      { dashboard: "revenue", reason: "Loaded by hand", expiresAt: inHours(2), ...asked },
      now,
    ),
  );
};
const end = (liftId: string, of: Shop = shop, at = inHours(1), reason = "No longer true") =>
  withShop(of.id, (tx) =>
    endLift(tx, { shop: of, actor: admin, requestId: "request-2" }, { liftId, reason }, at),
  );
const audit = async () =>
  (
    await database.owner.query(
      "SELECT at, actor, actor_role, action, target, before, after, reason, request_id FROM audit_log WHERE shop_id = $1 ORDER BY id",
      [shop.id],
    )
  ).rows;
const openIncident = (connectorId: string, check: string) =>
  database.owner.query(
    `WITH c AS (INSERT INTO dq_checks (shop_id, connector_id, check_name, outcome, severity) VALUES ($1, $2, $3, 'failed', 'critical'))
     INSERT INTO dq_incidents (shop_id, connector_id, check_name, status, severity, title, detail, opened_at)
     VALUES ($1, $2, $3, 'open', 'critical', 'x', 'x', $4)`,
    [shop.id, connectorId, check, now],
  );

describe("lifting a block", () => {
  test("shows that dashboard until it expires, and is audited with its reason", async () => {
    expect(await blocked()).toEqual(["revenue", "marketing", "subscriptions"]);
    const given = await lift();
    expect(await blocked()).toEqual(["marketing", "subscriptions"]);
    expect(await blocked(shop, inHours(1.99))).toEqual(["marketing", "subscriptions"]);
    expect(await blocked(shop, inHours(2))).toEqual(["revenue", "marketing", "subscriptions"]);
    expect(await audit()).toEqual([
      {
        at: now,
        actor: "ada@example.com",
        actor_role: "support",
        action: "dashboard.lift_block",
        target: "revenue",
        before: { blocked: true, reasons: [{ code: "stale", connectorId: ordersId }] },
        after: { liftId: given.id, expiresAt: inHours(2).toISOString() },
        reason: "Loaded by hand",
        request_id: "request-1",
      },
    ]);
  });

  test("does not cover what goes wrong later", async () => {
    await lift();
    await makeConnector(database.owner, shop.id, "recharge", { lastSucceededAt: inHours(-9) });
    expect(await blocked()).toContain("revenue");
  });

  test("does nothing for another shop, which cannot end it either", async () => {
    const other = await makeShop(database.owner, { checkedAt: now });
    await makeConnector(database.owner, other.id, "shopify_orders", { lastSucceededAt: inHours(-9) });
    const given = await lift();
    expect(await blocked(other)).toEqual(["revenue", "marketing", "subscriptions"]);
    await expect(end(given.id, other)).rejects.toMatchObject({ code: "not_found" });
    // Not even by naming the shop: the transaction is bound to the other.
    await expect(
      withShop(other.id, (tx) =>
        endLift(tx, { shop, actor: admin, requestId: "x" }, { liftId: given.id, reason: "x" }, now),
      ),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(await blocked()).toEqual(["marketing", "subscriptions"]);
  });

  test.each<[string, Parameters<typeof lift>[0], object]>([
    ["without a reason", { reason: "  " }, { code: "invalid", errors: { reason: ["must say why"] } }],
    [
      "that expires now",
      { expiresAt: now },
      { code: "invalid", errors: { expiresAt: [expect.any(String)] } },
    ],
    ["for more than a week", { expiresAt: inHours(7 * 24 + 1) }, { code: "invalid" }],
    ["without an expiry", { expiresAt: new Date(Number.NaN) }, { code: "invalid" }],
    ["of what is not blocked", { dashboard: "traffic" }, { code: "conflict" }],
    ["by a merchant", { actor: { role: "merchant", name: "7" } }, { code: "forbidden" }],
  ])("%s is refused and leaves nothing", async (_, asked, refusal) => {
    await expect(lift(asked)).rejects.toMatchObject(refusal);
    expect(await blocked()).toEqual(["revenue", "marketing", "subscriptions"]);
    expect(await audit()).toEqual([]);
  });

  test("of a security block takes an admin", async () => {
    await openIncident(ordersId, "tenant_isolation");
    expect(await blocked()).toHaveLength(5);
    await expect(lift({ dashboard: "traffic" })).rejects.toMatchObject({ code: "forbidden" });
    await lift({ dashboard: "traffic", actor: admin });
    expect(await blocked()).toEqual(["revenue", "marketing", "subscriptions", "messaging"]);
  });

  test("of an empty table works like any other", async () => {
    await openIncident(ordersId, "empty_table");
    await lift({ dashboard: "marketing" });
    expect(await blocked()).toEqual(["revenue", "subscriptions"]);
  });
});

describe("ending a lift", () => {
  test("blocks again at once, and is audited", async () => {
    const given = await lift();
    await end(given.id);
    expect(await blocked(shop, inHours(1))).toContain("revenue");
    expect((await audit())[1]).toMatchObject({
      actor: "grace@example.com",
      action: "dashboard.end_lift",
      target: "revenue",
      before: { liftId: given.id, expiresAt: inHours(2).toISOString() },
      after: { expiresAt: inHours(1).toISOString() },
      reason: "No longer true",
    });
    await expect(end(given.id)).rejects.toMatchObject({ code: "conflict" });
  });

  test("of none, or of one that is over, is refused; so is ending without a reason", async () => {
    const given = await lift();
    await expect(end("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({ code: "not_found" });
    await expect(end(given.id, shop, inHours(2))).rejects.toMatchObject({ code: "conflict" });
    await expect(end(given.id, shop, inHours(1), " ")).rejects.toMatchObject({ code: "invalid" });
  });
});
