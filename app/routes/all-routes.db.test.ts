import { createHmac, generateKeyPairSync } from "node:crypto";
import type { ServerBuild } from "@remix-run/node";
import { SignJWT } from "jose";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueWebhookToken } from "#app/modules/connectors/workspaces.store.server.ts";
import { createIngestKey, type NewIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import type { Shop } from "#app/modules/shops/shop.ts";
import { operations } from "#app/openapi.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { insertFullShop, newAnchors } from "#e2e/support/rows.ts";
import { mintSessionToken, sessionClaims } from "#e2e/support/session-token.ts";
import { staffDoors } from "#e2e/support/staff-doors.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";

/** Who may come in by a route, and how. A route that is not here fails the first test. */
type Door =
  | {
      door: "merchantApi";
      method: "GET" | "POST";
      names?: "connector" | "syncedConnector" | "incident";
      query?: string;
      body?: object;
    }
  | { door: "signedPush" }
  | { door: "ingestKey" }
  | { door: "public"; path?: string }
  | { door: "shopifyWebhook" }
  | { door: "airbyteWebhook" }
  | { door: "merchantPage" }
  | { door: "library" }
  | { door: "nothing" }
  | { door: "shell" }
  /** Tried by staff-routes.db.test.ts. */
  | { door: "staff" };

const doors: Record<string, Door> = {
  root: { door: "shell" },
  "routes/_index": { door: "shell" },
  "routes/$": { door: "nothing" },
  "routes/app": { door: "merchantPage" },
  "routes/app._index": { door: "merchantPage" },
  "routes/app.backfill.$id": { door: "merchantPage" },
  "routes/app.backfills": { door: "merchantPage" },
  "routes/app.connectors.$id": { door: "merchantPage" },
  "routes/app.dashboards._index": { door: "merchantPage" },
  "routes/app.dashboards.$key": { door: "merchantPage" },
  "routes/app.incidents.$id": { door: "merchantPage" },
  "routes/app.settings": { door: "merchantPage" },
  "routes/app.support": { door: "merchantPage" },
  "routes/app.$": { door: "merchantPage" },
  "routes/auth.$": { door: "library" },
  "routes/auth.login": { door: "public" },
  "routes/healthz": { door: "public" },
  "routes/readyz": { door: "public" },
  "routes/api.openapi[.]json": { door: "public" },
  "routes/api.$": { door: "nothing" },
  "routes/api.sync-health.summary": { door: "merchantApi", method: "GET" },
  "routes/api.sync-health.connector.$id": { door: "merchantApi", method: "GET", names: "connector" },
  "routes/api.sync-health.incidents._index": { door: "merchantApi", method: "GET" },
  "routes/api.sync-health.incidents.$id.acknowledge": {
    door: "merchantApi",
    method: "POST",
    names: "incident",
  },
  "routes/api.sync-health.connectors.$id.backfill.estimate": {
    door: "merchantApi",
    method: "GET",
    names: "connector",
    query: "?startDate=2026-11-01&endDate=2026-11-02",
  },
  "routes/api.sync-health.connectors.$id.backfill._index": {
    door: "merchantApi",
    method: "POST",
    names: "connector",
    body: { startDate: "2026-11-01", endDate: "2026-11-02" },
  },
  "routes/api.sync-health.connectors.$id.backfill.status": {
    door: "merchantApi",
    method: "GET",
    names: "connector",
  },
  // After the one above has begun one.
  "routes/api.sync-health.connectors.$id.backfill.cancel": {
    door: "merchantApi",
    method: "POST",
    names: "connector",
  },
  "routes/api.sync-health.dashboard-block": { door: "merchantApi", method: "GET" },
  "routes/api.sync-health.connectors.$id.sync": {
    door: "merchantApi",
    method: "POST",
    names: "syncedConnector",
  },
  "routes/api.ingest.sync-runs": { door: "signedPush" },
  "routes/api.ingest.backfills.$id.progress": { door: "signedPush" },
  "routes/api.v1.lineage._index": { door: "ingestKey" },
  "routes/api.v1.lineage.batch": { door: "ingestKey" },
  "routes/webhooks.app.uninstalled": { door: "shopifyWebhook" },
  "routes/webhooks.app.scopes_update": { door: "shopifyWebhook" },
  "routes/webhooks.shop.update": { door: "shopifyWebhook" },
  "routes/webhooks.compliance": { door: "shopifyWebhook" },
  "routes/webhooks.airbyte.$token.$event": { door: "airbyteWebhook" },
  ...Object.fromEntries(Object.keys(staffDoors).map((id) => [id, { door: "staff" }] as const)),
};

const browser =
  "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
const nobody = "00000000-0000-4000-8000-000000000000";
const malformedIds = ["1", "not-a-uuid", "%00", "%27%20OR%201=1", `${nobody}x`, "..%2f..%2fetc"];

let database: TestDatabase;
let server: WebServer;
let build: ServerBuild;
let mine: Shop;
let connectorId: string;
let syncedConnectorId: string;
let airbyteToken: string;
let openIncidentId: string;
let resolvedIncidentId: string;
let theirs: ReturnType<typeof newAnchors>;
let gone: Shop;
let key: NewIngestKey;

beforeAll(async () => {
  database = await createTestDatabase();
  const bundle = new URL("../../build/server/index.js", import.meta.url);
  build = await import(/* @vite-ignore */ bundle.href).catch((error: unknown) => {
    throw new Error(`These tests need the build: npm run build. ${error}`);
  });
  const { owner } = database;
  mine = await makeShop(owner, { domain: "mine.myshopify.com", checkedAt: new Date() });
  gone = await makeShop(owner, { domain: "gone.myshopify.com", uninstalledAt: new Date() });
  connectorId = (await makeConnector(owner, mine.id, "klaviyo", { lastSucceededAt: new Date() })).id;
  syncedConnectorId = (
    await makeConnector(owner, mine.id, "ga4", { engine: "airbyte", lastSucceededAt: new Date() })
  ).id;
  await owner.query("INSERT INTO airbyte_workspaces (shop_id, workspace_id) VALUES ($1, gen_random_uuid())", [
    mine.id,
  ]);
  airbyteToken = (await withShop(mine.id, (tx) => issueWebhookToken(tx, mine.id)))!;
  openIncidentId = await insertIncident("open");
  resolvedIncidentId = await insertIncident("resolved");
  theirs = newAnchors();
  await insertFullShop(owner, theirs);
  key = await withShop(mine.id, (tx) => createIngestKey(tx, mine.id, new Date()));
  server = await startWebServer();
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

async function insertIncident(status: "open" | "resolved"): Promise<string> {
  const { rows } = await database.owner.query(
    `INSERT INTO dq_incidents (shop_id, connector_id, check_name, status, severity, title, detail, opened_at, resolved_at)
     VALUES ($1, $2, 'freshness', $3, 'high', 'Late', 'It is late.', now(), CASE WHEN $3 = 'resolved' THEN now() END) RETURNING id`,
    [mine.id, connectorId, status],
  );
  return rows[0].id;
}

/** The address pattern of a route, its parameters still in it. */
function patternOf(routeId: string): string {
  const route = build.routes[routeId]!;
  const parent = route.parentId ? patternOf(route.parentId) : "";
  return [parent, route.path].filter(Boolean).join("/");
}

const pathOf = (routeId: string, id = nobody) =>
  `/${patternOf(routeId).replace(":id", id).replace("*", "nowhere")}`;

const routesOf = <Kind extends Door["door"]>(kind: Kind) =>
  Object.entries(doors).flatMap(([id, door]) =>
    door.door === kind ? [[id, door as Extract<Door, { door: Kind }>] as const] : [],
  );

interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
}

async function call(path: string, { method = "GET", headers = {}, body }: Call = {}): Promise<Response> {
  return fetch(server.url + path, {
    method,
    headers: { "user-agent": browser, ...headers },
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  } as RequestInit);
}

/** What no answer to a stranger may hold. */
const secrets = () => [
  "test-api-secret",
  theirs.shopId,
  "gone.myshopify.com",
  "eyJ",
  "node_modules",
  "    at ",
  "prisma",
  key.signingSecret,
  key.bearerKey,
  process.env.APP_ENCRYPTION_KEY!,
];

/** A well-formed problem of this status that gives nothing away. */
async function expectProblem(
  answer: Response,
  status: number,
): Promise<{ code: string; errors?: Record<string, string[]> }> {
  const text = await answer.text();
  expect([answer.status, answer.headers.get("content-type")], text).toEqual([
    status,
    "application/problem+json",
  ]);
  const problem = JSON.parse(text);
  expect(problem).toMatchObject({
    type: "about:blank",
    title: expect.any(String),
    status,
    detail: expect.any(String),
    code: expect.any(String),
  });
  expect(problem.requestId).toBe(answer.headers.get("x-request-id"));
  for (const secret of secrets()) expect(text).not.toContain(secret);
  if (status === 401) expect(answer.headers.get("www-authenticate")).toBeTruthy();
  return problem;
}

/** How many rows each table holds, seen past row-level security; what the server counts of itself apart. */
async function countRows(): Promise<Record<string, number>> {
  const { rows: tables } = await database.owner.query(
    "SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ('metric_totals', 'rate_limits') ORDER BY 1",
  );
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS n FROM "${name}"`);
  const { rows } = await database.owner.query(counts.join(" UNION ALL "));
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

async function expectNothingWritten(work: () => Promise<void>): Promise<void> {
  const before = await countRows();
  expect(Object.keys(before).length).toBeGreaterThan(20);
  await work();
  expect(await countRows()).toEqual(before);
}

const unsigned = (header: object, claims: object) =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");

/** Tokens that must not open anything, by what is wrong with them. */
async function forgedTokens(): Promise<Record<string, string>> {
  const shop = mine.domain;
  const { exp: _, ...withoutExpiry } = sessionClaims(shop);
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const secret = new TextEncoder().encode("test-api-secret");
  const none = unsigned({ alg: "none", typ: "JWT" }, sessionClaims(shop));
  const tampered = (await mintSessionToken(shop)).split(".");
  tampered[1] = Buffer.from(JSON.stringify(sessionClaims("other.myshopify.com"))).toString("base64url");
  return {
    "is not a token": "abc",
    "is empty parts": "..",
    "has alg none and no signature": `${none}.`,
    "has alg none and a signature": `${none}.c2ln`,
    "is signed with RS256": await new SignJWT(sessionClaims(shop))
      .setProtectedHeader({ alg: "RS256" })
      .sign(privateKey),
    "is HS256 with a public key": await mintSessionToken(shop, { secret: publicPem }),
    "is signed with HS512": await new SignJWT(sessionClaims(shop))
      .setProtectedHeader({ alg: "HS512" })
      .sign(secret),
    "has a changed payload": tampered.join("."),
    "is for another app": await mintSessionToken(shop, { claims: { aud: "other-key" } }),
    "is for several apps": await mintSessionToken(shop, { claims: { aud: ["test-api-key", "other-key"] } }),
    "is expired": await mintSessionToken(shop, { claims: { exp: Math.floor(Date.now() / 1000) - 60 } }),
    "does not expire": await new SignJWT(withoutExpiry).setProtectedHeader({ alg: "HS256" }).sign(secret),
    "is not valid yet": await mintSessionToken(shop, { claims: { nbf: Math.floor(Date.now() / 1000) + 60 } }),
    "is signed with another secret": await mintSessionToken(shop, { secret: "another" }),
    "is of an unknown shop": await mintSessionToken("unknown.myshopify.com"),
    "is of a shop that uninstalled": await mintSessionToken(gone.domain),
    "names no shop's address": await mintSessionToken(shop, {
      claims: { dest: "https://mine.myshopify.com.evil.example" },
    }),
    "names a shop over http": await mintSessionToken(shop, { claims: { dest: `http://${shop}` } }),
    "is issued by another shop": await mintSessionToken(shop, {
      claims: { iss: "https://other.myshopify.com/admin" },
    }),
  };
}

const authorization = async (shop = mine.domain) => ({
  authorization: `Bearer ${await mintSessionToken(shop)}`,
});

it("knows every route of the build", () => {
  expect(Object.keys(doors).sort()).toEqual(Object.keys(build.routes).sort());
});

it("documents every route under /api, and nothing else", () => {
  const routes = Object.keys(doors)
    .filter((id) => id.startsWith("routes/api.") && doors[id]!.door !== "nothing")
    .map((id) => `/${patternOf(id).replaceAll(/:(\w+)/g, "{$1}")}`);
  expect(operations.map((operation) => operation.path).sort()).toEqual(routes.sort());
});

describe.each(routesOf("merchantApi"))("%s", (routeId, { method, names, query = "", body }) => {
  const path = () => pathWithoutQuery() + query;
  /** What it is sent, beside who sends it. */
  const sent = body ? { body: JSON.stringify(body) } : {};
  const sentHeaders = body ? { "content-type": "application/json" } : {};
  const pathWithoutQuery = () =>
    pathOf(
      routeId,
      { connector: connectorId, syncedConnector: syncedConnectorId, incident: openIncidentId }[
        names ?? "connector"
      ],
    );

  it("answers its merchant", async () => {
    const answer = await call(path(), {
      method,
      headers: { ...(await authorization()), ...sentHeaders },
      ...sent,
    });
    const text = await answer.text();
    const operation = operations.find((one) => one.path === `/${patternOf(routeId).replace(":id", "{id}")}`)!;
    expect(answer.status, text).toBe(operation.answer.status);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(operation.method).toBe(method.toLowerCase());
    expect(operation.answer.schema.safeParse(JSON.parse(text)).error).toBeUndefined();
  });

  it("refuses every forged token with 401 and Shopify's retry header, and writes nothing", async () => {
    await expectNothingWritten(async () => {
      const tokens = Object.entries(await forgedTokens()).map(([what, token]) => [what, `Bearer ${token}`]);
      const others = [
        ["has another scheme", `Basic ${await mintSessionToken(mine.domain)}`],
        ["is bare", await mintSessionToken(mine.domain)],
        ["is empty", ""],
        ["is very long", `Bearer ${"a".repeat(10_000)}`],
      ];
      for (const [what, value] of [...tokens, ...others]) {
        const answer = await call(path(), { method, headers: value ? { authorization: value } : {} });
        expect([what, answer.status]).toEqual([what, 401]);
        expect(answer.headers.get("x-shopify-retry-invalid-session-request")).toBe("1");
        expect(await expectProblem(answer, 401)).toMatchObject({ code: "unauthenticated" });
      }
    });
  });

  it("takes no token from the address", async () => {
    const token = await mintSessionToken(mine.domain);
    await expectProblem(
      await call(`${pathWithoutQuery()}?id_token=${token}&shop=${mine.domain}`, { method }),
      401,
    );
  });

  it("answers 405 with Allow to other methods", async () => {
    const allow = method === "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
    const headers = await authorization();
    await expectNothingWritten(async () => {
      for (const other of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((one) => one !== method)) {
        const answer = await call(path(), { method: other, headers });
        expect(answer.headers.get("allow")).toBe(allow);
        expect(await expectProblem(answer, 405)).toMatchObject({ code: "method_not_allowed" });
      }
      const options = await call(path(), { method: "OPTIONS" });
      expect([options.status, options.headers.get("allow")]).toEqual([204, allow]);
      const head = await call(path(), { method: "HEAD", headers });
      expect([head.status, await head.text()]).toEqual([method === "GET" ? 200 : 405, ""]);
    });
  });

  it.runIf(names)("answers 404 to malformed ids, ids of nothing, and ids of another shop alike", async () => {
    await expectNothingWritten(async () => {
      const { connectorId: connector, incidentId: incident } = theirs;
      const other = { connector, syncedConnector: connector, incident }[names!];
      const details = new Set<string>();
      for (const id of [...malformedIds, nobody, nobody.toUpperCase(), other]) {
        const answer = await call(pathOf(routeId, id) + query, {
          method,
          headers: { ...(await authorization()), ...sentHeaders },
          ...sent,
        });
        if (id === "%00" || id === "..%2f..%2fetc") {
          expect([400, 404]).toContain(answer.status);
          continue;
        }
        const { detail, code } = (await expectProblem(answer, 404)) as { detail?: string; code: string };
        expect(code).toBe("not_found");
        details.add(detail!);
      }
      expect([...details]).toHaveLength(1);
    });
  });
});

it("takes no report of progress that is not signed, whatever backfill it names", async () => {
  await expectNothingWritten(async () => {
    for (const id of [nobody, "nonsense"]) {
      const answer = await call(`/api/ingest/backfills/${id}/progress`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-sync-health-shop": mine.domain },
        body: JSON.stringify({ data: { status: "completed" } }),
      });
      expect(await expectProblem(answer, 401)).toMatchObject({ code: "unauthenticated" });
    }
  });
});

describe("GET /api/sync-health/incidents", () => {
  it.each([
    ["a cursor that is none", "cursor=abc", 400],
    ["a cursor with a zero byte", "cursor=%00", 422],
    ["a forged cursor", `cursor=${Buffer.from('["0000-01-01T00:00:00Z","x"]').toString("base64url")}`, 400],
    [
      "a forged cursor of year 0",
      `cursor=${Buffer.from(`["0000-01-01T00:00:00Z","${nobody}"]`).toString("base64url")}`,
      400,
    ],
    ["limit 0", "limit=0", 422],
    ["limit 101", "limit=101", 422],
    ["a limit that is no number", "limit=ten", 422],
    ["a fraction of a limit", "limit=1.5", 422],
    ["an unknown status", "status=closed", 422],
    ["a status with a zero byte", "status=%00", 422],
  ])("refuses %s", async (_, query, status) => {
    const answer = await call(`/api/sync-health/incidents?${query}`, { headers: await authorization() });
    const problem = await expectProblem(answer, status);
    if (status === 422) expect(Object.keys(problem.errors ?? {})).toEqual([query.split("=")[0]]);
  });

  it("shows the statuses asked for, and only this shop's", async () => {
    const ids = async (query: string) => {
      const answer = await call(`/api/sync-health/incidents${query}`, { headers: await authorization() });
      return ((await answer.json()) as { incidents: { id: string }[] }).incidents.map(({ id }) => id).sort();
    };
    const both = [openIncidentId, resolvedIncidentId].sort();
    expect(await ids("")).toEqual([openIncidentId]);
    expect(await ids("?status=resolved")).toEqual([resolvedIncidentId]);
    expect(await ids("?status=all")).toEqual(both);
  });

  it("pages by its own cursor", async () => {
    const page = async (cursor: string) => {
      const answer = await call(`/api/sync-health/incidents?status=all&limit=1${cursor}`, {
        headers: await authorization(),
      });
      return (await answer.json()) as { incidents: { id: string }[]; nextCursor: string | null };
    };
    const first = await page("");
    const second = await page(`&cursor=${first.nextCursor}`);
    expect([first, second].flatMap(({ incidents }) => incidents.map(({ id }) => id)).sort()).toEqual(
      [openIncidentId, resolvedIncidentId].sort(),
    );
    expect(second.nextCursor).toBeNull();
  });
});

describe("POST /api/sync-health/incidents/{id}/acknowledge", () => {
  const acknowledge = async (id: string, call_: Call = {}) =>
    call(`/api/sync-health/incidents/${id}/acknowledge`, {
      method: "POST",
      ...call_,
      headers: { ...(await authorization()), ...call_.headers },
    });

  it("says the same when asked again, and writes it once", async () => {
    const first = await (await acknowledge(openIncidentId)).json();
    await expectNothingWritten(async () => {
      expect(await (await acknowledge(openIncidentId)).json()).toEqual(first);
    });
    expect(first).toMatchObject({ id: openIncidentId, status: "acknowledged" });
  });

  it("answers 409 when it is resolved", async () => {
    await expectNothingWritten(async () => {
      expect(await expectProblem(await acknowledge(resolvedIncidentId), 409)).toMatchObject({
        code: "conflict",
      });
    });
  });

  it("needs no body and heeds none", async () => {
    for (const body of ["", "{", "null", "<xml/>"])
      expect((await acknowledge(openIncidentId, { body })).status).toBe(200);
  });

  it("answers 413 to a body that is too large", async () => {
    await expectProblem(await acknowledge(openIncidentId, { body: "x".repeat(2_000_000) }), 413);
  });
});

it("answers 422 to an unknown dashboard", async () => {
  const answer = await call("/api/sync-health/dashboard-block?dashboard=sales", {
    headers: await authorization(),
  });
  expect(await expectProblem(answer, 422)).toMatchObject({ errors: { dashboard: [expect.any(String)] } });
});

describe("POST /api/ingest/sync-runs", () => {
  const path = "/api/ingest/sync-runs";
  const report = (...runs: object[]) => ({
    type: "sync_runs.reported",
    timestamp: new Date().toISOString(),
    data: { runs },
  });
  const run = { source: "klaviyo", externalRunId: "run-1", status: "running" };

  function push(
    body: string | Buffer,
    { secret = key.signingSecret, shop = mine.domain, sentAt = new Date(), headers = {} } = {},
  ) {
    const id = "msg_1";
    return call(path, {
      method: "POST",
      body: typeof body === "string" ? body : new Uint8Array(body),
      headers: {
        "content-type": "application/json",
        "x-sync-health-shop": shop,
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign(id, sentAt, body),
        ...headers,
      },
    });
  }

  it("refuses whoever does not sign with a live key of that shop, and writes nothing", async () => {
    const body = JSON.stringify(report(run));
    const expired = await withShop(mine.id, (tx) => createIngestKey(tx, mine.id, new Date()));
    await database.owner.query("UPDATE ingest_keys SET expires_at = now() WHERE id = $1", [expired.id]);
    const minute = 60_000;
    await expectNothingWritten(async () => {
      const answers = {
        "no signature": await push(body, { headers: { "webhook-signature": "" } }),
        "no id": await push(body, { headers: { "webhook-id": "" } }),
        "no time": await push(body, { headers: { "webhook-timestamp": "" } }),
        "no shop": await push(body, { shop: "" }),
        "an unknown shop": await push(body, { shop: "unknown.myshopify.com" }),
        "another shop": await push(body, { shop: `shop-${theirs.shopId}.myshopify.com` }),
        "an uninstalled shop": await push(body, { shop: gone.domain }),
        "another secret": await push(body, { secret: `whsec_${Buffer.alloc(32).toString("base64")}` }),
        "an expired key": await push(body, { secret: expired.signingSecret }),
        "an old time": await push(body, { sentAt: new Date(Date.now() - 6 * minute) }),
        "a future time": await push(body, { sentAt: new Date(Date.now() + 6 * minute) }),
        "a changed id": await push(body, { headers: { "webhook-id": "msg_2" } }),
        "a session token": await call(path, {
          method: "POST",
          body,
          headers: { "content-type": "application/json", ...(await authorization()) },
        }),
      };
      for (const [what, answer] of Object.entries(answers)) {
        expect([what, answer.status]).toEqual([what, 401]);
        await expectProblem(answer, 401);
      }
    });
  });

  it.each([
    ["no JSON", "{", 400],
    ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0x22]), 400],
    ["nothing", "", 400],
    ["null", "null", 422],
    ["another type", { ...report(run), type: "other" }, 422],
    ["no runs", report(), 422],
    ["501 runs", report(...Array.from({ length: 501 }, (_, n) => ({ ...run, externalRunId: `r${n}` }))), 422],
    ["an unknown source", report({ ...run, source: "myspace_ads" }), 422],
    ["an unknown status", report({ ...run, status: "done" }), 422],
    ["an id that is empty", report({ ...run, externalRunId: "" }), 422],
    ["an id that is too long", report({ ...run, externalRunId: "x".repeat(201) }), 422],
    ["an id with a zero byte", report({ ...run, externalRunId: "a\0" }), 422],
    ["an id with half a character", report({ ...run, externalRunId: "a\ud800" }), 422],
    ["negative rows", report({ ...run, rowsSynced: -1 }), 422],
    ["rows beyond counting", report({ ...run, rowsSynced: 2 ** 60 }), 422],
    ["an end while it runs", report({ ...run, endedAt: "2026-01-01T00:00:00Z" }), 422],
    ["no end after it ended", report({ ...run, status: "succeeded" }), 422],
    [
      "an end in the future",
      report({ ...run, status: "succeeded", endedAt: new Date(Date.now() + 6 * 60_000) }),
      422,
    ],
    ["a start in year 0", report({ ...run, startedAt: "0000-01-01T00:00:00Z" }), 422],
    ["a good and a bad run", report(run, { ...run, status: "done" }), 422],
  ])("refuses %s, and writes nothing", async (_, body, status) => {
    await expectNothingWritten(async () => {
      const isRaw = typeof body === "string" || Buffer.isBuffer(body);
      await expectProblem(await push(isRaw ? body : JSON.stringify(body)), status);
    });
  });

  it("names the field and the source it does not know", async () => {
    const problem = await expectProblem(
      await push(JSON.stringify(report(run, { ...run, source: "myspace_ads" }))),
      422,
    );
    expect(problem.errors).toEqual({ "data.runs.1.source": [expect.stringContaining("myspace_ads")] });
  });

  it("refuses what is not declared as JSON, and what is too large", async () => {
    const body = JSON.stringify(report(run));
    await expectNothingWritten(async () => {
      await expectProblem(await push(body, { headers: { "content-type": "text/plain" } }), 415);
      await expectProblem(await push("x".repeat(2_000_000)), 413);
    });
  });

  it("refuses a run of a connector that Airbyte syncs, and says so", async () => {
    await makeConnector(database.owner, mine.id, "google_ads", { engine: "airbyte" });
    await expectNothingWritten(async () => {
      const problem = await expectProblem(
        await push(JSON.stringify(report(run, { ...run, source: "google_ads" }))),
        422,
      );
      expect(problem.errors).toEqual({ "data.runs.1.source": [expect.stringContaining("Airbyte")] });
    });
  });

  it("accepts a run of a source that is new to the shop, by either of two live keys", async () => {
    const second = await withShop(mine.id, (tx) => createIngestKey(tx, mine.id, new Date()));
    for (const secret of [key.signingSecret, second.signingSecret]) {
      const runs = [
        run,
        {
          source: "postscript",
          externalRunId: "run-2",
          status: "succeeded",
          endedAt: new Date(),
          rowsSynced: 3,
        },
      ];
      const answer = await push(JSON.stringify(report(...runs)), { secret });
      expect([answer.status, await answer.json()]).toEqual([202, { accepted: 2 }]);
    }
    const { rows } = await database.owner.query(
      "SELECT c.source, c.engine, r.external_run_id, r.status FROM sync_runs r JOIN connectors c ON c.id = r.connector_id WHERE r.shop_id = $1 ORDER BY 3",
      [mine.id],
    );
    expect(rows).toEqual([
      { source: "klaviyo", engine: "push", external_run_id: "run-1", status: "running" },
      { source: "postscript", engine: "push", external_run_id: "run-2", status: "succeeded" },
    ]);
  });

  it("answers 405 to other methods", async () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const answer = await call(path, { method });
      expect(answer.headers.get("allow")).toBe("POST, OPTIONS");
      await expectProblem(answer, 405);
    }
  });
});

describe.each(routesOf("ingestKey"))("%s", (routeId) => {
  const event = () => ({
    eventType: "START",
    eventTime: new Date().toISOString(),
    run: { runId: nobody },
    job: { namespace: "etl", name: "klaviyo" },
    producer: "https://etl.example/v1",
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
  });
  const body = () => JSON.stringify(routeId.endsWith(".batch") ? [event()] : event());
  const report = (headers: Record<string, string>, sent = body()) =>
    call(pathOf(routeId), {
      method: "POST",
      body: sent,
      headers: { "content-type": "application/json", ...headers },
    });

  it("refuses whoever has no live ingest key, and writes nothing", async () => {
    await expectNothingWritten(async () => {
      for (const headers of [
        {},
        { authorization: `Bearer shk_${"x".repeat(43)}` },
        { authorization: `Bearer ${key.signingSecret}` },
        await authorization(),
      ]) {
        const answer = await report(headers);
        expect(answer.headers.get("www-authenticate")).toBe("Bearer");
        await expectProblem(answer, 401);
      }
      await expectProblem(
        await report({ authorization: `Bearer ${key.bearerKey}` }, "x".repeat(2_000_000)),
        413,
      );
      expect((await call(pathOf(routeId), { method: "GET" })).status).toBe(405);
    });
  });

  it("answers the shop's pipeline", async () => {
    const answer = await report({ authorization: `Bearer ${key.bearerKey}` });
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await answer.json()).toMatchObject({
      status: routeId.endsWith(".batch") ? "success" : "recorded",
    });
  });
});

describe.each(routesOf("shopifyWebhook"))("%s", (routeId) => {
  const topics: Record<string, string> = {
    "routes/webhooks.app.uninstalled": "app/uninstalled",
    "routes/webhooks.app.scopes_update": "app/scopes_update",
    "routes/webhooks.shop.update": "shop/update",
    "routes/webhooks.compliance": "shop/redact",
  };
  const body = JSON.stringify({ current: ["read_orders"] });
  const sign = (secret: string) => createHmac("sha256", secret).update(body).digest("base64");
  const send = (headers: Record<string, string>, method = "POST") =>
    call(pathOf(routeId), {
      method,
      ...(method === "POST" ? { body } : {}),
      headers: {
        "content-type": "application/json",
        "x-shopify-hmac-sha256": sign("test-api-secret"),
        "x-shopify-topic": topics[routeId]!,
        "x-shopify-shop-domain": "hooked.myshopify.com",
        "x-shopify-api-version": "2026-07",
        "x-shopify-webhook-id": `id-of-${routeId}`,
        ...headers,
      },
    });

  it("answers 401 to a signature of another secret, and writes nothing", async () => {
    await expectNothingWritten(async () => {
      expect((await send({ "x-shopify-hmac-sha256": sign("another") })).status).toBe(401);
      expect((await send({ "x-shopify-hmac-sha256": "" })).status).toBeOneOf([400, 401]);
      expect((await send({}, "GET")).status).toBe(405);
    });
  });

  it("answers 200 to Shopify and notes it once", async () => {
    expect((await send({})).status).toBe(200);
    expect((await send({})).status).toBe(200);
    const { rows } = await database.owner.query(
      "SELECT topic, domain FROM webhook_receipts WHERE webhook_id = $1",
      [`id-of-${routeId}`],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].domain).toBe("hooked.myshopify.com");
  });

  it("answers 413 to a body that is too large", async () => {
    const answer = await call(pathOf(routeId), { method: "POST", body: "x".repeat(2_000_000) });
    await expectProblem(answer, 413);
  });
});

describe("POST /webhooks/airbyte/{token}/{event}", () => {
  const notify = (
    token: string,
    event: string,
    body: BodyInit = "{}",
    headers: Record<string, string> = {},
  ) =>
    call(`/webhooks/airbyte/${token}/${event}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });

  it("takes what a workspace's own address is sent, and answers before it is looked into", async () => {
    expect((await notify(airbyteToken, "success")).status).toBe(204);
  });

  it("answers 404 to every other address, and writes nothing", async () => {
    await expectNothingWritten(async () => {
      for (const [token, event] of [
        ["x", "success"],
        [`${airbyteToken}x`, "success"],
        [airbyteToken.toUpperCase(), "success"],
        [airbyteToken, "nothing"],
        [airbyteToken, "Success"],
        ["%00", "success"],
      ] as const) {
        const answer = await notify(token, event);
        expect([400, 404]).toContain(answer.status);
        await answer.text();
      }
    });
  });

  it("refuses what is no JSON, not declared as JSON, or too large, and answers POST only", async () => {
    await expectNothingWritten(async () => {
      await expectProblem(await notify(airbyteToken, "success", "{"), 400);
      await expectProblem(await notify(airbyteToken, "success", "{}", { "content-type": "text/plain" }), 415);
      await expectProblem(await notify(airbyteToken, "success", "x".repeat(2_000_000)), 413);
      await expectProblem(await call(`/webhooks/airbyte/${airbyteToken}/success`), 405);
    });
  });

  it("leaves the token out of the log", async () => {
    await notify(airbyteToken, "success");
    expect(server.lines.join("\n")).toContain("/webhooks/airbyte/[redacted]/success");
    expect(server.lines.join("\n")).not.toContain(airbyteToken);
  });
});

describe("POST /api/sync-health/connectors/{id}/sync", () => {
  const sync = async (id: string) =>
    call(`/api/sync-health/connectors/${id}/sync`, { method: "POST", headers: await authorization() });

  it("says the same when asked again, and writes it once", async () => {
    const first = await (await sync(syncedConnectorId)).json();
    await expectNothingWritten(async () => {
      const again = await sync(syncedConnectorId);
      expect([again.status, await again.json()]).toEqual([202, first]);
    });
    expect(first).toMatchObject({ connectorId: syncedConnectorId, state: "requested" });
  });

  it("answers 409 where a pipeline of the shop's own decides when it syncs", async () => {
    await expectNothingWritten(async () => {
      const problem = (await expectProblem(await sync(connectorId), 409)) as { detail?: string };
      expect(problem.detail).toContain("pipeline");
    });
  });
});

describe.each(routesOf("merchantPage"))("%s", (routeId) => {
  const host = Buffer.from("admin.shopify.com/store/mine").toString("base64url");
  /** A token of a shop that has not installed yet is no forgery here: opening a page installs. */
  const forgedForPages = async () => {
    const {
      "is of an unknown shop": _,
      "is of a shop that uninstalled": __,
      ...forged
    } = await forgedTokens();
    return Object.values(forged);
  };

  it("sends whoever has no or a forged token away, and writes nothing", async () => {
    await expectNothingWritten(async () => {
      const path = pathOf(routeId);
      const queries = [
        "",
        `?shop=${mine.domain}`,
        `?shop=${mine.domain}&host=${host}`,
        `?shop=${mine.domain}&host=${host}&embedded=1`,
      ];
      for (const token of await forgedForPages()) {
        if (token.length > 10) queries.push(`?shop=${mine.domain}&host=${host}&embedded=1&id_token=${token}`);
      }
      for (const query of queries) {
        const answer = await call(path + query);
        const text = await answer.text();
        expect([query, answer.status]).toEqual([query, 302]);
        expect(text).not.toContain(connectorId);
      }
      for (const token of await forgedForPages()) {
        const routeOfLoader = encodeURIComponent(routeId);
        const answer = await call(`${path}?_data=${routeOfLoader}`, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(answer.status).toBe(401);
        expect(answer.headers.get("x-shopify-retry-invalid-session-request")).toBe("1");
      }
    });
  });
});

describe.each(routesOf("public"))("%s", (routeId) => {
  it("answers anybody, and tells nothing of anybody", async () => {
    const answer = await call(pathOf(routeId));
    const text = await answer.text();
    expect(answer.status).toBe(200);
    for (const secret of [...secrets(), mine.domain, connectorId]) expect(text).not.toContain(secret);
  });
});

describe.each(routesOf("nothing"))("%s", (routeId) => {
  it("answers 404 to every method that reads, and 404 or 405 to those that write", async () => {
    await expectNothingWritten(async () => {
      for (const method of ["GET", "HEAD"])
        expect((await call(pathOf(routeId), { method })).status).toBe(404);
      for (const method of ["POST", "PUT", "PATCH", "DELETE"])
        expect([404, 405]).toContain((await call(pathOf(routeId), { method })).status);
    });
  });
});

it("answers a problem at every unknown address under /api", async () => {
  for (const path of [
    "/api",
    "/api/",
    "/api/nothing",
    "/api/sync-health",
    "/api/sync-health/connector",
    "/api/staff",
  ]) {
    await expectProblem(await call(path, { headers: await authorization() }), 404);
    await expectProblem(await call(path, { method: "POST" }), 404);
  }
});

describe("/auth", () => {
  it("lets no shop parameter into a header unlooked at", async () => {
    const answer = await call(
      "/auth/session-token?shop=evil.example%3B%20script-src%20*&shopify-reload=/app",
    );
    await expectProblem(answer, 400);
  });

  it("answers Shopify's bounce page for a shop", async () => {
    const answer = await call(
      `/auth/session-token?shop=${mine.domain}&shopify-reload=${encodeURIComponent("http://localhost:3000/app")}`,
    );
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("app-bridge.js")]);
  });

  it("asks for no shop's domain to sign in", async () => {
    const html = await (await call("/auth/login")).text();
    expect(html).toContain("Open Sync Health from your Shopify admin");
    expect(html).not.toContain("<input");
  });
});
