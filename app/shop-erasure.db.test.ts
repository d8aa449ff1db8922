import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type Anchors, insertFullShop, insertRow, newAnchors, tenantRows } from "#e2e/support/rows.ts";
import { runJobs } from "#e2e/support/run-jobs.ts";
import { type SentWebhook, webhookRequest } from "#e2e/support/shopify-requests.ts";
import { startWorker } from "#e2e/support/worker-process.ts";
import shopifyWebhookTask from "#jobs/tasks/shopify.webhook.ts";
import { fingerprintOf } from "./modules/retention/erase-shop.server.ts";
import { queueForgottenWebhooks } from "./modules/shops/obey-shopify-webhook.server.ts";
import { recordInstallation } from "./modules/shops/record-installation.server.ts";
import { ensureShop } from "./modules/shops/shops.store.server.ts";
import { action as uninstalled } from "./routes/webhooks.app.uninstalled.ts";
import { action as compliance } from "./routes/webhooks.compliance.ts";

const HOUR_MS = 3_600_000;
const BATCH_SIZE = 40;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS);

let database: TestDatabase;
let one: Anchors;
let other: Anchors;
beforeAll(async () => {
  process.env.DQ_CLEANUP_BATCH_SIZE = String(BATCH_SIZE);
  database = await createTestDatabase();
});
beforeEach(async () => {
  for (const table of ["shops", "webhook_receipts", "graphile_worker._private_jobs"])
    await database.owner.query(`DELETE FROM ${table}`);
  one = newAnchors();
  other = newAnchors();
  for (const shop of [one, other]) {
    await insertFullShop(database.owner, shop);
    await database.owner.query("UPDATE shops SET domain = $3, installed_at = $2 WHERE id = $1", [
      shop.shopId,
      ago(900),
      domainOf(shop),
    ]);
    await database.owner.query("UPDATE shopify_sessions SET updated_at = $2 WHERE shop_id = $1", [
      shop.shopId,
      ago(900),
    ]);
    await database.owner.query(
      `SELECT graphile_worker.add_job('connectors.sync', json_build_object('shopId', $1::text, 'connectorId', $2::text), run_at := now() + interval '1 day')`,
      [shop.shopId, shop.connectorId],
    );
  }
});
afterAll(() => database.drop());

const domainOf = ({ shopId }: Anchors) => `store-${shopId.slice(0, 8)}.myshopify.com`;
const work = () => runJobs(database.queueUrl, [shopifyWebhookTask]);
async function deliver(webhook: SentWebhook): Promise<void> {
  const action = webhook.topic === "app/uninstalled" ? uninstalled : compliance;
  expect((await action({ request: webhookRequest(webhook) })).status).toBe(200);
}
async function send(webhook: SentWebhook): Promise<void> {
  await deliver(webhook);
  await work();
}
const remove = (shop: Anchors) =>
  send({ topic: "app/uninstalled", domain: domainOf(shop), triggeredAt: ago(48) });
const redact = (shop: Anchors, id = "redact") => ({
  topic: "shop/redact",
  domain: domainOf(shop),
  id,
  payload: { shop_id: 1, shop_domain: domainOf(shop) },
});

async function names(where: string): Promise<string[]> {
  const { rows } = await database.owner.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'graphile_worker') AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${where} ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
const tablesOfShops = () =>
  names(
    "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'shop_id' AND NOT a.attisdropped)",
  );

/** How many rows each table has of a shop, by the database's own catalogue of tables. */
async function rowsOf({ shopId }: Anchors): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of await tablesOfShops()) {
    const { rows } = await database.owner.query(`SELECT count(*) FROM ${table} WHERE shop_id = $1`, [shopId]);
    found[table] = Number(rows[0].count);
  }
  return found;
}
const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, rows) => sum + rows, 0);

/** The tables in which any column of any row, also within JSON, holds the text. */
async function tablesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await names("true")) {
    const { rowCount } = await database.owner.query(
      `SELECT FROM ${table} t WHERE strpos(t::text, $1) > 0 LIMIT 1`,
      [text],
    );
    if (rowCount) found.push(table);
  }
  return found;
}
const auditOf = async (action: string) =>
  (await database.owner.query("SELECT * FROM audit_log WHERE action = $1 ORDER BY id DESC LIMIT 1", [action]))
    .rows[0];
const receipt = async (id: string) =>
  (await database.owner.query("SELECT * FROM webhook_receipts WHERE webhook_id = $1", [id])).rows[0];

describe("shop/redact", () => {
  test("erases every row, job and mention of the shop; another shop keeps all of its own", async () => {
    await remove(one);
    await database.owner.query("INSERT INTO runner_ticks (tick_at) VALUES (now())");
    await database.owner.query(
      "INSERT INTO runner_batches (tick_at, batch, shop_ids) SELECT tick_at, 0, $1 FROM runner_ticks",
      [[one.shopId, other.shopId]],
    );
    const before = await rowsOf(other);
    expect(total(await rowsOf(one))).toBeGreaterThan(20);
    await send(redact(one));

    expect(await rowsOf(one)).toEqual(Object.fromEntries((await tablesOfShops()).map((table) => [table, 0])));
    expect(await rowsOf(other)).toEqual(before);
    expect(await tablesWith(one.shopId)).toEqual([]);
    expect(await tablesWith(other.shopId)).toContain("runner_batches");
    // The receipt stays for 30 days, so that a second delivery is known; nothing else holds its domain.
    expect(await tablesWith(domainOf(one))).toEqual(["webhook_receipts"]);
    expect(await receipt("redact")).toMatchObject({ payload: {}, handled_at: expect.any(Date) });
    expect((await tablesWith(other.shopId)).includes("graphile_worker._private_jobs")).toBe(true);
    expect(await auditOf("shop.erased")).toMatchObject({
      shop_id: null,
      actor_role: "system",
      target: fingerprintOf(domainOf(one)),
      request_id: "redact",
    });
  });

  test("delivered again, and with another id, changes nothing more", async () => {
    await remove(one);
    await send(redact(one));
    const before = await rowsOf(other);
    const { id } = await auditOf("shop.erased");
    await send(redact(one));
    await send(redact(one, "another"));
    expect(await rowsOf(other)).toEqual(before);
    expect(await auditOf("shop.erased")).toMatchObject({ id });
    expect(await receipt("another")).toMatchObject({ handled_at: expect.any(Date) });
  });

  test("of a shop that took the app back before Shopify asked erases nothing, and says so in the audit", async () => {
    await remove(one);
    await recordInstallation(domainOf(one), "read_orders", ago(40));
    const before = await rowsOf(one);
    await send(redact(one));
    expect(await rowsOf(one)).toEqual({ ...before, audit_log: before.audit_log! + 1 });
    expect(await auditOf("shop.erasure_declined")).toMatchObject({
      shop_id: one.shopId,
      reason: "shop/redact",
    });
    expect(await receipt("redact")).toMatchObject({ handled_at: expect.any(Date) });
  });

  test("of a shop whose removal was never heard of erases it", async () => {
    await send(redact(one));
    expect(total(await rowsOf(one))).toBe(0);
  });

  test("that is interrupted goes on where it was; who installs meanwhile gets a new, empty shop, which stays", async () => {
    await remove(one);
    await database.owner.query(
      "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$",
    );
    await database.owner.query("CREATE TRIGGER fail BEFORE DELETE ON sync_runs EXECUTE FUNCTION fail()");
    await send(redact(one));
    await database.owner.query("DROP FUNCTION fail CASCADE");
    const half = await rowsOf(one);
    expect(half.ingest_keys).toBe(0);
    expect(half.sync_runs).toBe(1);
    expect(await receipt("redact")).toMatchObject({ handled_at: null, payload: { erasing: one.shopId } });

    const again = await ensureShop(domainOf(one));
    expect(again).not.toBe(one.shopId);
    await database.owner.query("UPDATE graphile_worker._private_jobs SET run_at = now() WHERE attempts > 0");
    await work();
    expect(total(await rowsOf(one))).toBe(0);
    expect((await rowsOf({ ...one, shopId: again })).shop_health).toBe(1);
    // Shopify's second message about the old one does not touch the new one.
    await send(redact(one, "late"));
    expect((await rowsOf({ ...one, shopId: again })).shop_health).toBe(1);
  });

  test("of a large shop: a worker killed in the middle loses nothing, the next one ends it, in short transactions", async () => {
    await remove(one);
    await insertRow(database.owner, "audit_log", tenantRows.audit_log!(one));
    await database.owner.query(
      `INSERT INTO dq_results (shop_id, connector_id, check_name, evaluated_at, outcome)
       SELECT $1, $2, c, date_trunc('month', now()) + n * interval '1 second', 'fresh' FROM generate_series(1, 6000) n CROSS JOIN unnest(ARRAY['a', 'b']) c`,
      [one.shopId, one.connectorId],
    );
    await database.owner.query(
      "INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status) SELECT $1, $2, n::text, 'running' FROM generate_series(1, 30000) n",
      [one.shopId, one.connectorId],
    );
    const before = await rowsOf(other);
    const left = async () =>
      Number(
        (await database.owner.query("SELECT count(*) FROM sync_runs WHERE shop_id = $1", [one.shopId]))
          .rows[0].count,
      );
    await deliver(redact(one));
    const worker = await startWorker({ LOG_LEVEL: "info", DQ_CLEANUP_BATCH_SIZE: "20" });
    await expect.poll(left, { timeout: 40_000, interval: 10 }).toBeLessThan(29_900);
    worker.process.kill("SIGKILL");
    await once(worker.process, "close");
    const half = await rowsOf(one);
    expect([half.dq_results, half.sync_runs! > 0, half.connectors]).toEqual([0, true, 1]);
    expect(await receipt("redact")).toMatchObject({ handled_at: null });

    // The killed worker's job is locked for hours; the daily clean-up finds the webhook that nobody obeyed.
    expect(await queueForgottenWebhooks(new Date(Date.now() + 24 * HOUR_MS))).toBe(1);
    const next = await startWorker({ LOG_LEVEL: "info" });
    await expect.poll(async () => total(await rowsOf(one)), { timeout: 40_000, interval: 200 }).toBe(0);
    await expect.poll(async () => (await receipt("redact")).handled_at, { timeout: 5_000 }).not.toBeNull();
    await next.stop();
    // A tick may have come by meanwhile and judged the other shop: of what it writes there may be more, of nothing less.
    const after = await rowsOf(other);
    const grown = Object.keys(before).filter((table) => after[table]! > before[table]!);
    const judged = ["alert_deliveries", "dq_results", "incident_events", "notices"];
    expect(grown.filter((table) => !judged.includes(table))).toEqual([]);
    expect({ ...after, ...Object.fromEntries(grown.map((table) => [table, before[table]])) }).toEqual(before);
  }, 120_000);
});

describe.each([
  ["customers/data_request", { orders_requested: [7_700_001], data_request: { id: 31 } }],
  ["customers/redact", { orders_to_redact: [7_700_001] }],
])("%s", (topic, orders) => {
  test("is answered by nothing, since nothing is held: no table has any part of it, and the audit says so", async () => {
    const customer = { id: 191_167_001, email: "john@example.com", phone: "555-625-1199" };
    const payload = { shop_id: 1, shop_domain: domainOf(one), customer, ...orders };
    await send({ topic, domain: domainOf(one), id: "asked", payload });
    for (const text of ["191167001", "john@example.com", "555-625-1199", "7700001"])
      expect(await tablesWith(text), text).toEqual([]);
    expect(await auditOf("customer.nothing_held")).toMatchObject({
      shop_id: one.shopId,
      reason: topic,
      request_id: "asked",
      actor_role: "system",
    });
    expect(await receipt("asked")).toMatchObject({ handled_at: expect.any(Date) });
  });
});

test("no column is made to hold who a customer is", async () => {
  const { rows } = await database.owner.query(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public'
     AND column_name ~ '(customer|email|phone|first_name|last_name|address|order_id|birth)'`,
  );
  // Staff are our own people.
  expect(rows).toEqual([{ name: "staff_sessions.email" }]);
});

describe("the audit of a shop", () => {
  const refused = expect.objectContaining({ code: "42501" });
  const erase = (shop: Anchors) => database.owner.query("SELECT erase_shop_audit($1, 10)", [shop.shopId]);

  test("cannot be erased while the shop is not being erased, nor by a setting", async () => {
    await expect(erase(one)).rejects.toEqual(refused);
    await database.owner.query("SELECT set_config('app.erasing_shop', $1, false)", [one.shopId]);
    await expect(
      database.owner.query("DELETE FROM audit_log WHERE shop_id = $1", [one.shopId]),
    ).rejects.toEqual(refused);
    await expect(database.owner.query("TRUNCATE audit_log")).rejects.toEqual(refused);
    await expect(database.owner.query("UPDATE audit_log SET actor = 'x'")).rejects.toEqual(refused);
    await database.owner.query("RESET app.erasing_shop");
    expect((await database.owner.query("SELECT erase_shop($1) AS erased", [one.shopId])).rows).toEqual([
      { erased: false },
    ]);
    expect((await rowsOf(one)).audit_log).toBe(1);
  });

  test("cannot take another shop's with it", async () => {
    await database.owner.query(
      "UPDATE shops SET domain = 'erased-' || id || '.myshopify.com', uninstalled_at = now() WHERE id = $1",
      [one.shopId],
    );
    await database.owner.query("SELECT set_config('app.erasing_shop', $1, false)", [one.shopId]);
    await expect(
      database.owner.query("DELETE FROM audit_log WHERE shop_id = $1", [other.shopId]),
    ).rejects.toEqual(refused);
    await database.owner.query("RESET app.erasing_shop");
    await erase(one);
    expect([(await rowsOf(one)).audit_log, (await rowsOf(other)).audit_log]).toEqual([0, 1]);
    await expect(database.owner.query("DELETE FROM audit_log")).rejects.toEqual(refused);
  });
});
