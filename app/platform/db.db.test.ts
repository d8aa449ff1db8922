import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { db, readPool } from "./db.server.ts";
import { withShops } from "./tenant.server.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** More often than there are connections. */
const times = Array.from({ length: 12 });
const answers = () => db().$queryRaw`SELECT 1 AS one`;

test("a connection that is lost in the middle of a transaction leaves room for another", async () => {
  for (const _ of times) {
    const lost = withShops([], async (tx) => {
      const [own] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      await database.owner.query("SELECT pg_terminate_backend($1)", [own!.pid]);
      await tx.$queryRaw`SELECT 1`;
    });
    await expect(lost).rejects.toThrow();
  }
  expect(await answers()).toEqual([{ one: 1 }]);
  expect(readPool().used).toBe(0);
}, 20_000);

test("a transaction that cannot be committed gives its connection back", async () => {
  await database.owner.query(
    "CREATE TABLE once (id integer UNIQUE DEFERRABLE INITIALLY DEFERRED); GRANT INSERT ON once TO PUBLIC",
  );
  for (const _ of times)
    await expect(withShops([], (tx) => tx.$executeRaw`INSERT INTO once VALUES (1), (1)`)).rejects.toThrow();
  expect(await answers()).toEqual([{ one: 1 }]);
  expect(readPool().used).toBe(0);
}, 20_000);
