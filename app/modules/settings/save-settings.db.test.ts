import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { Shop } from "../shops/shop.ts";
import { loadSettings } from "./load-settings.server.ts";
import { saveSettings } from "./save-settings.server.ts";
import type { ExpectedWindow, SaveAnswer, SettingsContent, SettingsPage } from "./settings.ts";

const now = new Date("2026-11-24T12:00:00Z");
const later = new Date("2026-11-24T13:00:00Z");

let database: TestDatabase;
let mine: Shop;
let theirs: Shop;
let myConnector: string;
let theirConnector: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  mine = await makeShop(database.owner, { timeZone: "America/New_York", locale: "en-US" });
  theirs = await makeShop(database.owner);
  myConnector = (await makeConnector(database.owner, mine.id, "meta_ads")).id;
  theirConnector = (await makeConnector(database.owner, theirs.id, "klaviyo")).id;
});

const window = (change: Partial<ExpectedWindow> = {}): ExpectedWindow => ({
  id: randomUUID(),
  connectorId: null,
  kind: "sale",
  startDay: "2026-11-27",
  endDay: "2026-12-01",
  note: "",
  ...change,
});
const load = (shop = mine, at = now): Promise<SettingsPage> =>
  withShop(shop.id, (tx) => loadSettings(tx, shop, at));
const save = (page: SettingsPage, change: Partial<SettingsContent>, shop = mine): Promise<SaveAnswer> =>
  withShop(shop.id, (tx) =>
    saveSettings(
      tx,
      { shop, actor: { role: "merchant", name: "42" }, requestId: "request-1" },
      { version: page.version, notices: page.notices, windows: [...page.windows], ...change },
      later,
    ),
  );
async function saved(page: SettingsPage, change: Partial<SettingsContent>): Promise<SettingsPage> {
  const answer = await save(page, change);
  if (answer.outcome !== "saved") throw new Error(`not saved: ${JSON.stringify(answer)}`);
  return answer.page;
}
const stored = async (shop = mine) => {
  const { rows: windows } = await database.owner.query(
    "SELECT id, connector_id, start_day::text, end_day::text, kind, note, created_by FROM expected_windows WHERE shop_id = $1 ORDER BY start_day",
    [shop.id],
  );
  const { rows } = await database.owner.query(
    "SELECT settings, updated_at FROM shop_settings WHERE shop_id = $1",
    [shop.id],
  );
  const { rows: audit } = await database.owner.query(
    "SELECT actor, actor_role, action, target, before, after, request_id FROM audit_log WHERE shop_id = $1 ORDER BY id",
    [shop.id],
  );
  return { windows, ...rows[0], audit };
};

describe("the page", () => {
  it("of a new shop has every notice, no windows, and its connectors in the catalogue's order", async () => {
    const orders = await makeConnector(database.owner, mine.id, "shopify_orders");
    expect(await load()).toMatchObject({
      shop: { timeZone: "America/New_York", locale: "en-US" },
      today: "2026-11-24",
      notices: { problemSolved: true, backfillFinished: true, syncFailedToStart: true },
      windows: [],
      sources: [
        { connectorId: orders.id, label: "Shopify Orders" },
        { connectorId: myConnector, label: "Meta Ads" },
      ],
    });
  });

  it("counts days in the shop's zone and hides what ended more than 13 months ago", async () => {
    await saved(await load(), {
      windows: [window({ startDay: "2025-10-20", endDay: "2025-10-24" }), window()],
    });
    expect((await load(mine, new Date("2026-11-25T04:59:00Z"))).windows).toHaveLength(2);
    const nextDay = await load(mine, new Date("2026-11-25T05:00:00Z"));
    expect([nextDay.today, nextDay.windows.length]).toEqual(["2026-11-25", 1]);
  });

  it("survives settings that make no sense", async () => {
    await database.owner.query("UPDATE shop_settings SET settings = '[1]' WHERE shop_id = $1", [mine.id]);
    const page = await load();
    expect(page.notices.problemSolved).toBe(true);
    await saved(page, { notices: { ...page.notices, problemSolved: false } });
    expect((await load()).notices.problemSolved).toBe(false);
  });
});

describe("a save", () => {
  it("stores choices and windows, and says in the audit who changed what", async () => {
    const page = await load();
    const sale = window({ note: "Black Friday", connectorId: myConnector });
    const notices = { ...page.notices, backfillFinished: false };
    const after = await saved(page, { notices, windows: [sale] });
    expect(after).toMatchObject({ notices, windows: [sale] });
    expect(await load()).toEqual(after);
    expect(after.version).not.toBe(page.version);
    const { updated_at, windows, audit } = await stored();
    expect(updated_at).toEqual(later);
    expect(windows[0]).toMatchObject({ id: sale.id, connector_id: myConnector, created_by: "42" });
    expect(audit).toEqual([
      {
        actor: "42",
        actor_role: "merchant",
        action: "settings.save",
        target: "settings",
        before: { notices: page.notices, windows: [] },
        after: { notices, windows: [sale] },
        request_id: "request-1",
      },
    ]);
  });

  it("adds, changes and removes in one go; what was not touched is neither written nor in the audit", async () => {
    const [same, changed, gone] = [
      window(),
      window({ startDay: "2026-11-28" }),
      window({ startDay: "2026-11-29" }),
    ];
    const page = await saved(await load(), { windows: [same, changed, gone] });
    await database.owner.query("UPDATE expected_windows SET created_by = 'a colleague' WHERE shop_id = $1", [
      mine.id,
    ]);
    const extra = window({ startDay: "2027-02-01", endDay: "2027-02-01", kind: "vacation" });
    const moved = { ...changed, endDay: "2026-12-02" };
    await saved(page, { windows: [extra, moved, same] });
    const { windows, audit } = await stored();
    expect(windows.map((one: { id: string; created_by: string }) => [one.id, one.created_by])).toEqual([
      [same.id, "a colleague"],
      [changed.id, "a colleague"],
      [extra.id, "42"],
    ]);
    expect(audit.at(-1)).toMatchObject({
      before: { windows: [changed, gone] },
      after: { windows: [extra, moved] },
    });
    expect(audit.at(-1).before).not.toHaveProperty("notices");
  });

  it("keeps whatever else the shop's settings hold", async () => {
    await database.owner.query(`UPDATE shop_settings SET settings = '{"theme": "dark"}' WHERE shop_id = $1`, [
      mine.id,
    ]);
    const page = await load();
    await saved(page, { notices: { ...page.notices, problemSolved: false } });
    expect((await stored()).settings).toMatchObject({ theme: "dark", notices: { problemSolved: false } });
  });

  it("of what is already so writes nothing, even when it is based on an old version", async () => {
    const page = await load();
    const windows = [window()];
    await saved(page, { windows });
    const before = await stored();
    expect(await save(page, { windows })).toMatchObject({ outcome: "saved", page: { windows } });
    expect(await stored()).toEqual(before);
  });

  it("leaves a window that is no longer shown alone", async () => {
    const old = window({ startDay: "2024-01-01", endDay: "2024-01-02" });
    await database.owner.query(
      "INSERT INTO expected_windows (shop_id, id, start_day, end_day, kind, created_by) VALUES ($1, $2, $3, $4, 'sale', 'x')",
      [mine.id, old.id, old.startDay, old.endDay],
    );
    await saved(await load(), { windows: [window()] });
    expect((await stored()).windows.map(({ id }: { id: string }) => id)).toContain(old.id);
  });
});

describe("a save that is refused", () => {
  it("as invalid loses and writes nothing, the good with the bad", async () => {
    const page = await saved(await load(), { windows: [window()] });
    const before = await stored();
    const bad = window({ endDay: "2026-11-01" });
    const answer = await save(page, {
      notices: { ...page.notices, problemSolved: false },
      windows: [...page.windows, window(), bad],
    });
    expect(answer).toEqual({
      outcome: "invalid",
      problems: { windows: { [bad.id]: { endDay: "Enter a day that is not before the first day" } } },
    });
    expect(await stored()).toEqual(before);
  });

  it.each(["another shop's", "nobody's"])("for %s connector says so at its field", async (whose) => {
    const foreign = window({ connectorId: whose === "nobody's" ? randomUUID() : theirConnector });
    const before = [await stored(), await stored(theirs)];
    expect(await save(await load(), { windows: [foreign] })).toMatchObject({
      outcome: "invalid",
      problems: {
        windows: { [foreign.id]: { connectorId: expect.stringContaining("no longer connected") } },
      },
    });
    expect([await stored(), await stored(theirs)]).toEqual(before);
  });

  it("because somebody else saved meanwhile answers what is stored now", async () => {
    const page = await load();
    const first = window();
    await saved(page, { windows: [first] });
    const before = await stored();
    expect(await save(page, { notices: { ...page.notices, problemSolved: false } })).toMatchObject({
      outcome: "conflict",
      page: { windows: [first], notices: page.notices },
    });
    expect(await stored()).toEqual(before);
  });

  it("of two at the same moment is one", async () => {
    const page = await load();
    const answers = await Promise.all(Array.from({ length: 5 }, () => save(page, { windows: [window()] })));
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([...Array(4).fill("conflict"), "saved"]);
    expect((await stored()).windows).toHaveLength(1);
  });
});

describe("another shop", () => {
  it("sees and changes nothing of this one", async () => {
    const sale = window();
    await saved(await load(), { windows: [sale] });
    const before = await stored();
    const page = await load(theirs);
    expect(page.windows).toEqual([]);
    // The same id is a window of its own there.
    expect(await save(page, { windows: [{ ...sale, note: "theirs" }] }, theirs)).toMatchObject({
      outcome: "saved",
    });
    expect(await stored()).toEqual(before);
  });

  it("cannot be written to from here, whatever shop is named", async () => {
    const before = await stored(theirs);
    const forged = withShop(mine.id, async (tx) => {
      const { version, notices } = await loadSettings(tx, theirs, now);
      return saveSettings(
        tx,
        { shop: theirs, actor: { role: "merchant", name: "42" }, requestId: "" },
        { version, notices: { ...notices, problemSolved: false }, windows: [] },
        later,
      );
    });
    await expect(forged).rejects.toThrow(/row-level security/);
    expect(await stored(theirs)).toEqual(before);
  });
});
