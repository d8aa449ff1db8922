import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertSafeRole, createDb } from "#app/platform/db.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";

let database: TestDatabase;
// Roles belong to the whole server, so other files see them: unlikely names.
const suffix = randomBytes(4).toString("hex");
const roles = {
  bypassing: `bypassing_${suffix}`,
  owning: `owning_${suffix}`,
  heir: `heir_${suffix}`,
  stranger: `stranger_${suffix}`,
};

beforeAll(async () => {
  database = await createTestDatabase();
  const login = (role: string, options = "") =>
    database.owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x' ${options}`);
  await login(roles.bypassing, "BYPASSRLS");
  await login(roles.owning);
  await login(roles.heir);
  await login(roles.stranger);
  await database.owner.query(`GRANT sync_health_app TO ${roles.bypassing}, ${roles.owning}, ${roles.heir}`);
  await database.owner.query(`ALTER TABLE notices OWNER TO ${roles.owning}`);
  await database.owner.query(`GRANT ${roles.owning} TO ${roles.heir}`);
});
afterAll(async () => {
  await database.owner.query("ALTER TABLE notices OWNER TO postgres");
  await database.owner.query(`REVOKE ${roles.owning} FROM ${roles.heir}`);
  for (const role of Object.values(roles))
    await database.owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await database.drop();
});

async function names(statement: string): Promise<string[]> {
  return (await database.owner.query<{ name: string }>(statement)).rows.map(({ name }) => name);
}

describe("the check at boot", () => {
  const urlOf = (role: string) =>
    Object.assign(new URL(database.appUrl), { username: role, password: "x" }).href;
  test.each([
    ["a superuser", () => database.ownerUrl, /can bypass row-level security/],
    ["a role with BYPASSRLS", () => urlOf(roles.bypassing), /can bypass row-level security/],
    ["a role that owns a table", () => urlOf(roles.owning), /owns tables/],
    ["a member of a role that owns a table", () => urlOf(roles.heir), /owns tables/],
    ["a role without rights", () => urlOf(roles.stranger), /has no rights/],
    ["the queue's role", () => database.queueUrl, /has no rights/],
  ])("refuses %s, and says how to mend it", async (_, url, reason) => {
    const client = createDb(url(), 1);
    await expect(assertSafeRole(client)).rejects.toThrow(reason);
    await expect(assertSafeRole(client)).rejects.toThrow(/npm run migrate/);
    await client.$disconnect();
  });

  test("accepts the app's role", async () => {
    const client = createDb(database.appUrl, 1);
    await expect(assertSafeRole(client)).resolves.toBeUndefined();
    await client.$disconnect();
  });
});

describe("functions that run as their owner", () => {
  const definers =
    "FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE f.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')";

  test("are exactly these", async () => {
    expect(await names(`SELECT n.nspname || '.' || f.proname AS name ${definers} ORDER BY 1`)).toEqual([
      "graphile_worker.sync_health_enqueue",
      "graphile_worker.sync_health_forget_shop",
      "graphile_worker.sync_health_give_up_jobs",
      "graphile_worker.sync_health_is_waiting",
      "graphile_worker.sync_health_jobs_of_shop",
      "graphile_worker.sync_health_queue_depth",
      "graphile_worker.sync_health_queue_jobs",
      "graphile_worker.sync_health_queue_tasks",
      "graphile_worker.sync_health_retry_jobs",
      "public.count_failing_sources",
      "public.count_for_metrics",
      "public.count_unreachable_workspaces",
      "public.delete_aged",
      "public.drop_result_partition",
      "public.ensure_result_partitions",
      "public.ensure_shop",
      "public.erase_shop",
      "public.erase_shop_audit",
      "public.find_airbyte_webhook",
      "public.find_ingest_key",
      "public.find_shop_by_domain",
      "public.list_airbyte_workspaces",
      "public.list_audit",
      "public.list_audit_actions",
      "public.list_failing_sources",
      "public.list_overdue_alerts",
      "public.list_overdue_backfills",
      "public.list_shop_ids",
      "public.list_shops_with_secrets",
      "public.list_stale_shop_profiles",
      "public.staff_count_shops",
      "public.staff_list_shops",
    ]);
  });

  test("each pins its search path and is closed to everybody but the app", async () => {
    expect(
      await names(
        `SELECT f.proname AS name ${definers} AND NOT coalesce(f.proconfig::text LIKE '%search_path=pg_catalog%', false)`,
      ),
    ).toEqual([]);
    expect(
      await names(
        `SELECT f.proname AS name ${definers} AND (f.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(f.proacl) WHERE grantee = 0))`,
      ),
    ).toEqual([]);
    expect(
      await names(
        `SELECT f.proname AS name ${definers} AND NOT has_function_privilege('test_app', f.oid, 'EXECUTE')`,
      ),
    ).toEqual([]);
  });
});

describe("the queue's role", () => {
  test("owns graphile_worker and nothing else", async () => {
    expect(
      await names(`SELECT DISTINCT n.nspname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE pg_get_userbyid(c.relowner) = 'test_queue' AND n.nspname NOT LIKE 'pg_toast%'`),
    ).toEqual(["graphile_worker"]);
    expect(
      await names("SELECT nspname AS name FROM pg_namespace WHERE pg_get_userbyid(nspowner) = 'test_queue'"),
    ).toEqual(["graphile_worker"]);
  });

  test("reads no table of the product, and can create nothing", async () => {
    expect(
      await names(`SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND has_table_privilege('test_queue', oid, 'SELECT, INSERT, UPDATE, DELETE')`),
    ).toEqual([]);
    const queue = new pg.Client({ connectionString: database.queueUrl });
    await queue.connect();
    await expect(queue.query("CREATE TABLE public.mine (id int)")).rejects.toThrow(/permission denied/);
    await expect(queue.query("CREATE SCHEMA mine")).rejects.toThrow(/permission denied/);
    await queue.end();
  });

  test("shares no table with the app: jobs go in, are seen and tried again by the named functions only", async () => {
    expect(
      await names(`SELECT relname AS name FROM pg_class WHERE relnamespace = 'graphile_worker'::regnamespace AND relkind IN ('r', 'v')
        AND has_table_privilege('test_app', oid, 'SELECT, INSERT, UPDATE, DELETE')`),
    ).toEqual([]);
    expect(
      await names(`SELECT proname AS name FROM pg_proc WHERE pronamespace = 'graphile_worker'::regnamespace AND prosecdef
        AND has_function_privilege('test_app', oid, 'EXECUTE') ORDER BY 1`),
    ).toEqual([
      "sync_health_enqueue",
      "sync_health_forget_shop",
      "sync_health_give_up_jobs",
      "sync_health_is_waiting",
      "sync_health_jobs_of_shop",
      "sync_health_queue_depth",
      "sync_health_queue_jobs",
      "sync_health_queue_tasks",
      "sync_health_retry_jobs",
    ]);
  });
});
