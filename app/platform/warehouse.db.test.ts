import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { createWarehouse, type Warehouse, WarehouseError } from "./warehouse.server.ts";

let database: TestDatabase;
let opened: Warehouse[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner.query(
    "CREATE SCHEMA warehouse; CREATE TABLE warehouse.rows (n int); CREATE TABLE warehouse.secret (n int); GRANT USAGE ON SCHEMA warehouse TO sync_health_app; GRANT ALL ON warehouse.rows TO sync_health_app",
  );
});
afterEach(async () => {
  for (const one of opened) await one.end();
  opened = [];
});
afterAll(() => database?.drop());

function open(url = database.appUrl, connections?: number): Warehouse {
  const one = createWarehouse(url, connections);
  opened.push(one);
  return one;
}

async function troubleOf(asked: Promise<unknown>): Promise<{ kind: string; message: string }> {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof WarehouseError)) throw new Error("the read was expected to fail", { cause: error });
  return { kind: error.kind, message: error.message };
}

test("reads rows, with values as parameters", async () => {
  expect(await open().read({ text: "SELECT $1::int + 1 AS n", values: [41] })).toEqual([{ n: 42 }]);
});

test("can write nothing, even where its role may", async () => {
  const warehouse = open();
  for (const text of [
    "INSERT INTO warehouse.rows VALUES (1)",
    "WITH new AS (INSERT INTO warehouse.rows VALUES (1) RETURNING n) SELECT n FROM new",
    "CREATE TABLE warehouse.other (n int)",
  ])
    expect((await troubleOf(warehouse.read({ text, values: [] }))).kind).toBe("permission");
  expect((await database.owner.query("SELECT * FROM warehouse.rows")).rows).toEqual([]);
});

test("ends a statement that takes too long, and can be asked again on the same connection's place", async () => {
  const warehouse = open(database.appUrl, 1);
  const started = Date.now();
  expect(
    await troubleOf(warehouse.read({ text: "SELECT pg_sleep(20)", values: [] }, { timeoutMs: 200 })),
  ).toEqual({
    kind: "timeout",
    message: "The warehouse did not finish within 0.2 s.",
  });
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(await warehouse.read({ text: "SELECT 1 AS n", values: [] })).toEqual([{ n: 1 }]);
  expect(await warehouse.read({ text: "SHOW statement_timeout", values: [] }, { timeoutMs: 1500 })).toEqual([
    { statement_timeout: "1500ms" },
  ]);
});

test.each([
  [
    "a table that is not there",
    "SELECT * FROM warehouse.gone",
    "missing_relation",
    'The warehouse says: relation "warehouse.gone" does not exist.',
  ],
  [
    "a column that is not there",
    "SELECT gone FROM warehouse.rows",
    "missing_relation",
    'The warehouse says: column "gone" does not exist.',
  ],
  [
    "a table that may not be read",
    "SELECT * FROM warehouse.secret",
    "permission",
    "The warehouse refused: permission denied for table secret.",
  ],
  [
    "a value that cannot be cast",
    "SELECT 'x'::int",
    "query_failed",
    'The warehouse could not answer: invalid input syntax for type integer: "x".',
  ],
  [
    "a zone that is not known",
    "SELECT now() AT TIME ZONE 'Mars/Olympus'",
    "query_failed",
    'The warehouse could not answer: time zone "Mars/Olympus" not recognized.',
  ],
])("%s is said in words", async (_, text, kind, message) => {
  expect(await troubleOf(open().read({ text, values: [] }))).toEqual({ kind, message });
});

test("a warehouse that is not there, or lets nobody in, is told apart, and no password is told", async () => {
  const nobody = new URL(database.appUrl);
  nobody.port = "1";
  expect(await troubleOf(open(nobody.href).read({ text: "SELECT 1", values: [] }))).toEqual({
    kind: "unavailable",
    message: "The warehouse cannot be reached (ECONNREFUSED).",
  });
  const wrong = new URL(database.appUrl);
  wrong.password = "wrong-password";
  const refused = await troubleOf(open(wrong.href).read({ text: "SELECT 1", values: [] }));
  expect(refused.kind).toBe("permission");
  expect(refused.message).not.toContain("wrong-password");
  const other = new URL(database.appUrl);
  other.pathname = "/nowhere";
  expect(await troubleOf(open(other.href).read({ text: "SELECT 1", values: [] }))).toMatchObject({
    kind: "missing_relation",
  });
});

test("a server that takes the connection and says nothing is unavailable within seconds", async () => {
  const silent = createServer((socket) => socket.on("error", () => undefined).resume());
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  const address = silent.address();
  const url = new URL(database.appUrl);
  url.port = String(typeof address === "object" && address ? address.port : 0);
  const started = Date.now();
  expect((await troubleOf(open(url.href).read({ text: "SELECT 1", values: [] }))).kind).toBe("unavailable");
  expect(Date.now() - started).toBeLessThan(10_000);
  await new Promise((done) => silent.close(done));
});
