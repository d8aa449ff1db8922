import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { db } from "#app/platform/db.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import type { Shop } from "../shops/shop.ts";
import { exportAudit } from "./audit-csv.server.ts";
import { AuditQuery, type AuditRow } from "./audit-row.ts";
import { listAudit, listAuditActions } from "./list-audit.server.ts";

let database: TestDatabase;
let one: Shop;
let other: Shop;
const erased = "0f0e0d0c-0000-4000-8000-000000000001";
const by = {
  actor: { role: "admin" as const, name: "ada@example.com" },
  now: new Date("2026-11-25T12:00:00Z"),
  requestId: "req-export",
};

async function insert(row: Partial<AuditRow> & { at: string }): Promise<void> {
  await database.owner.query(
    `INSERT INTO audit_log (shop_id, at, actor, actor_role, action, target, before, after, reason, request_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      row.shopId ?? null,
      row.at,
      row.actor ?? "bea@example.com",
      row.role ?? "support",
      row.action ?? "incident.resolve",
      row.target ?? "",
      row.before ? JSON.stringify(row.before) : null,
      row.after ? JSON.stringify(row.after) : null,
      row.reason ?? "",
      row.requestId ?? "",
    ],
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  one = await makeShop(database.owner, { domain: "one.myshopify.com" });
  other = await makeShop(database.owner, { domain: "other.myshopify.com" });
  await insert({ at: "2026-11-01T00:00:00Z", shopId: one.id, target: "t1", reason: "first" });
  await insert({ at: "2026-11-01T23:59:59.999Z", shopId: one.id, target: "t2", action: "incident.snooze" });
  await insert({
    at: "2026-11-02T00:00:00Z",
    shopId: other.id,
    target: "t3",
    actor: "ada@example.com",
    role: "admin",
  });
  for (let n = 0; n < 5; n += 1)
    await insert({ at: "2026-11-03T00:00:00Z", target: `same-${n}`, action: "staff.sign_in" });
  await insert({ at: "2026-11-04T00:00:00Z", shopId: erased, target: "t5" });
});
afterAll(() => database.drop());

const targets = async (query: object) =>
  (await listAudit(AuditQuery.parse(query))).rows.map(({ target }) => target);

describe("the audit of all shops", () => {
  test.each<[string, () => object, string[]]>([
    [
      "all of it, newest first",
      () => ({}),
      ["t5", "same-4", "same-3", "same-2", "same-1", "same-0", "t3", "t2", "t1"],
    ],
    ["by shop, called by its domain", () => ({ shop: "One.myshopify.com" }), ["t2", "t1"]],
    ["by shop, called by its id", () => ({ shop: other.id }), ["t3"]],
    ["by a shop that was erased", () => ({ shop: erased }), ["t5"]],
    ["by a shop that we never knew", () => ({ shop: "never.myshopify.com" }), []],
    ["by person", () => ({ actor: "ada@example.com" }), ["t3"]],
    ["by action", () => ({ action: "incident.snooze" }), ["t2"]],
    ["by target", () => ({ target: "same-2" }), ["same-2"]],
    ["by days, both included", () => ({ from: "2026-11-01", to: "2026-11-01" }), ["t2", "t1"]],
    ["by several at once", () => ({ shop: one.id, from: "2026-11-01", action: "incident.resolve" }), ["t1"]],
  ])("%s", async (_, query, expected) => {
    expect(await targets(query())).toEqual(expected);
  });

  test("pages follow one another without a gap or a repeat, also within one instant", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listAudit(AuditQuery.parse({ limit: 2, ...(cursor ? { cursor } : {}) }));
      seen.push(...page.rows.map(({ target }) => target));
      cursor = page.nextCursor;
      expect(page.rows.length).toBeLessThanOrEqual(2);
    } while (cursor);
    expect(seen).toEqual(["t5", "same-4", "same-3", "same-2", "same-1", "same-0", "t3", "t2", "t1"]);
  });

  test("names the shop, and none where it is gone", async () => {
    const { rows } = await listAudit(AuditQuery.parse({}));
    expect(rows.find(({ target }) => target === "t1")?.shop).toBe("one.myshopify.com");
    expect(rows.find(({ target }) => target === "t5")).toMatchObject({ shop: null, shopId: erased });
  });

  test("the actions to choose from are those there are", async () => {
    expect(await listAuditActions()).toEqual(
      expect.arrayContaining(["incident.resolve", "incident.snooze", "staff.sign_in"]),
    );
  });
});

describe("the export", () => {
  const read = async (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

  test("is RFC 4180, with UTC instants, and nothing a spreadsheet would run", async () => {
    await insert({
      at: "2026-11-05T10:00:00Z",
      shopId: one.id,
      actor: "=cmd|' /C calc'!A0",
      target: "+1",
      before: { status: "open" },
      after: { status: 'say "hi"' },
      reason: '@SUM(1),\n"quoted"',
    });
    const csv = await read(await exportAudit({ from: "2026-11-05", to: "2026-11-05" }, by));
    expect(csv).toBe(
      "at,shop,shop_id,actor,role,action,target,before,after,reason,request_id\r\n" +
        `2026-11-05T10:00:00.000Z,one.myshopify.com,${one.id},'=cmd|' /C calc'!A0,support,incident.resolve,'+1,` +
        '"{""status"":""open""}","{""status"":""say \\""hi\\""""}","\'@SUM(1),\n""quoted""",\r\n',
    );
  });

  test("is itself in the audit, with its filter, before the first row leaves", async () => {
    const stream = await exportAudit({ actor: "bea@example.com" }, by);
    const { rows } = await listAudit(AuditQuery.parse({ action: "audit.export", limit: 1 }));
    expect(rows[0]).toMatchObject({
      actor: "ada@example.com",
      role: "admin",
      after: { actor: "bea@example.com" },
      requestId: "req-export",
      at: by.now.toISOString(),
    });
    await stream.cancel();
  });

  test("of many rows holds each once", async () => {
    await database.owner.query(
      `INSERT INTO audit_log (at, actor, actor_role, action, target)
       SELECT '2025-01-01T00:00:00Z', 'many', 'system', 'test.many', n::text FROM generate_series(1, 2500) n`,
    );
    const lines = (await read(await exportAudit({ action: "test.many" }, by))).trimEnd().split("\r\n");
    expect(lines).toHaveLength(2501);
    expect(new Set(lines).size).toBe(2501);
  });
});

describe("nobody changes what was written", () => {
  test("not the app's role", async () => {
    for (const statement of [
      "UPDATE audit_log SET actor = 'x'",
      "DELETE FROM audit_log",
      "TRUNCATE audit_log",
    ])
      await expect(db().$executeRawUnsafe(statement), statement).rejects.toThrow(
        /append-only|permission denied/,
      );
  });

  test("nor any function that runs as its owner, but for one: the erasure of a shop, which takes the shop's audit along", async () => {
    const { rows } = await database.owner.query<{ name: string }>(
      `SELECT f.proname AS name FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
       WHERE f.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         AND f.prosrc ~* '(update|delete\\s+from|truncate(\\s+table)?|merge\\s+into|alter\\s+table)\\s+(only\\s+)?(public\\.)?"?audit_log'`,
    );
    expect(rows).toEqual([{ name: "erase_shop_audit" }]);
  });

  test("even one that tries is refused, and so is everybody whom it serves", async () => {
    for (const [name, statement] of [
      ["try_update", "UPDATE public.audit_log SET actor = 'x'"],
      ["try_delete", "DELETE FROM public.audit_log"],
      ["try_truncate", "TRUNCATE public.audit_log"],
    ]) {
      await database.owner.query(
        `CREATE FUNCTION ${name}() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$ ${statement} $$;
         GRANT EXECUTE ON FUNCTION ${name}() TO sync_health_app`,
      );
      await expect(db().$executeRawUnsafe(`SELECT ${name}()`), name).rejects.toThrow(/append-only/);
    }
  });

  test("and the function that reads all shops is the app's alone", async () => {
    const { rows } = await database.owner.query(
      `SELECT has_function_privilege('test_queue', f.oid, 'EXECUTE') AS queue, has_function_privilege('test_app', f.oid, 'EXECUTE') AS app
       FROM pg_proc f WHERE f.proname = 'list_audit'`,
    );
    expect(rows).toEqual([{ queue: false, app: true }]);
  });
});
