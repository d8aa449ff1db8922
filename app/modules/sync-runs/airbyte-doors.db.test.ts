import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAirbyteClient } from "#app/integrations/airbyte/client.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { notificationOf } from "#demo/airbyte/notify.ts";
import { type AirbyteStandIn, startAirbyteStandIn } from "#demo/airbyte/stand-in.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { issueWebhookToken, listUnmatchedWorkspaces } from "../connectors/workspaces.store.server.ts";
import type { Actor } from "../shops/shop.ts";
import { discoverWorkspaces } from "./discover-workspaces.server.ts";
import { followAirbyteJob } from "./follow-airbyte-job.server.ts";
import { pollAirbyteShop } from "./poll-airbyte.server.ts";
import { receiveAirbyteWebhook } from "./receive-airbyte-webhook.server.ts";
import { requestSync } from "./request-sync.server.ts";
import { giveUpSync, startSync } from "./start-sync.server.ts";

const credentials = { clientId: "client", clientSecret: "secret" };
const merchant: Actor = { role: "merchant", name: "42" };
let database: TestDatabase;
let airbyte: AirbyteStandIn;

beforeAll(async () => {
  database = await createTestDatabase();
  airbyte = await startAirbyteStandIn({
    ...credentials,
    warehouse: null,
    pace: { tickMs: 60_000, pendingMs: 20, syncMs: 60 },
  });
});
afterAll(async () => {
  await airbyte?.stop();
  await database?.drop();
});
beforeEach(async () => {
  airbyte.answerWith(null);
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
});

const client = () => createAirbyteClient({ apiUrl: airbyte.url, ...credentials, timeoutMs: 500 });

interface Tenant {
  shopId: string;
  token: string;
  connectionId: string;
  connectors: { id: string; source: string }[];
}

/** A shop whose Airbyte connection was discovered, with an address for its notifications. */
async function tenantWith(kind: "shopify" | "klaviyo"): Promise<Tenant> {
  const shop = await makeShop(database.owner);
  const workspaceId = randomUUID();
  await database.owner.query("INSERT INTO airbyte_workspaces (shop_id, workspace_id) VALUES ($1, $2)", [
    shop.id,
    workspaceId,
  ]);
  const { connections } = airbyte.seedWorkspace({
    workspaceId,
    name: shop.domain,
    shopDomain: shop.domain,
    connections: [{ kind, everyMinutes: null }],
  });
  const [connection] = connections;
  airbyte.hold(connection!.connectionId);
  await pollAirbyteShop(shop.id, client(), new Date());
  const token = (await withShop(shop.id, (tx) => issueWebhookToken(tx, shop.id)))!;
  const { rows } = await database.owner.query<{ id: string; source: string }>(
    "SELECT id, source FROM connectors WHERE shop_id = $1 ORDER BY source",
    [shop.id],
  );
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
  return { shopId: shop.id, token, connectionId: connection!.connectionId, connectors: rows };
}

const runsOf = async ({ shopId }: Tenant) =>
  (
    await database.owner.query(
      `SELECT c.source, r.external_run_id, r.status, r.failure_reason, r.error_message FROM sync_runs r
       JOIN connectors c ON c.id = r.connector_id WHERE r.shop_id = $1 ORDER BY 1, 2`,
      [shopId],
    )
  ).rows;
const queued = async () =>
  (
    await database.owner.query<{ task: string; payload: Record<string, unknown> }>(
      `SELECT t.identifier AS task, j.payload FROM graphile_worker._private_jobs j
       JOIN graphile_worker._private_tasks t ON t.id = j.task_id ORDER BY j.id`,
    )
  ).rows;
const connectorRow = async (id: string) =>
  (await database.owner.query("SELECT * FROM connectors WHERE id = $1", [id])).rows[0];

async function failedJob(tenant: Tenant) {
  const job = await airbyte.failNow(tenant.connectionId);
  const connection = airbyte.connections().find((each) => each.connectionId === tenant.connectionId)!;
  const body = notificationOf(job, connection);
  Object.assign(body.data, {
    errorMessage: "401 Unauthorized: invalid access token",
    errorType: "config_error",
    errorOrigin: "source",
  });
  return { job, body };
}

describe("a notification", () => {
  test("of a failed job is a hint: the API is asked, and then the reason counts at once", async () => {
    const tenant = await tenantWith("klaviyo");
    const { job, body } = await failedJob(tenant);
    expect(await receiveAirbyteWebhook({ token: tenant.token, event: "failure", body }, new Date())).toBe(
      "follows_job",
    );
    expect(await runsOf(tenant)).toEqual([]);
    expect(await queued()).toEqual([
      { task: "airbyte.follow_job", payload: { shopId: tenant.shopId, jobId: String(job.jobId), asks: 0 } },
    ]);
    expect(
      await followAirbyteJob(
        { shopId: tenant.shopId, jobId: String(job.jobId), asks: 0 },
        new Date(),
        client(),
      ),
    ).toBe("recorded");
    expect(await runsOf(tenant)).toEqual([
      {
        source: "klaviyo",
        external_run_id: String(job.jobId),
        status: "failed",
        failure_reason: "credentials",
        error_message: "401 Unauthorized: invalid access token",
      },
    ]);
    const { rows } = await database.owner.query(
      "SELECT check_name, severity FROM dq_incidents WHERE shop_id = $1 AND status = 'open' AND check_name = 'sync_failed'",
      [tenant.shopId],
    );
    expect(rows).toEqual([{ check_name: "sync_failed", severity: "high" }]);
  });

  test("that says a job failed which in truth succeeded changes nothing about it", async () => {
    const tenant = await tenantWith("klaviyo");
    const job = await airbyte.succeedNow(tenant.connectionId);
    const connection = airbyte.connections().find((each) => each.connectionId === tenant.connectionId)!;
    const body = notificationOf({ ...job, status: "failed" }, connection);
    await receiveAirbyteWebhook({ token: tenant.token, event: "failure", body }, new Date());
    await followAirbyteJob(
      { shopId: tenant.shopId, jobId: String(job.jobId), asks: 0 },
      new Date(),
      client(),
    );
    expect(await runsOf(tenant)).toEqual([
      expect.objectContaining({ status: "succeeded", failure_reason: null, error_message: null }),
    ]);
  });

  test("delivered twice, and after the poll, ends in the same row", async () => {
    const tenant = await tenantWith("shopify");
    const { job, body } = await failedJob(tenant);
    await pollAirbyteShop(tenant.shopId, client(), new Date());
    const once = await receiveAirbyteWebhook({ token: tenant.token, event: "failure", body }, new Date());
    const twice = await receiveAirbyteWebhook({ token: tenant.token, event: "failure", body }, new Date());
    expect([once, twice]).toEqual(["follows_job", "known"]);
    for (let time = 0; time < 2; time += 1)
      await followAirbyteJob(
        { shopId: tenant.shopId, jobId: String(job.jobId), asks: 0 },
        new Date(),
        client(),
      );
    await pollAirbyteShop(tenant.shopId, client(), new Date());
    expect(await runsOf(tenant)).toEqual(
      ["shopify_orders", "shopify_refunds"].map((source) =>
        expect.objectContaining({ source, status: "failed", failure_reason: "credentials" }),
      ),
    );
  });

  test("of another shop's job, sent to this shop's address, records nothing here", async () => {
    const mine = await tenantWith("klaviyo");
    const theirs = await tenantWith("klaviyo");
    const { job, body } = await failedJob(theirs);
    expect(await receiveAirbyteWebhook({ token: mine.token, event: "failure", body }, new Date())).toBe(
      "polls",
    );
    // Even asked for by its number: the API would answer, the shop's connections decide.
    expect(
      await followAirbyteJob(
        { shopId: mine.shopId, jobId: String(job.jobId), asks: 0 },
        new Date(),
        client(),
      ),
    ).toBe("not_ours");
    expect(await runsOf(mine)).toEqual([]);
    expect(await runsOf(theirs)).toEqual([]);
  });

  test("of a connection that was switched off is a reason to poll", async () => {
    const tenant = await tenantWith("klaviyo");
    const body = { text: `It was automatically disabled.\n\nConnection ID: ${tenant.connectionId}` };
    expect(await receiveAirbyteWebhook({ token: tenant.token, event: "disabled", body }, new Date())).toBe(
      "polls",
    );
    expect(await queued()).toEqual([{ task: "airbyte.poll_shop", payload: { shopId: tenant.shopId } }]);
  });

  test("of the test button is taken, and does nothing", async () => {
    const tenant = await tenantWith("klaviyo");
    expect(
      await receiveAirbyteWebhook(
        { token: tenant.token, event: "success", body: { text: "Hello World!" } },
        new Date(),
      ),
    ).toBe("nothing");
    expect(await queued()).toEqual([]);
  });

  test.each([
    ["an unknown token", "success", "x".repeat(43)],
    ["an unknown event", "exploded", null],
    ["no token", "success", ""],
  ])("to an address with %s is answered as if nothing were there", async (_, event, wrong) => {
    const tenant = await tenantWith("klaviyo");
    await expect(
      receiveAirbyteWebhook({ token: wrong ?? tenant.token, event, body: {} }, new Date()),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  test("to an address that was replaced, or of a shop that uninstalled, is answered so too", async () => {
    const tenant = await tenantWith("klaviyo");
    const newer = (await withShop(tenant.shopId, (tx) => issueWebhookToken(tx, tenant.shopId)))!;
    const send = (token: string) => receiveAirbyteWebhook({ token, event: "success", body: {} }, new Date());
    await expect(send(tenant.token)).rejects.toMatchObject({ code: "not_found" });
    expect(await send(newer)).toBe("nothing");
    await database.owner.query("UPDATE shops SET uninstalled_at = now() WHERE id = $1", [tenant.shopId]);
    await expect(send(newer)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a job that is followed", () => {
  test("is asked for again, ever more rarely, until it has ended", async () => {
    const tenant = await tenantWith("klaviyo");
    const { jobId } = airbyte.trigger(tenant.connectionId);
    const now = new Date();
    expect(
      await followAirbyteJob({ shopId: tenant.shopId, jobId: String(jobId), asks: 4 }, now, client()),
    ).toBe("goes_on");
    const [next] = (await database.owner.query("SELECT payload, run_at FROM graphile_worker._private_jobs"))
      .rows;
    expect(next.payload).toMatchObject({ jobId: String(jobId), asks: 5 });
    expect(next.run_at.getTime() - now.getTime()).toBe(10_000);
    expect((await connectorRow(tenant.connectors[0]!.id)).running_since).not.toBeNull();
    await expect
      .poll(() => airbyte.jobs(tenant.connectionId).at(-1)?.status, { timeout: 5_000 })
      .toBe("succeeded");
    expect(
      await followAirbyteJob({ shopId: tenant.shopId, jobId: String(jobId), asks: 5 }, now, client()),
    ).toBe("recorded");
    expect(await connectorRow(tenant.connectors[0]!.id)).toMatchObject({ running_since: null });
  });

  test("that Airbyte does not know is let go; an Airbyte that is down is asked again", async () => {
    const tenant = await tenantWith("klaviyo");
    const follow = (jobId: string) =>
      followAirbyteJob({ shopId: tenant.shopId, jobId, asks: 0 }, new Date(), client());
    expect(await follow("1")).toBe("unknown_job");
    airbyte.answerWith("throttled");
    expect(await follow("1")).toBe("throttled");
    airbyte.answerWith("server_error");
    await expect(
      followAirbyteJob({ shopId: tenant.shopId, jobId: "1", asks: 0 }, new Date(), client()),
    ).rejects.toThrow(/500/);
  });
});

describe("a sync that is asked for", () => {
  const ask = ({ shopId, connectors }: Tenant, index = 0, now = new Date()) =>
    withShop(shopId, (tx) => requestSync(tx, connectors[index]!.id, merchant, now, "request-1"));

  test("starts one sync for all the connectors of its connection, however often and from whichever it is asked", async () => {
    const tenant = await tenantWith("shopify");
    const answers = await Promise.all([ask(tenant, 0), ask(tenant, 1), ask(tenant, 0)]);
    expect(answers.map(({ state }) => state)).toEqual(["requested", "requested", "requested"]);
    const jobs = await queued();
    expect(jobs.map(({ task }) => task)).toEqual(["connectors.sync"]);
    const wanted = jobs[0]!.payload as { shopId: string; connectorId: string };
    expect(await startSync(wanted, new Date(), client())).toBe("started");
    expect(airbyte.jobs(tenant.connectionId)).toHaveLength(1);
    expect((await ask(tenant, 1)).state).toBe("running");
    // The queue may run it again: what is no longer wanted starts nothing.
    expect(await startSync(wanted, new Date(), client())).toBe("no_longer_wanted");
    expect(airbyte.jobs(tenant.connectionId)).toHaveLength(1);
    expect(await runsOf(tenant)).toHaveLength(2);
    const { rows } = await database.owner.query(
      "SELECT action, actor, target FROM audit_log WHERE shop_id = $1",
      [tenant.shopId],
    );
    expect(rows).toEqual([{ action: "connector.sync", actor: "42", target: expect.any(String) }]);
  });

  test("attaches to the one that Airbyte is running already", async () => {
    const tenant = await tenantWith("klaviyo");
    await ask(tenant);
    const running = airbyte.trigger(tenant.connectionId);
    const wanted = { shopId: tenant.shopId, connectorId: tenant.connectors[0]!.id };
    expect(await startSync(wanted, new Date(), client())).toBe("started");
    expect(await runsOf(tenant)).toEqual([
      expect.objectContaining({ external_run_id: String(running.jobId) }),
    ]);
  });

  test("waits as long as Airbyte says when it is throttled", async () => {
    const tenant = await tenantWith("klaviyo");
    await ask(tenant);
    await database.owner.query("DELETE FROM graphile_worker._private_jobs");
    airbyte.answerWith("throttled_retry_after");
    const now = new Date();
    const wanted = { shopId: tenant.shopId, connectorId: tenant.connectors[0]!.id };
    expect(await startSync(wanted, now, client())).toBe("throttled");
    const { rows } = await database.owner.query("SELECT run_at FROM graphile_worker._private_jobs");
    expect(rows.map((row) => row.run_at.getTime() - now.getTime())).toEqual([7_000]);
  });

  test("is tried again while Airbyte is down; given up, it tells the merchant and can be asked again", async () => {
    const tenant = await tenantWith("klaviyo");
    const wanted = { shopId: tenant.shopId, connectorId: tenant.connectors[0]!.id };
    await ask(tenant);
    airbyte.answerWith("server_error");
    await expect(startSync(wanted, new Date(), client())).rejects.toThrow(/500/);
    expect(await giveUpSync(wanted, new Error("down"), new Date())).toBe("engine_unreachable");
    expect(await connectorRow(wanted.connectorId)).toMatchObject({
      sync_requested_at: null,
      sync_request_problem: "engine_unreachable",
    });
    const { rows } = await database.owner.query("SELECT kind, title FROM notices WHERE shop_id = $1", [
      tenant.shopId,
    ]);
    expect(rows).toEqual([{ kind: "sync_failed_to_start", title: "Klaviyo could not be synced" }]);
    expect((await ask(tenant)).state).toBe("requested");
  });

  test("of a connection that was switched off meanwhile ends with that reason", async () => {
    const tenant = await tenantWith("klaviyo");
    await ask(tenant);
    airbyte.connections().find((each) => each.connectionId === tenant.connectionId)!.status = "inactive";
    const wanted = { shopId: tenant.shopId, connectorId: tenant.connectors[0]!.id };
    expect(await startSync(wanted, new Date(), client())).toBe("connection_disabled");
  });

  test("of another shop's connector is not found, and of a paused one refused", async () => {
    const mine = await tenantWith("klaviyo");
    const theirs = await tenantWith("klaviyo");
    await expect(
      withShop(mine.shopId, (tx) => requestSync(tx, theirs.connectors[0]!.id, merchant, new Date(), "")),
    ).rejects.toMatchObject({ code: "not_found" });
    await database.owner.query("UPDATE connectors SET paused_at = now() WHERE id = $1", [
      mine.connectors[0]!.id,
    ]);
    await expect(ask(mine)).rejects.toMatchObject({ code: "conflict" });
    expect(await queued()).toEqual([]);
  });
});

describe("workspaces that Airbyte lists", () => {
  test("are connected to the shop they are named for; all others are kept for staff with the reason", async () => {
    const shop = await makeShop(database.owner, { domain: "found.myshopify.com" });
    await makeShop(database.owner, { domain: "left.myshopify.com", uninstalledAt: new Date() });
    const seed = (name: string) => {
      const workspaceId = randomUUID();
      airbyte.seedWorkspace({ workspaceId, name, shopDomain: "x.myshopify.com", connections: [] });
      return workspaceId;
    };
    const found = seed(" Found.myshopify.com ");
    seed("found.myshopify.com");
    seed("left.myshopify.com");
    seed("Agency sandbox");
    seed("not found.myshopify.com at all");
    const outcome = await discoverWorkspaces(new Date(), client());
    expect(outcome).toMatchObject({ connected: 1 });
    const { rows } = await database.owner.query(
      "SELECT workspace_id FROM airbyte_workspaces WHERE shop_id = $1",
      [shop.id],
    );
    expect(rows).toEqual([{ workspace_id: found }]);
    expect(await queued()).toEqual([{ task: "airbyte.poll_shop", payload: { shopId: shop.id } }]);
    const reasons = Object.fromEntries(
      (await listUnmatchedWorkspaces()).map(({ name, reason }) => [name, reason]),
    );
    expect(reasons).toMatchObject({
      "found.myshopify.com": expect.stringContaining("another"),
      "left.myshopify.com": expect.stringContaining("No shop"),
      "Agency sandbox": expect.stringContaining("No shop"),
      "not found.myshopify.com at all": expect.stringContaining("No shop"),
    });
    // Asked again, nothing moves.
    expect(await discoverWorkspaces(new Date(), client())).toMatchObject({ connected: 0 });
  });

  test("that cannot be listed leave the list as it was", async () => {
    const before = await listUnmatchedWorkspaces();
    airbyte.answerWith("server_error");
    expect(await discoverWorkspaces(new Date(), client())).toBe("unreachable");
    expect(await listUnmatchedWorkspaces()).toEqual(before);
  });
});
