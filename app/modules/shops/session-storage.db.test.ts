import { Session } from "@shopify/shopify-api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SecretBox } from "#app/platform/crypto.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { ShopSessionStorage } from "./session-storage.server.ts";
import { ensureShop } from "./shops.store.server.ts";

const storage = new ShopSessionStorage();
const shop = "a-shop.myshopify.com";
const expires = new Date("2026-11-24T07:00:00.123Z");
const refreshTokenExpires = new Date("2027-02-22T06:00:00Z");
const offline = new Session({
  id: `offline_${shop}`,
  shop,
  state: "",
  isOnline: false,
  scope: "read_orders",
  expires,
  accessToken: "shpat_secret",
  refreshToken: "shprt_secret",
  refreshTokenExpires,
});

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.owner.query("DELETE FROM shopify_sessions");
});
afterAll(() => database?.drop());

const rows = async () => (await database.owner.query("SELECT * FROM shopify_sessions ORDER BY id")).rows;

it("gives back what it was given", async () => {
  expect(await storage.storeSession(offline)).toBe(true);
  const loaded = await storage.loadSession(offline.id);
  expect(loaded?.toObject()).toEqual(offline.toObject());
  expect(loaded?.isActive(["read_orders"])).toBe(offline.isActive(["read_orders"]));
});

it("gives back a session that never expires and holds no refresh token", async () => {
  const plain = new Session({ id: `offline_${shop}`, shop, state: "s", isOnline: false, accessToken: "x" });
  await storage.storeSession(plain);
  const loaded = await storage.loadSession(plain.id);
  expect(loaded?.toObject()).toEqual(plain.toObject());
  expect(loaded?.isExpired()).toBe(false);
});

it("replaces a session, and keeps a blanked token blank", async () => {
  await storage.storeSession(offline);
  await storage.storeSession(new Session({ ...offline.toObject(), accessToken: "" }));
  const loaded = await storage.loadSession(offline.id);
  expect(loaded?.accessToken).toBeUndefined();
  expect(loaded?.isActive(undefined)).toBe(false);
  expect(await rows()).toHaveLength(1);
});

it("stores no token in the clear, and none twice alike", async () => {
  await storage.storeSession(offline);
  const [first] = await rows();
  expect(JSON.stringify(first)).not.toMatch(/shpat_secret|shprt_secret/);
  await storage.storeSession(offline);
  const [second] = await rows();
  expect(second.access_token_encrypted).not.toBe(first.access_token_encrypted);
});

it("does not open a token that was moved to another session or another column", async () => {
  const other = new Session({ ...offline.toObject(), id: `${shop}_7`, isOnline: true, accessToken: "other" });
  await storage.storeSession(offline);
  await storage.storeSession(other);
  await database.owner.query(
    "UPDATE shopify_sessions SET access_token_encrypted = (SELECT access_token_encrypted FROM shopify_sessions WHERE id = $1) WHERE id = $2",
    [offline.id, other.id],
  );
  expect(await storage.loadSession(other.id)).toBeUndefined();
  await database.owner.query(
    "UPDATE shopify_sessions SET access_token_encrypted = refresh_token_encrypted WHERE id = $1",
    [offline.id],
  );
  expect(await storage.loadSession(offline.id)).toBeUndefined();
});

it("counts a session written with a lost key as none", async () => {
  await storage.storeSession(offline);
  const lost = new SecretBox(Buffer.alloc(32, 1).toString("base64")).encrypt(
    "x",
    `shopify_session:${offline.id}:access`,
  );
  await database.owner.query("UPDATE shopify_sessions SET access_token_encrypted = $1", [lost]);
  expect(await storage.loadSession(offline.id)).toBeUndefined();
  expect(await storage.findSessionsByShop(shop)).toEqual([]);
});

describe("kept apart by shop", () => {
  const other = new Session({
    ...offline.toObject(),
    id: "offline_b-shop.myshopify.com",
    shop: "b-shop.myshopify.com",
  });

  it("finds and deletes a shop's own", async () => {
    const online = new Session({ ...offline.toObject(), id: `${shop}_42`, isOnline: true });
    for (const session of [offline, online, other]) await storage.storeSession(session);
    const found = await storage.findSessionsByShop(shop);
    expect(found.map(({ id }) => id).sort()).toEqual([online.id, offline.id].sort());
    await storage.deleteSession(offline.id);
    expect(await storage.loadSession(offline.id)).toBeUndefined();
    await storage.deleteSessions([online.id, other.id, "nonsense"]);
    expect(await rows()).toEqual([]);
  });

  it("refuses a session whose id names another shop", async () => {
    const forged = new Session({ ...offline.toObject(), id: other.id });
    await expect(storage.storeSession(forged)).rejects.toThrow("does not name its shop");
    expect(await rows()).toEqual([]);
  });
});

it.each([
  "nonsense",
  "",
  "offline_",
  "offline_unknown.myshopify.com",
  "offline_a-shop.example.com",
  "x'; --",
])("knows no session %j", async (id) => {
  expect(await storage.loadSession(id)).toBeUndefined();
  expect(await storage.deleteSession(id)).toBe(true);
});

it("adds the shop of its first session", async () => {
  await storage.storeSession(
    new Session({ ...offline.toObject(), id: "offline_new.myshopify.com", shop: "new.myshopify.com" }),
  );
  const { rows: shops } = await database.owner.query(
    "SELECT id FROM shops WHERE domain = 'new.myshopify.com'",
  );
  expect(shops).toEqual([{ id: await ensureShop("new.myshopify.com") }]);
});
