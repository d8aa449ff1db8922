import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import type { NoticeKind } from "./notice.ts";
import { addNotices, dismissGettingStarted, dismissNotice, listNotices } from "./notices.store.server.ts";

let database: TestDatabase;
const now = new Date("2026-11-20T10:00:00Z");
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const days = (count: number) => later(count * 1440);

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const notice = (
  shopId: string,
  connectorId: string,
  kind: NoticeKind = "problem_solved",
  title = "Solved",
) => ({
  shopId,
  kind,
  connectorId,
  title,
  body: "It is over.",
  path: "/app",
});
const titlesOf = async (shopId: string, at = now) =>
  (await withShop(shopId, (tx) => listNotices(tx, shopId, at))).notices.map(({ title }) => title);

describe("a notice", () => {
  test("is shown for 30 days, unless it is dismissed; dismissing again changes nothing", async () => {
    const { id: shopId } = await makeShop(database.owner);
    await withShop(shopId, (tx) => addNotices(tx, [notice(shopId, "a")], now));
    expect(await titlesOf(shopId, days(29.9))).toEqual(["Solved"]);
    expect(await titlesOf(shopId, days(30))).toEqual([]);
    const [shown] = (await withShop(shopId, (tx) => listNotices(tx, shopId, now))).notices;
    for (let time = 0; time < 2; time += 1)
      await withShop(shopId, (tx) => dismissNotice(tx, shown!.id, later(time)));
    expect(await titlesOf(shopId)).toEqual([]);
  });

  test("takes the place of the one before about the same connector; three at most are shown, the newest", async () => {
    const { id: shopId } = await makeShop(database.owner);
    for (const [minute, connector] of ["a", "b", "a", "c", "d"].entries()) {
      await withShop(shopId, (tx) =>
        addNotices(tx, [notice(shopId, connector, "problem_solved", `${connector}${minute}`)], later(minute)),
      );
    }
    expect(await titlesOf(shopId, later(9))).toEqual(["d4", "c3", "a2"]);
  });

  test.each([
    ["wanted where nothing was chosen", {}, 1],
    ["wanted where it was chosen", { notices: { problemSolved: true } }, 1],
    ["not written where its kind was switched off", { notices: { problemSolved: false } }, 0],
    ["written where another kind was switched off", { notices: { syncFailedToStart: false } }, 1],
    ["wanted where what is stored is odd", { notices: [] }, 1],
  ])("is %s", async (_, settings, count) => {
    const { id: shopId } = await makeShop(database.owner);
    await database.owner.query("UPDATE shop_settings SET settings = $2 WHERE shop_id = $1", [
      shopId,
      JSON.stringify(settings),
    ]);
    await withShop(shopId, (tx) => addNotices(tx, [notice(shopId, "a")], now));
    expect(await titlesOf(shopId)).toHaveLength(count);
  });

  test("of another shop cannot be dismissed, or written", async () => {
    const mine = await makeShop(database.owner);
    const theirs = await makeShop(database.owner);
    await withShop(theirs.id, (tx) => addNotices(tx, [notice(theirs.id, "a")], now));
    const [shown] = (await withShop(theirs.id, (tx) => listNotices(tx, theirs.id, now))).notices;
    await expect(withShop(mine.id, (tx) => dismissNotice(tx, shown!.id, now))).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(withShop(mine.id, (tx) => addNotices(tx, [notice(theirs.id, "b")], now))).rejects.toThrow(
      /row-level security/,
    );
    expect(await titlesOf(theirs.id)).toEqual(["Solved"]);
  });
});

test("the introduction is put away once, and is no notice", async () => {
  const { id: shopId } = await makeShop(database.owner);
  const isDismissed = async () =>
    (await withShop(shopId, (tx) => listNotices(tx, shopId, now))).isGettingStartedDismissed;
  expect(await isDismissed()).toBe(false);
  for (let time = 0; time < 2; time += 1)
    await withShop(shopId, (tx) => dismissGettingStarted(tx, shopId, now));
  expect(await isDismissed()).toBe(true);
  expect(await titlesOf(shopId)).toEqual([]);
  const { rows } = await database.owner.query("SELECT count(*)::int AS n FROM notices WHERE shop_id = $1", [
    shopId,
  ]);
  expect(rows[0].n).toBe(1);
});

test("a problem that mattered and is over is told on Home; a warning passes without a word", async () => {
  const shop = await makeShop(database.owner);
  const judge = (at: Date) => withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now: at }));
  const late = await makeConnector(database.owner, shop.id, "shopify_orders", {
    lastSucceededAt: later(-5 * 60),
    createdAt: days(-90),
  });
  const warned = await makeConnector(database.owner, shop.id, "shopify_refunds", {
    lastSucceededAt: later(-3 * 60),
    createdAt: days(-90),
  });
  await judge(now);
  expect(await titlesOf(shop.id)).toEqual([]);
  await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = ANY ($1)", [
    [late.id, warned.id],
    later(60),
  ]);
  await judge(later(65));
  const { notices } = await withShop(shop.id, (tx) => listNotices(tx, shop.id, later(65)));
  expect(notices).toEqual([
    expect.objectContaining({
      kind: "problem_solved",
      title: "Shopify Orders is all right again",
      body: expect.stringContaining("65 minutes"),
      path: expect.stringMatching(/^\/app\/incidents\/[0-9a-f-]{36}$/),
    }),
  ]);
});
