import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { SharedRateLimit } from "./shared-rate-limit.server.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** How many of so many are let through. Each limit stands for a process: they share nothing but the database. */
async function spend(limits: SharedRateLimit[], key: string, requests: number): Promise<number> {
  const spent = await Promise.allSettled(
    Array.from({ length: requests }, (_, index) => limits[index % limits.length]!.spend(key)),
  );
  return spent.filter(({ status }) => status === "fulfilled").length;
}
const processes = (name: string, perMinute: number) =>
  Array.from({ length: 3 }, () => new SharedRateLimit(name, perMinute));

it("lets through what all processes together may, and keys and purposes apart", async () => {
  expect(await spend(processes("a", 20), "key-1", 90)).toBe(20);
  expect(await spend(processes("a", 20), "key-1", 9)).toBe(0);
  expect(await spend(processes("a", 20), "key-2", 90)).toBe(20);
  expect(await spend(processes("b", 20), "key-1", 90)).toBe(20);
});

it("says when the next is let through, and lets it", async () => {
  const [limit] = processes("soon", 1);
  await limit!.spend("key");
  await database.owner.query("UPDATE rate_limits SET expire = $1 WHERE key = 'soon:key'", [
    Date.now() + 1_500,
  ]);
  await expect(limit!.spend("key")).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 2 });
  await pause(1_600);
  expect(await spend([limit!], "key", 1)).toBe(1);
});

it("asks the database no more about a key that is beyond its limit", async () => {
  const [limit] = processes("flood", 5);
  expect(await spend([limit!], "key", 50)).toBe(5);
  const { rows: before } = await database.owner.query(
    "SELECT points FROM rate_limits WHERE key = 'flood:key'",
  );
  expect(await spend([limit!], "key", 500)).toBe(0);
  const { rows: after } = await database.owner.query(
    "SELECT points FROM rate_limits WHERE key = 'flood:key'",
  );
  expect(after).toEqual(before);
});

it("counts by itself while the database cannot", async () => {
  await database.owner.query("ALTER TABLE rate_limits RENAME TO gone");
  try {
    expect(await spend([new SharedRateLimit("away", 20)], "key", 30)).toBe(20);
  } finally {
    await database.owner.query("ALTER TABLE gone RENAME TO rate_limits");
  }
});
