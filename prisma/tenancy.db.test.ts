import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type Anchors, insertFullShop, insertRow, newAnchors, tenantRows } from "#e2e/support/rows.ts";

let database: TestDatabase;
let app: pg.Client;
const a = newAnchors();
const b = newAnchors();
const tables = Object.keys(tenantRows);
const DENIED = "42501";
const FOREIGN_KEY = "23503";

beforeAll(async () => {
  database = await createTestDatabase();
  await insertFullShop(database.owner, a);
  await insertFullShop(database.owner, b);
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

/** Runs statements as the app, bound to these shops (or to none), and takes everything back. */
async function asApp<T>(shops: Anchors[] | null, work: () => Promise<T>): Promise<T> {
  await app.query("BEGIN");
  try {
    if (shops)
      await app.query("SELECT set_config('app.shop_ids', $1, true)", [
        `{${shops.map(({ shopId }) => shopId)}}`,
      ]);
    return await work();
  } finally {
    await app.query("ROLLBACK");
  }
}
const refusedWith = (code: string) => expect.objectContaining({ code });
const affected = async (statement: string, values: unknown[]) =>
  (await app.query(statement, values)).rowCount;

async function names(statement: string): Promise<string[]> {
  return (await database.owner.query<{ name: string }>(statement)).rows.map(({ name }) => name);
}
const tablesWhere = (condition: string) =>
  names(
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND ${condition} ORDER BY 1`,
  );
const hasShop =
  "EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'shop_id' AND NOT s.attisdropped)";

describe("the catalogue", () => {
  test("every table with a shop_id has a row in e2e/support/rows.ts, so that the tests below see it", async () => {
    expect(await tablesWhere(`${hasShop} AND NOT c.relispartition`)).toEqual([...tables].sort());
  });

  test("a table without a shop_id is one of those that belong to no shop", async () => {
    expect(await tablesWhere(`NOT ${hasShop}`)).toEqual([
      "_prisma_migrations",
      "airbyte_unmatched_workspaces",
      "alert_channels",
      "metric_totals",
      "runner_batches",
      "runner_ticks",
      "shops",
      "staff_sessions",
      "upstream_events",
      "webhook_receipts",
    ]);
  });

  test("row-level security is on for every table with a shop and for every partition", async () => {
    expect(await tablesWhere(`(${hasShop} OR c.relname = 'shops') AND NOT c.relrowsecurity`)).toEqual([]);
  });

  test("every table with a shop has a policy, and each policy reads the bound shops", async () => {
    const without = "NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)";
    expect(
      await tablesWhere(`(${hasShop} OR c.relname = 'shops') AND NOT c.relispartition AND ${without}`),
    ).toEqual([]);
    expect(
      await names(`SELECT polname || ' on ' || polrelid::regclass AS name FROM pg_policy
        WHERE coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) NOT LIKE '%( SELECT app_shop_ids()%'`),
    ).toEqual([]);
  });

  test("there is no view, which would read with its owner's eyes", async () => {
    expect(
      await names(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')",
      ),
    ).toEqual([]);
  });

  test("every foreign key between tables of a shop begins with the shop on both sides", async () => {
    const loose = await names(`
      SELECT conrelid::regclass || '.' || a.attname AS name FROM pg_constraint f
      JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
      JOIN pg_attribute r ON r.attrelid = f.confrelid AND r.attnum = f.confkey[1]
      JOIN pg_class c ON c.oid = f.conrelid
      WHERE f.contype = 'f' AND ${hasShop} AND NOT (a.attname = 'shop_id' AND (r.attname = 'shop_id' OR (f.confrelid = 'shops'::regclass AND r.attname = 'id')))
      ORDER BY 1`);
    // An upstream event belongs to no shop and names none.
    expect(loose).toEqual(["alert_deliveries.upstream_event_id", "dq_incidents.upstream_event_id"]);
  });

  test("the app may not truncate, reference, hang triggers on or create tables", async () => {
    expect(
      await tablesWhere("has_table_privilege('sync_health_app', c.oid, 'TRUNCATE, REFERENCES, TRIGGER')"),
    ).toEqual([]);
    await expect(app.query("CREATE TABLE public.mine (id int)")).rejects.toEqual(refusedWith(DENIED));
  });
});

describe.each(tables)("%s", (table) => {
  const row = (of: Anchors) => tenantRows[table]!(of);
  const isAppendOnly = table === "audit_log";

  test("its shop sees the row, another shop and nobody see nothing", async () => {
    const count = async (of: Anchors) =>
      Number(
        (await app.query(`SELECT count(*) FROM ${table} WHERE shop_id = $1`, [of.shopId])).rows[0].count,
      );
    expect(await asApp([a], async () => [await count(a), await count(b)])).toEqual([1, 0]);
    expect(await asApp([a, b], async () => [await count(a), await count(b)])).toEqual([1, 1]);
    expect(await asApp([], async () => [await count(a), await count(b)])).toEqual([0, 0]);
    expect(await asApp(null, async () => [await count(a), await count(b)])).toEqual([0, 0]);
  });

  test("its shop may insert it, a forged shop id is refused", async () => {
    await asApp([a], async () => {
      if (!isAppendOnly) await app.query(`DELETE FROM ${table} WHERE shop_id = $1`, [a.shopId]);
      await insertRow(app, table, row(a));
    });
    for (const bound of [[a], [], null]) {
      await expect(asApp(bound, () => insertRow(app, table, row(b)))).rejects.toEqual(refusedWith(DENIED));
    }
  });

  test.skipIf(isAppendOnly)("another shop's row is neither changed nor deleted nor given away", async () => {
    expect(
      await asApp([a], () =>
        affected(`UPDATE ${table} SET shop_id = shop_id WHERE shop_id = $1`, [b.shopId]),
      ),
    ).toBe(0);
    expect(await asApp([a], () => affected(`DELETE FROM ${table} WHERE shop_id = $1`, [b.shopId]))).toBe(0);
    expect(
      await asApp([a], () =>
        affected(`UPDATE ${table} SET shop_id = shop_id WHERE shop_id = $1`, [a.shopId]),
      ),
    ).toBe(1);
    await expect(
      asApp([a], () => affected(`UPDATE ${table} SET shop_id = $2 WHERE shop_id = $1`, [a.shopId, b.shopId])),
    ).rejects.toEqual(refusedWith(DENIED));
  });
});

test("no row of one shop can point at another shop's row, through any foreign key", async () => {
  const keys = await database.owner.query<{ table: string; column: string; target: string; key: string }>(`
    SELECT f.conrelid::regclass::text AS table, a.attname AS column, f.confrelid::regclass::text AS target, r.attname AS key
    FROM pg_constraint f
    CROSS JOIN LATERAL unnest(f.conkey, f.confkey) AS k (here, there)
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.here
    JOIN pg_attribute r ON r.attrelid = f.confrelid AND r.attnum = k.there
    JOIN pg_class c ON c.oid = f.conrelid
    WHERE f.contype = 'f' AND f.conparentid = 0 AND cardinality(f.conkey) > 1 AND NOT c.relispartition AND a.attname <> 'shop_id'`);
  const tried: string[] = [];
  for (const { table, column, target, key } of keys.rows) {
    const foreign = await database.owner.query(`SELECT ${key} AS value FROM ${target} WHERE shop_id = $1`, [
      b.shopId,
    ]);
    const point = () =>
      affected(`UPDATE ${table} SET ${column} = $2 WHERE shop_id = $1`, [a.shopId, foreign.rows[0].value]);
    await expect(asApp([a], point), `${table}.${column}`).rejects.toEqual(refusedWith(FOREIGN_KEY));
    // Being bound to both, as the runner is, does not help either.
    await expect(asApp([a, b], point), `${table}.${column}`).rejects.toEqual(refusedWith(FOREIGN_KEY));
    tried.push(`${table}.${column}`);
  }
  expect(tried).toEqual(
    expect.arrayContaining([
      "connectors.connection_id",
      "sync_runs.connector_id",
      "dq_results.connector_id",
      "dq_incidents.parent_id",
      "incident_events.incident_id",
    ]),
  );
});

describe("shops", () => {
  test("a shop sees and changes itself only, and cannot be made or removed by the app", async () => {
    expect(await asApp([a], async () => (await app.query("SELECT id FROM shops")).rows)).toEqual([
      { id: a.shopId },
    ]);
    expect(
      await asApp([a], () =>
        affected("UPDATE shops SET locale = 'de' WHERE id = ANY ($1)", [[a.shopId, b.shopId]]),
      ),
    ).toBe(1);
    expect(await asApp(null, () => affected("UPDATE shops SET locale = 'de'", []))).toBe(0);
    await expect(
      asApp([a], () => app.query("INSERT INTO shops (domain) VALUES ('x.myshopify.com')")),
    ).rejects.toEqual(refusedWith(DENIED));
    await expect(asApp([a], () => app.query("DELETE FROM shops"))).rejects.toEqual(refusedWith(DENIED));
  });
});

describe("partitions of dq_results", () => {
  test("the app can reach a row through the parent only, also in a partition made later", async () => {
    const count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'dq_results'::regclass";
    const before = Number((await database.owner.query(count)).rows[0].count);
    await app.query("SELECT ensure_result_partitions(14, 4)");
    expect(Number((await database.owner.query(count)).rows[0].count)).toBe(before + 2);
    const partitions = await names(
      "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'dq_results'::regclass",
    );
    for (const partition of partitions) {
      await expect(
        asApp([a], () => app.query(`SELECT FROM ${partition}`)),
        partition,
      ).rejects.toEqual(refusedWith(DENIED));
      await expect(
        asApp([a], () => app.query(`DELETE FROM ${partition}`)),
        partition,
      ).rejects.toEqual(refusedWith(DENIED));
      await expect(
        asApp([a], () => insertRow(app, partition, tenantRows.dq_results!(a))),
        partition,
      ).rejects.toEqual(refusedWith(DENIED));
    }
    expect(await tablesWhere(`c.relispartition AND NOT c.relrowsecurity`)).toEqual([]);
  });
});

describe("alert_deliveries about no shop", () => {
  const ofNoShop = {
    channel: "slack",
    event: "test",
    severity: "high",
    state: "queued",
    created_at: new Date(),
  };

  test("a transaction bound to no shop writes and sees them, one that is bound to a shop does neither", async () => {
    for (const bound of [[], null])
      await asApp(bound, async () => {
        await insertRow(app, "alert_deliveries", ofNoShop);
        expect((await app.query("SELECT FROM alert_deliveries")).rowCount).toBe(1);
      });
    await expect(asApp([a], () => insertRow(app, "alert_deliveries", ofNoShop))).rejects.toEqual(
      refusedWith(DENIED),
    );
    await insertRow(database.owner, "alert_deliveries", ofNoShop);
    expect(
      await asApp(
        [a, b],
        async () => (await app.query("SELECT FROM alert_deliveries WHERE shop_id IS NULL")).rowCount,
      ),
    ).toBe(0);
  });
});

describe("audit_log", () => {
  test("nobody changes or deletes what was written, not even the owner", async () => {
    for (const statement of [
      "UPDATE audit_log SET actor = 'x'",
      "DELETE FROM audit_log",
      "TRUNCATE audit_log",
      "DELETE FROM audit_log WHERE false",
    ]) {
      await expect(database.owner.query(statement), statement).rejects.toEqual(refusedWith(DENIED));
      await expect(
        asApp([a], () => app.query(statement)),
        statement,
      ).rejects.toEqual(refusedWith(DENIED));
    }
    expect((await database.owner.query("SELECT FROM audit_log")).rowCount).toBe(2);
  });

  test("a row of no shop may be written by the app, and not read by it", async () => {
    await asApp([a], async () => {
      await app.query(
        "INSERT INTO audit_log (actor, actor_role, action) VALUES ('x', 'support', 'signed_in')",
      );
      expect((await app.query("SELECT FROM audit_log")).rowCount).toBe(1);
    });
  });
});
