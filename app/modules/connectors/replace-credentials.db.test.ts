import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAirbyteClient } from "#app/integrations/airbyte/client.ts";
import { type AirbyteStandIn, startAirbyteStandIn } from "#demo/airbyte/stand-in.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type RunningStaffProvider, startStaffProvider } from "#e2e/support/staff-provider.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import type { Shop } from "../shops/shop.ts";
import { pollAirbyteShop } from "../sync-runs/poll-airbyte.server.ts";

const access = { clientId: "client", clientSecret: "our-own-airbyte-secret" };
const wrong = "wrong-credential-0f1e2d3c4b";
const refused = "refused credential-5a69788796";
const right = "demo-credential-a7b8c9d0e1";
const secrets = [wrong, refused, right, access.clientSecret];
const field = "credentials.access_token";

let database: TestDatabase;
let airbyte: AirbyteStandIn;
let provider: RunningStaffProvider;
let server: WebServer;
let shop: Shop;
let connectorId: string;
let connectionId: string;
/** Everything that was answered. */
const answers: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  airbyte = await startAirbyteStandIn({
    ...access,
    warehouse: null,
    pace: { tickMs: 3_600_000, pendingMs: 1, syncMs: 1 },
  });
  provider = await startStaffProvider();
  server = await startWebServer({
    ...provider.environment,
    AIRBYTE_API_URL: airbyte.url,
    AIRBYTE_CLIENT_ID: access.clientId,
    AIRBYTE_CLIENT_SECRET: access.clientSecret,
    LOG_LEVEL: "trace",
  });
  shop = await makeShop(database.owner);
  const workspaceId = randomUUID();
  await database.owner.query("INSERT INTO airbyte_workspaces (shop_id, workspace_id) VALUES ($1, $2)", [
    shop.id,
    workspaceId,
  ]);
  const { connections } = airbyte.seedWorkspace({
    workspaceId,
    name: shop.domain,
    shopDomain: shop.domain,
    connections: [{ kind: "klaviyo", everyMinutes: null }],
  });
  connectionId = connections[0]!.connectionId;
  await pollAirbyteShop(shop.id, createAirbyteClient({ apiUrl: airbyte.url, ...access }), new Date());
  const found = await database.owner.query("SELECT id FROM connectors WHERE shop_id = $1", [shop.id]);
  connectorId = found.rows[0].id;
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([provider?.stop(), airbyte?.stop()]);
  await database?.drop();
});

async function call(path: string, body?: unknown): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${server.url}/api/staff/shops/${shop.domain}/connectors/${path}`, {
    headers: {
      authorization: `Bearer ${await provider.accessTokenOf("sam")}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined
      ? {}
      : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  answers.push(text);
  return { status: answer.status, text };
}
const replace = (secret: string, name = field) =>
  call(`${connectorId}/credentials/replace`, { secrets: { [name]: secret }, reason: "They left." });
/** A sync of the connection, to its end. */
async function sync(): Promise<string> {
  airbyte.trigger(connectionId);
  for (;;) {
    const last = airbyte.jobs(connectionId).at(-1)!;
    if (["succeeded", "failed"].includes(last.status)) return last.status;
    await new Promise((done) => setTimeout(done, 5));
  }
}

describe("a source's credentials", () => {
  test("are shown as names, never a value", async () => {
    const { status, text } = await call(`${connectorId}/credentials`);
    expect([status, JSON.parse(text).secrets]).toEqual([200, [field]]);
    expect(text).not.toContain("**");
  });

  test("wrong ones are passed on, and its syncs fail; right ones, and they succeed again", async () => {
    expect(await sync()).toBe("succeeded");
    const first = await replace(wrong);
    expect([first.status, JSON.parse(first.text)]).toEqual([
      200,
      { connectorId, replaced: [field], canSync: true },
    ]);
    expect(await sync()).toBe("failed");
    expect((await replace(right)).status).toBe(200);
    expect(await sync()).toBe("succeeded");
  });

  test("leave what was not named as it was", () => {
    expect(airbyte.connections()[0]?.sourceSettings).toEqual({
      start_date: "2024-01-01",
      credentials: { auth_type: "oauth2.0", access_token: right },
    });
  });

  test("that Airbyte refuses, quoting them, are refused without a word of them", async () => {
    const { status, text } = await replace(refused);
    expect([status, JSON.parse(text).code]).toEqual([409, "conflict"]);
    expect(await sync()).toBe("succeeded");
  });

  test.each<[string, () => ReturnType<typeof call>, number]>([
    ["a setting that is no secret", () => replace(wrong, "start_date"), 422],
    ["a name that leads into every object", () => replace(wrong, "__proto__.polluted"), 422],
    ["nothing new", () => call(`${connectorId}/credentials/replace`, { secrets: {}, reason: "x" }), 422],
    ["no reason", () => call(`${connectorId}/credentials/replace`, { secrets: { [field]: wrong } }), 422],
    [
      "a body that breaks off",
      () => call(`${connectorId}/credentials/replace`, `{"secrets":{"x":"${wrong}`),
      400,
    ],
    [
      "a value that is no text",
      () => call(`${connectorId}/credentials/replace`, { secrets: { [field]: { a: wrong } }, reason: "x" }),
      422,
    ],
    [
      "a connector that is not there",
      () => call(`${randomUUID()}/credentials/replace`, { secrets: { [field]: wrong }, reason: "x" }),
      404,
    ],
  ])("%s is refused before Airbyte is told", async (_, send, status) => {
    const before = airbyte.requests().filter((line) => line.startsWith("PATCH")).length;
    expect((await send()).status).toBe(status);
    expect(airbyte.requests().filter((line) => line.startsWith("PATCH"))).toHaveLength(before);
  });

  test("of a source that the shop's own pipeline loads are not ours to replace", async () => {
    const { id } = await makeConnector(database.owner, shop.id, "attentive");
    expect(
      (await call(`${id}/credentials/replace`, { secrets: { [field]: wrong }, reason: "x" })).status,
    ).toBe(409);
  });

  test("cannot be passed on while Airbyte is away: that is said, and both are in the audit", async () => {
    airbyte.answerWith("server_error");
    const { status } = await replace(wrong);
    airbyte.answerWith(null);
    expect(status).toBe(503);
  });

  test("each replacement is in the audit by name, and what was refused is a row of its own", async () => {
    const { rows } = await database.owner.query(
      "SELECT action, actor, target, after->'replaced' AS replaced, reason FROM audit_log WHERE action LIKE 'connector.replace%' ORDER BY id",
    );
    const row = (action: string) => ({
      action,
      actor: "sam@example.com",
      target: connectorId,
      replaced: [field],
      reason: "They left.",
    });
    expect(rows).toEqual([
      row("connector.replace_credentials"),
      row("connector.replace_credentials"),
      row("connector.replace_credentials"),
      row("connector.replace_credentials_failed"),
    ]);
  });
});

test("no table, no answer and no line of any log holds a credential, in whatever spelling", async () => {
  const { rows: tables } = await database.owner.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('public', 'graphile_worker')`,
  );
  expect(tables.length).toBeGreaterThan(25);
  const stored: string[] = [];
  for (const { name } of tables) {
    const { rows } = await database.owner.query<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${name} t`,
    );
    stored.push(...rows.map(({ row }) => row));
  }
  const places = { stored: stored.join("\n"), answers: answers.join("\n"), log: server.lines.join("\n") };
  // It is there to be found: what is looked through is what was written.
  expect(places.stored).toContain("They left.");
  expect(places.log).toContain("/credentials/replace");
  for (const [place, text] of Object.entries(places))
    for (const secret of secrets)
      for (const spelling of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString("base64").replace(/=+$/, ""),
      ])
        expect(text.includes(spelling), `${place} holds ${spelling}`).toBe(false);
});
