import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { AuditQuery } from "../audit/audit-row.ts";
import { listAudit } from "../audit/list-audit.server.ts";
import { requireCallableUrl } from "../connectors/set-backfill-url.server.ts";
import { findIngestKey, findLiveSigningSecrets } from "../ingest-keys/ingest-keys.store.server.ts";
import { saveLineageJobs } from "../sync-runs/lineage-jobs.store.server.ts";
import { actOnSetup } from "./act-on-setup.server.ts";
import { loadSetup } from "./load-setup.server.ts";
import { type OpenedShop, openShop } from "./open-shop.server.ts";
import { SetupForm } from "./setup-page.ts";

let database: TestDatabase;
let shop: OpenedShop;
let clock = Date.parse("2026-11-25T12:00:00Z");
const by = () => ({
  actor: { role: "support" as const, name: "sam@example.com" },
  now: new Date(clock),
  requestId: "req-setup",
});
const act = (form: object, on = shop) =>
  actOnSetup(on, SetupForm.parse({ reason: "A ticket.", ...form }), by());
const setup = () => loadSetup(shop, by().now);
const audited = async () =>
  (await listAudit(AuditQuery.parse({ shop: shop.id }))).rows.filter(
    ({ action }) => action !== "staff.open_shop",
  );
const refused = (code: string, message?: RegExp) =>
  expect.objectContaining({ code, ...(message ? { message: expect.stringMatching(message) } : {}) });

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  clock += 86_400_000;
  const made = await makeShop(database.owner);
  shop = { ...made, uninstalledAt: null };
});

describe("opening a shop", () => {
  test("by its domain or its id is the same shop, and one row in the audit for a quarter of an hour", async () => {
    expect(await openShop(shop.domain.toUpperCase(), by())).toEqual(shop);
    expect(await openShop(shop.id, by())).toEqual(shop);
    const rows = async () =>
      (await listAudit(AuditQuery.parse({ shop: shop.id, action: "staff.open_shop" }))).rows.length;
    expect(await rows()).toBe(1);
    await openShop(shop.id, { ...by(), actor: { role: "admin", name: "ada@example.com" } });
    expect(await rows()).toBe(2);
    clock += 15 * 60_000;
    await openShop(shop.id, by());
    expect(await rows()).toBe(3);
  });

  test.each(["nobody.myshopify.com", randomUUID(), "1", "'; DROP TABLE shops"])(
    "%s is not there",
    async (named) => {
      await expect(openShop(named, by())).rejects.toEqual(refused("not_found"));
    },
  );
});

describe("ingest keys", () => {
  test("the first is told once, and shown by its beginning afterwards", async () => {
    const { key } = await act({ do: "rotate_key" });
    expect(key).toMatchObject({ bearerKey: expect.stringMatching(/^shk_/), previousUntil: null });
    const { keys } = await setup();
    expect(keys).toEqual([
      {
        id: key!.id,
        prefix: key!.bearerKey.slice(0, 12),
        createdAt: by().now.toISOString(),
        lastUsedAt: null,
        expiresAt: null,
      },
    ]);
    // Nothing of the rest, nowhere: only its hash, and the signing secret encrypted.
    const { rows } = await database.owner.query(
      "SELECT to_jsonb(k)::text AS row FROM ingest_keys k UNION ALL SELECT to_jsonb(a)::text FROM audit_log a",
    );
    for (const { row } of rows)
      for (const secret of [key!.bearerKey.slice(12), key!.signingSecret.slice(6)])
        expect(row).not.toContain(secret);
  });

  test("rotated, both work for a week, then only the new one", async () => {
    const first = (await act({ do: "rotate_key" })).key!;
    const second = (await act({ do: "rotate_key" })).key!;
    expect(second.previousUntil).toBe(new Date(clock + 7 * 86_400_000).toISOString());
    const live = (at: number) => withShop(shop.id, (tx) => findLiveSigningSecrets(tx, shop.id, new Date(at)));
    expect((await live(clock)).map(({ keyId }) => keyId).sort()).toEqual([first.id, second.id].sort());
    expect((await live(clock + 7 * 86_400_000)).map(({ keyId }) => keyId)).toEqual([second.id]);
  });

  test("never three at once, not even when asked for at once", async () => {
    await act({ do: "rotate_key" });
    const tries = await Promise.allSettled([1, 2, 3].map(() => act({ do: "rotate_key" })));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await setup()).keys).toHaveLength(2);
    await expect(act({ do: "rotate_key" })).rejects.toEqual(refused("conflict", /Two keys work already/));
  });

  test("revoked, it opens nothing at once; the audit says which, why, and what is left", async () => {
    const { key } = await act({ do: "rotate_key" });
    // The door asks the database's own clock.
    clock = Date.now();
    expect(await findIngestKey(key!.bearerKey)).not.toBeNull();
    await act({ do: "revoke_key", key: key!.id });
    expect(await findIngestKey(key!.bearerKey)).toBeNull();
    expect((await setup()).keys).toEqual([]);
    expect((await audited()).find(({ action }) => action === "ingest_key.revoke")).toMatchObject({
      target: key!.id,
      after: { keysLeft: 0 },
      reason: "A ticket.",
      actor: "sam@example.com",
      requestId: "req-setup",
    });
    await expect(act({ do: "revoke_key", key: key!.id })).rejects.toEqual(refused("not_found"));
  });

  test("another shop's key is not there", async () => {
    const { key } = await act({ do: "rotate_key" });
    const other = { ...(await makeShop(database.owner)), uninstalledAt: null };
    await expect(act({ do: "revoke_key", key: key!.id }, other)).rejects.toEqual(refused("not_found"));
  });
});

describe("the Airbyte workspace", () => {
  const workspaceId = () => randomUUID();

  test("is connected, and asked for its news at once", async () => {
    const id = workspaceId();
    await act({ do: "set_workspace", workspaceId: id });
    expect((await setup()).workspace).toMatchObject({ workspaceId: id, lastPolledAt: null });
    const { rows } = await database.owner.query("SELECT FROM graphile_worker._private_jobs WHERE key = $1", [
      `airbyte.poll_shop:${shop.id}`,
    ]);
    expect(rows).toHaveLength(1);
  });

  test("of another shop is refused, by whichever shop", async () => {
    const id = workspaceId();
    await act({ do: "set_workspace", workspaceId: id });
    const other = { ...(await makeShop(database.owner)), uninstalledAt: null };
    await expect(act({ do: "set_workspace", workspaceId: id }, other)).rejects.toEqual(
      refused("conflict", /Another shop/),
    );
    await expect(act({ do: "set_workspace", workspaceId: id })).rejects.toEqual(
      refused("conflict", /already/),
    );
  });

  test("changed, its connections feed nothing, its addresses stop working, and the connectors stay", async () => {
    await act({ do: "set_workspace", workspaceId: workspaceId() });
    const { id } = await makeConnector(database.owner, shop.id, "ga4", { engine: "airbyte" });
    const { addresses } = await act({ do: "issue_addresses" });
    expect(Object.keys(addresses!)).toContain("failure");
    const next = workspaceId();
    await act({ do: "set_workspace", workspaceId: next });
    const page = await setup();
    expect(page.connections).toEqual([]);
    expect(page.connectors).toMatchObject([{ connectorId: id, connection: null }]);
    const { rows } = await database.owner.query(
      "SELECT workspace_id, webhook_token_hash, jobs_cursor_at FROM airbyte_workspaces WHERE shop_id = $1",
      [shop.id],
    );
    expect(rows).toEqual([{ workspace_id: next, webhook_token_hash: null, jobs_cursor_at: null }]);
    await act({ do: "set_workspace", workspaceId: "" });
    expect((await setup()).workspace).toBeNull();
    expect((await audited()).map(({ action }) => action)).toEqual([
      "shop.disconnect_workspace",
      "shop.connect_workspace",
      "shop.issue_airbyte_addresses",
      "shop.connect_workspace",
    ]);
  });

  test("is not changed under a backfill that runs through it", async () => {
    await act({ do: "set_workspace", workspaceId: workspaceId() });
    const { id, connectionId } = await makeConnector(database.owner, shop.id, "ga4", { engine: "airbyte" });
    await database.owner.query(
      `INSERT INTO backfill_jobs (shop_id, connector_id, connection_id, source, start_day, end_day, requested_by, requested_role)
       VALUES ($1, $2, $3, 'ga4', '2026-11-01', '2026-11-02', 'x', 'support')`,
      [shop.id, id, connectionId],
    );
    await expect(act({ do: "set_workspace", workspaceId: "" })).rejects.toEqual(
      refused("conflict", /backfill/),
    );
    expect((await setup()).connectors[0]?.connection).not.toBeNull();
  });
});

describe("a connection", () => {
  async function found(name = "Facebook"): Promise<string> {
    const { rows } = await database.owner.query(
      `INSERT INTO connections (shop_id, engine, external_id, name, unmatched_reason) VALUES ($1, 'airbyte', gen_random_uuid()::text, $2, 'Not known.') RETURNING id`,
      [shop.id, name],
    );
    return rows[0].id;
  }

  test("that matched nothing is mapped by hand: the connector is made, with its checks", async () => {
    const connection = await found();
    await act({ do: "map_connection", connection, source: "meta_ads" });
    const page = await setup();
    expect(page.connections).toMatchObject([
      { id: connection, feeds: [{ source: "meta_ads" }], unmatchedReason: null, isMappedByStaff: true },
    ]);
    const { rows } = await database.owner.query("SELECT check_name FROM dq_checks WHERE shop_id = $1", [
      shop.id,
    ]);
    expect(rows.length).toBeGreaterThan(5);
    expect((await audited())[0]).toMatchObject({
      action: "connection.map",
      target: connection,
      after: { source: "meta_ads", isNewConnector: true },
    });
  });

  test("may feed two sources, as Shopify's does", async () => {
    const connection = await found("Shopify");
    await act({ do: "map_connection", connection, source: "shopify_orders" });
    await act({ do: "map_connection", connection, source: "shopify_refunds" });
    expect((await setup()).connections[0]?.feeds.map(({ source }) => source)).toEqual([
      "shopify_orders",
      "shopify_refunds",
    ]);
  });

  test("one source has one connection: the other has to be taken off first", async () => {
    const [first, second] = [await found("First"), await found("Second")];
    await act({ do: "map_connection", connection: first, source: "meta_ads" });
    await expect(act({ do: "map_connection", connection: second, source: "meta_ads" })).rejects.toEqual(
      refused("conflict", /"First" already/),
    );
    await act({ do: "unmap_connection", connection: first, source: "meta_ads" });
    await act({ do: "map_connection", connection: second, source: "meta_ads" });
    const { connections } = await setup();
    expect(
      connections.map(({ name, feeds, unmatchedReason }) => [name, feeds.length, unmatchedReason]),
    ).toEqual([
      ["First", 0, "Staff took it off its source."],
      ["Second", 1, null],
    ]);
  });

  test("takes the place of one that is gone from Airbyte", async () => {
    const [gone, next] = [await found("Gone"), await found("Next")];
    await act({ do: "map_connection", connection: gone, source: "meta_ads" });
    await database.owner.query("UPDATE connections SET status = 'deprecated' WHERE id = $1", [gone]);
    await act({ do: "map_connection", connection: next, source: "meta_ads" });
    expect((await setup()).connectors).toMatchObject([{ source: "meta_ads", connection: "Next" }]);
  });

  test.each<[string, object, string, RegExp]>([
    ["a source that Airbyte cannot serve", { source: "attentive" }, "invalid", /cannot come through Airbyte/],
    ["a source that the shop pushes itself", { source: "klaviyo" }, "conflict", /own pipeline/],
  ])("is not mapped to %s", async (_, to, code, message) => {
    await makeConnector(database.owner, shop.id, "klaviyo");
    const connection = await found();
    await expect(act({ do: "map_connection", connection, ...to })).rejects.toEqual(refused(code, message));
    expect((await setup()).connections[0]?.feeds).toEqual([]);
    expect(await audited()).toEqual([]);
  });

  test("of another shop is not there", async () => {
    const connection = await found();
    const other = { ...(await makeShop(database.owner)), uninstalledAt: null };
    await expect(act({ do: "map_connection", connection, source: "ga4" }, other)).rejects.toEqual(
      refused("not_found"),
    );
  });

  test("that is taken off is judged at once: a connector without one cannot be fresh for ever", async () => {
    const connection = await found();
    await act({ do: "map_connection", connection, source: "meta_ads" });
    const { connectorId } = (await setup()).connectors[0]!;
    await database.owner.query("UPDATE connectors SET created_at = $2 WHERE id = $1", [
      connectorId,
      new Date(clock - 40 * 3_600_000),
    ]);
    await act({ do: "unmap_connection", connection, source: "meta_ads" });
    const { rows } = await database.owner.query(
      "SELECT severity FROM dq_checks WHERE connector_id = $1 AND check_name = 'freshness'",
      [connectorId],
    );
    expect(rows).toEqual([{ severity: "warning" }]);
  });
});

describe("a pipeline's job", () => {
  const job = { namespace: "etl", name: "nightly_load" };
  const remember = () =>
    withShop(shop.id, (tx) =>
      saveLineageJobs(tx, shop.id, [{ ...job, unmappedReason: "no_such_source" }], by().now),
    );

  test("is mapped to a source by hand, and given back to its name", async () => {
    await remember();
    await act({ do: "map_job", ...job, source: "attentive" });
    expect((await setup()).lineageJobs).toMatchObject([
      { ...job, feeds: { source: "attentive" }, unmappedReason: null },
    ]);
    await act({ do: "unmap_job", ...job });
    expect((await setup()).lineageJobs).toMatchObject([
      { ...job, feeds: null, unmappedReason: "no_such_source" },
    ]);
    expect((await audited()).map(({ action }) => action)).toEqual(["lineage_job.unmap", "lineage_job.map"]);
  });

  test("is not mapped to what Airbyte syncs, nor is one that never reported", async () => {
    await remember();
    await makeConnector(database.owner, shop.id, "ga4", { engine: "airbyte" });
    await expect(act({ do: "map_job", ...job, source: "ga4" })).rejects.toEqual(
      refused("conflict", /it alone says/),
    );
    await expect(act({ do: "map_job", ...job, name: "other", source: "attentive" })).rejects.toEqual(
      refused("not_found"),
    );
  });
});

describe("where a pipeline is told to send days again", () => {
  const urlOf = async (connector: string) =>
    (await database.owner.query("SELECT backfill_url FROM connectors WHERE id = $1", [connector])).rows[0]
      .backfill_url;

  test("is saved, changed and taken away; the audit keeps no query string", async () => {
    const { id: connector } = await makeConnector(database.owner, shop.id, "attentive");
    await act({ do: "set_backfill_url", connector, url: "https://93.184.215.14/hook?key=theirs" });
    expect(await urlOf(connector)).toBe("https://93.184.215.14/hook?key=theirs");
    await act({ do: "set_backfill_url", connector, url: "" });
    expect(await urlOf(connector)).toBeNull();
    expect(JSON.stringify(await audited())).not.toContain("theirs");
  });

  test.each([
    ["an address of a private network", "https://10.0.0.1/hook"],
    ["what clouds tell their machines by", "https://169.254.169.254/latest/meta-data"],
    ["plain http", "http://93.184.215.14/hook"],
    ["no address", "hook"],
    ["a file", "file:///etc/passwd"],
    ["an address with a password", "https://user:pass@93.184.215.14/"],
  ])("is not %s", async (_, url) => {
    await expect(requireCallableUrl(url, "https://sync-health.example")).rejects.toEqual(refused("invalid"));
  });

  test("is nothing that a source of Airbyte's has", async () => {
    const { id: connector } = await makeConnector(database.owner, shop.id, "ga4", { engine: "airbyte" });
    await expect(act({ do: "set_backfill_url", connector, url: "https://93.184.215.14/" })).rejects.toEqual(
      refused("conflict"),
    );
  });
});

describe("a test alert", () => {
  test("is queued as every notice is, and its outcome is shown", async () => {
    await act({ do: "test_alert", channel: "slack" });
    const { testAlerts } = await setup();
    expect(testAlerts.sent[0]).toMatchObject({ channel: "slack", state: "queued" });
    const { rows } = await listAudit(AuditQuery.parse({ action: "alerts.test", limit: 1 }));
    expect(rows[0]).toMatchObject({
      target: "slack",
      after: { askedOnPageOf: shop.domain },
      reason: "A ticket.",
    });
  });
});

test("without a reason nothing is done", () => {
  for (const reason of [undefined, "", "   ", "x".repeat(501)])
    expect(SetupForm.safeParse({ do: "rotate_key", reason }).success).toBe(false);
});
