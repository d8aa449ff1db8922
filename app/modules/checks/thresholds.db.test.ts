import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { AuditQuery } from "../audit/audit-row.ts";
import { listAudit } from "../audit/list-audit.server.ts";
import { defaultMapping } from "../profiles/default-mapping.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore } from "../shops/shop-days.ts";
import { judgeDataOfShops } from "./judge-data.server.ts";
import { loadThresholds, saveThresholds, simulateThresholds } from "./thresholds.server.ts";

let database: TestDatabase;
let shop: Shop;
let connectorId: string;
const yesterday = "2026-11-17";
const back = (days: number) => dayBefore(yesterday, days);
let clock = Date.parse("2026-11-18T12:00:00Z");
const by = () => ({
  actor: { role: "admin" as const, name: "ada@example.com" },
  now: new Date(clock),
  requestId: "req-thresholds",
});
const check = "duplicate_primary_key";

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** A connector with 120 days of about 100 rows; two of them hold some twice. */
beforeEach(async () => {
  clock += 3_600_000;
  shop = await makeShop(database.owner, { checkedAt: new Date(clock) });
  ({ id: connectorId } = await makeConnector(database.owner, shop.id, "shopify_orders", {
    lastSucceededAt: new Date("2026-11-18T11:50:00Z"),
    createdAt: new Date("2026-01-01"),
  }));
  await database.owner.query(
    `INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, distinct_keys, duplicate_keys, measures, profiled_at, highest_rows)
     SELECT $1, $2, d::date, n, n, CASE d::date WHEN $4::date THEN 3 WHEN $5::date THEN 8 ELSE 0 END,
       jsonb_build_object('total_price', jsonb_build_object('sum', n * 70, 'count', n, 'nulls', 0, 'negatives', 0)), $3, n
     FROM generate_series('2026-07-21'::date, '2026-11-18'::date, '1 day') AS d,
     LATERAL (SELECT 100 + (('x' || substr(md5(d::text), 1, 4))::bit(16)::int % 17) - 8 AS n) AS v`,
    [shop.id, connectorId, new Date(clock), back(4), back(40)],
  );
  await database.owner.query("UPDATE connectors SET profiled_at = $2, has_rows = true WHERE id = $1", [
    connectorId,
    new Date(clock),
  ]);
  await judge();
});

const judge = () => {
  clock += 1_000;
  return withShop(shop.id, (tx) =>
    judgeDataOfShops(tx, {
      shopIds: [shop.id],
      mapping: defaultMapping,
      now: new Date(clock),
      isFullPass: false,
    }),
  );
};
const save = (asked: object) =>
  withShop(shop.id, (tx) =>
    saveThresholds(
      tx,
      connectorId,
      { check, enabled: true, thresholds: {}, reason: "Known doubles.", ...asked },
      by(),
    ),
  );
const simulate = (asked: object) =>
  withShop(shop.id, (tx) =>
    simulateThresholds(tx, shop, connectorId, { check, enabled: true, thresholds: {}, ...asked }, by().now),
  );
const incident = async () =>
  (
    await database.owner.query(
      "SELECT status, resolution FROM dq_incidents WHERE connector_id = $1 AND check_name = $2",
      [connectorId, check],
    )
  ).rows;
const stored = async () =>
  (
    await database.owner.query(
      "SELECT enabled, thresholds, outcome, severity FROM dq_checks WHERE connector_id = $1 AND check_name = $2",
      [connectorId, check],
    )
  ).rows[0];

describe("a connector's own thresholds", () => {
  test("are tried out on what is stored, and change nothing", async () => {
    expect(await incident()).toEqual([{ status: "open", resolution: null }]);
    const before = await stored();
    const tried = await simulate({ thresholds: { allowedRows: 5 } });
    expect(tried).toMatchObject({ days: 90, current: { events: 2 }, proposed: { events: 1 } });
    expect(tried.lost.map(({ day }) => day)).toEqual([back(4)]);
    expect(tried.incidents.map(({ kind, outcome }) => [kind, outcome])).toEqual([["real", "kept"]]);
    expect(await stored()).toEqual(before);
  });

  test("hold from the next evaluation on: what they allow is no incident any more", async () => {
    await save({ thresholds: { allowedRows: 10 } });
    await judge();
    expect(await incident()).toEqual([{ status: "resolved", resolution: "auto" }]);
    expect(await stored()).toMatchObject({
      thresholds: { allowedRows: 10 },
      outcome: "passed",
      severity: null,
    });
  });

  test("are taken back by setting what holds for everybody: nothing of them is kept", async () => {
    await save({ thresholds: { allowedRows: 10 } });
    await judge();
    await save({ thresholds: { allowedRows: 0 } });
    expect((await stored()).thresholds).toEqual({});
    await judge();
    expect(await stored()).toMatchObject({ outcome: "failed", severity: "high" });
  });

  test("of a statistical check make a day that stands be looked at again", async () => {
    const drop = { check: "row_count_drop" };
    const read = async (n: number) => {
      clock += 60_000;
      await database.owner.query("UPDATE connectors SET profiled_at = $2 WHERE id = $1", [
        connectorId,
        new Date(clock),
      ]);
      await database.owner.query(
        "UPDATE daily_profiles SET row_count = $3, profiled_at = $4 WHERE connector_id = $1 AND day = $2",
        [connectorId, yesterday, n, new Date(clock)],
      );
    };
    const severity = async () =>
      (
        await database.owner.query(
          "SELECT severity FROM dq_checks WHERE connector_id = $1 AND check_name = 'row_count_drop'",
          [connectorId],
        )
      ).rows[0].severity;
    await read(40);
    await judge();
    expect(await severity()).toBe("high");
    await judge();
    expect(await severity()).toBe("high");
    await save({ ...drop, thresholds: { high: 20 } });
    await judge();
    expect(await severity()).toBe("warning");
    await save({ ...drop, thresholds: { warning: 20, high: 20 } });
    await judge();
    expect(await severity()).toBeNull();
  });

  test("are another connector's business in no way", async () => {
    const other = await makeConnector(database.owner, shop.id, "recharge");
    await save({ thresholds: { allowedRows: 10 } });
    const page = await withShop(shop.id, (tx) => loadThresholds(tx, other.id));
    expect(page.checks.find((each) => each.check === check)?.limits[0]).toMatchObject({
      value: 0,
      default: 0,
    });
  });
});

describe("a check that is switched off", () => {
  test("resolves its incident, says why, and is judged no more", async () => {
    await save({ enabled: false });
    expect(await incident()).toEqual([{ status: "resolved", resolution: "other" }]);
    expect(await stored()).toMatchObject({ enabled: false, outcome: "not_judged", severity: null });
    const events = await database.owner.query(
      "SELECT note FROM incident_events WHERE kind = 'resolved' AND shop_id = $1",
      [shop.id],
    );
    expect(events.rows).toEqual([{ note: "The check was switched off: Known doubles." }]);
    await judge();
    expect(await stored()).toMatchObject({ outcome: "not_judged" });
  });

  test("begins anew when it is switched on again", async () => {
    await save({ enabled: false });
    await save({ enabled: true });
    await judge();
    expect(await stored()).toMatchObject({ enabled: true, outcome: "failed" });
  });
});

describe("the audit", () => {
  test("says who set what, from what, and why", async () => {
    await save({ thresholds: { allowedRows: 5 } });
    const { rows } = await listAudit(AuditQuery.parse({ shop: shop.id, action: "check.set_thresholds" }));
    expect(rows).toMatchObject([
      {
        actor: "ada@example.com",
        role: "admin",
        target: `${connectorId} ${check}`,
        before: { enabled: true, thresholds: {} },
        after: { enabled: true, thresholds: { allowedRows: 5 } },
        reason: "Known doubles.",
        requestId: "req-thresholds",
      },
    ]);
  });

  test.each<[string, object, string]>([
    ["a threshold out of bounds", { thresholds: { allowedRows: -1 } }, "invalid"],
    ["what cannot be switched off", { check: "tenant_isolation", enabled: false }, "invalid"],
    ["a check that this source does not have", { check: "zero_spend" }, "not_found"],
  ])("%s is refused: nothing is set, and nothing in the audit", async (_, asked, code) => {
    const before = await stored();
    await expect(save(asked)).rejects.toMatchObject({ code });
    expect(await stored()).toEqual(before);
    expect(
      (await listAudit(AuditQuery.parse({ shop: shop.id, action: "check.set_thresholds" }))).rows,
    ).toEqual([]);
  });

  test("another shop's connector is not there", async () => {
    const other = await makeShop(database.owner);
    await expect(
      withShop(other.id, (tx) =>
        saveThresholds(tx, connectorId, { check, enabled: true, thresholds: {}, reason: "x" }, by()),
      ),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});
