import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import {
  type Anchors,
  insertFullShop,
  insertRow,
  newAnchors,
  type Row,
  tenantRows,
} from "#e2e/support/rows.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A fresh shop that holds one row of every table: one open incident and one active backfill among them. */
async function fullShop(): Promise<Anchors> {
  const anchors = newAnchors();
  await insertFullShop(database.owner, anchors);
  return anchors;
}
const insert = (table: string, of: Anchors, changes: Row = {}) =>
  insertRow(database.owner, table, { ...tenantRows[table]!(of), ...changes });
const duplicate = (constraint: string) => expect.objectContaining({ code: "23505", constraint });

describe("dq_incidents", () => {
  const another = () => ({ id: randomUUID(), parent_id: null });

  test("one open incident per connector and check; acknowledged counts as open", async () => {
    const shop = await fullShop();
    await expect(insert("dq_incidents", shop, another())).rejects.toEqual(duplicate("dq_incidents_one_open"));
    await expect(insert("dq_incidents", shop, { ...another(), status: "acknowledged" })).rejects.toEqual(
      duplicate("dq_incidents_one_open"),
    );
    await insert("dq_incidents", shop, { ...another(), check_name: "sync_failed" });
  });

  test("resolved ones pile up, and make room for a new one", async () => {
    const shop = await fullShop();
    for (let n = 0; n < 2; n++)
      await insert("dq_incidents", shop, { ...another(), status: "resolved", resolved_at: new Date() });
    await database.owner.query(
      "UPDATE dq_incidents SET status = 'resolved', resolved_at = now() WHERE shop_id = $1 AND status = 'open'",
      [shop.shopId],
    );
    await insert("dq_incidents", shop, another());
  });

  test("one open incident per check of the whole shop too, where no connector is named", async () => {
    const shop = await fullShop();
    await insert("dq_incidents", shop, { ...another(), connector_id: null });
    await expect(insert("dq_incidents", shop, { ...another(), connector_id: null })).rejects.toEqual(
      duplicate("dq_incidents_one_open"),
    );
  });

  test("resolved and its instant come together", async () => {
    const shop = await fullShop();
    const change = (set: string) =>
      database.owner.query(`UPDATE dq_incidents SET ${set} WHERE shop_id = $1`, [shop.shopId]);
    await expect(change("status = 'resolved'")).rejects.toThrow(/check constraint/);
    await expect(change("resolved_at = now()")).rejects.toThrow(/check constraint/);
  });
});

describe("backfill_jobs", () => {
  const ended = ["completed", "failed", "cancelled"];
  const active = ["queued", "starting", "running", "verifying", "cancelling", "needs_operator"];

  test.each(active)("a second one is refused while one is %s: per connector", async (status) => {
    const shop = await fullShop();
    await database.owner.query("UPDATE backfill_jobs SET status = $2 WHERE shop_id = $1", [
      shop.shopId,
      status,
    ]);
    await expect(insert("backfill_jobs", shop, { connection_id: null })).rejects.toEqual(
      duplicate("backfill_jobs_one_active_per_connector"),
    );
  });

  test("and per connection, for two connectors fed by the same one", async () => {
    const shop = await fullShop();
    const connectorId = randomUUID();
    await insert("connectors", shop, { id: connectorId, source: "shopify_refunds" });
    await expect(insert("backfill_jobs", shop, { connector_id: connectorId })).rejects.toEqual(
      duplicate("backfill_jobs_one_active_per_connection"),
    );
    await insert("backfill_jobs", shop, { connector_id: connectorId, connection_id: null });
  });

  test.each(ended)("a %s one stands in nobody's way", async (status) => {
    const shop = await fullShop();
    await database.owner.query("UPDATE backfill_jobs SET status = $2 WHERE shop_id = $1", [
      shop.shopId,
      status,
    ]);
    await insert("backfill_jobs", shop);
  });

  test("an idempotency key is used once per connector, for ever", async () => {
    const shop = await fullShop();
    await database.owner.query(
      "UPDATE backfill_jobs SET status = 'completed', idempotency_key = 'k' WHERE shop_id = $1",
      [shop.shopId],
    );
    await expect(insert("backfill_jobs", shop, { idempotency_key: "k" })).rejects.toEqual(
      duplicate("backfill_jobs_idempotent"),
    );
  });
});

test("an engine's connection belongs to one shop only", async () => {
  const [one, other] = [await fullShop(), await fullShop()];
  await insert("connections", one, { id: randomUUID(), external_id: "shared" });
  await expect(insert("connections", other, { id: randomUUID(), external_id: "shared" })).rejects.toEqual(
    duplicate("connections_external_once"),
  );
});

test("a run is stored once per connector and external id, and ends only with a status that ends", async () => {
  const shop = await fullShop();
  await insert("sync_runs", shop, { external_run_id: "7" });
  await expect(insert("sync_runs", shop, { external_run_id: "7" })).rejects.toMatchObject({ code: "23505" });
  await expect(insert("sync_runs", shop, { status: "running" })).rejects.toThrow(/check constraint/);
});

test("a result is stored once per tick", async () => {
  const shop = await fullShop();
  const evaluated_at = new Date();
  await insert("dq_results", shop, { evaluated_at, check_name: "sync_failed" });
  await expect(insert("dq_results", shop, { evaluated_at, check_name: "sync_failed" })).rejects.toMatchObject(
    { code: "23505" },
  );
});

test("deleting a shop deletes everything of it but the audit", async () => {
  const shop = await fullShop();
  await database.owner.query("DELETE FROM shops WHERE id = $1", [shop.shopId]);
  const left: string[] = [];
  for (const table of Object.keys(tenantRows)) {
    if ((await database.owner.query(`SELECT FROM ${table} WHERE shop_id = $1`, [shop.shopId])).rowCount)
      left.push(table);
  }
  expect(left).toEqual(["audit_log"]);
});
