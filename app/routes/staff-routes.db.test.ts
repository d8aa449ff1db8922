import type { ServerBuild } from "@remix-run/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Shop } from "#app/modules/shops/shop.ts";
import { mayAct, type StaffRole } from "#app/modules/staff/staff.ts";
import { operations } from "#app/openapi.ts";
import { arrangeStaffTools, startAirbyte } from "#e2e/support/arrange-staff-tools.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { type StaffAnchor, type StaffDoor, staffDoors } from "#e2e/support/staff-doors.ts";
import { type RunningStaffProvider, startStaffProvider } from "#e2e/support/staff-provider.ts";
import { forgeStaffTokens } from "#e2e/support/staff-tokens.ts";
import { createVisitor, csrfIn, signInAs } from "#e2e/support/staff-visitor.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";

const appUrl = "http://localhost:3000";
const nobody = "00000000-0000-4000-8000-000000000000";

let database: TestDatabase;
let build: ServerBuild;
let provider: RunningStaffProvider;
let other: RunningStaffProvider;
let airbyte: Awaited<ReturnType<typeof startAirbyte>>;
let server: WebServer;
let shop: Shop;
let anchors: Record<StaffAnchor, string>;
/** Sessions by who has them, and what is over. */
let cookies: Record<"support" | "admin" | "idle" | "expired" | "unknown", string>;
let csrf: Record<StaffRole, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  const bundle = new URL("../../build/server/index.js", import.meta.url);
  build = await import(/* @vite-ignore */ bundle.href).catch((error: unknown) => {
    throw new Error(`These tests need the build: npm run build. ${error}`);
  });
  provider = await startStaffProvider(appUrl);
  other = await startStaffProvider(appUrl);
  airbyte = await startAirbyte();
  server = await startWebServer({ ...provider.environment, ...airbyte.environment });
  const { owner } = database;
  shop = await makeShop(owner, { domain: "mine.myshopify.com", checkedAt: new Date() });
  const connector = (await makeConnector(owner, shop.id, "klaviyo", { lastSucceededAt: new Date() })).id;
  const synced = await makeConnector(owner, shop.id, "ga4", {
    engine: "airbyte",
    lastSucceededAt: new Date(),
  });
  const { rows } = await owner.query(
    `INSERT INTO dq_incidents (shop_id, connector_id, check_name, status, severity, title, detail, opened_at)
     VALUES ($1, $2, 'freshness', 'open', 'high', 'Late', 'It is late.', now()) RETURNING id`,
    [shop.id, connector],
  );
  // Not synced for a day: it blocks the dashboards that it feeds.
  await makeConnector(owner, shop.id, "shopify_orders", {
    lastSucceededAt: new Date(Date.now() - 86_400_000),
  });
  const waiting = (await makeConnector(owner, shop.id, "postscript")).id;
  const backfill = await owner.query(
    `INSERT INTO backfill_jobs (shop_id, connector_id, source, status, reason, start_day, end_day, requested_by, requested_role)
     VALUES ($1, $2, 'postscript', 'needs_operator', 'no_way_to_backfill', '2026-11-01', '2026-11-02', 'm', 'merchant') RETURNING id`,
    [shop.id, waiting],
  );
  const window = await owner.query(
    `INSERT INTO maintenance_windows (shop_id, starts_at, ends_at, reason, created_by)
     VALUES ($1, now(), now() + interval '2 hours', 'Moving', 'ada') RETURNING id`,
    [shop.id],
  );
  const lift = await owner.query(
    `INSERT INTO dashboard_lifts (shop_id, dashboard, reason, created_by, expires_at)
     VALUES ($1, 'traffic', 'Seen', 'ada', now() + interval '2 hours') RETURNING id`,
    [shop.id],
  );
  anchors = {
    ...(await arrangeStaffTools(owner, airbyte, shop.id, synced.connectionId!)),
    backfill: backfill.rows[0].id,
    maintenanceWindow: window.rows[0].id,
    lift: lift.rows[0].id,
    shop: shop.domain,
    connector,
    syncedConnector: synced.id,
    incident: rows[0].id,
    nothing: nobody,
  };
  const support = await open("sam");
  const admin = await open("ada");
  const idle = await open("ada", "last_seen_at = now() - interval '31 minutes'");
  const expired = await open("ada", "signed_in_at = now() - interval '13 hours'");
  csrf = { support: support.csrf, admin: admin.csrf };
  cookies = {
    support: support.cookie,
    admin: admin.cookie,
    idle: idle.cookie,
    expired: expired.cookie,
    unknown: `sync-health-staff=${"x".repeat(43)}`,
  };
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([provider?.stop(), other?.stop(), airbyte?.stop()]);
  await database?.drop();
});

/** A session, through the provider; and then made older than it is. */
async function open(sub: string, change?: string): Promise<{ cookie: string; csrf: string }> {
  const visitor = createVisitor(appUrl, server.url);
  const { answer } = await signInAs(visitor, sub);
  if (change)
    await database.owner.query(
      `UPDATE staff_sessions SET ${change} WHERE signed_in_at = (SELECT max(signed_in_at) FROM staff_sessions)`,
    );
  const token = visitor.cookies.get(appUrl)!.get("sync-health-staff");
  return { cookie: `sync-health-staff=${token}`, csrf: csrfIn(await answer.text()) };
}

const doorsOf = <Kind extends StaffDoor["door"]>(kind: Kind) =>
  Object.entries(staffDoors).flatMap(([id, door]) =>
    door.door === kind ? [[id, door as Extract<StaffDoor, { door: Kind }>] as const] : [],
  );

function patternOf(routeId: string): string {
  const route = build.routes[routeId]!;
  const parent = route.parentId ? patternOf(route.parentId) : "";
  return [parent, route.path].filter(Boolean).join("/");
}

function pathOf(routeId: string, params: Record<string, StaffAnchor> = {}): string {
  const filled = patternOf(routeId).replaceAll(/:(\w+)/g, (_, name) => anchors[params[name] ?? "nothing"]);
  return `/${filled.replace("*", "nowhere")}`;
}

interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
}

let callers = 0;
/** Each from an address of its own: refusals of the same kind are counted apart. */
function call(path: string, { method = "GET", headers = {}, body }: Call = {}): Promise<Response> {
  callers += 1;
  const caller = `198.51.${callers >> 8}.${callers & 255}`;
  return fetch(server.url + path, {
    method,
    headers: { "x-forwarded-for": caller, ...headers },
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  });
}

/** How many rows each table holds but the audit; what the server counts of itself apart. */
async function countRows(): Promise<string> {
  const { rows: tables } = await database.owner.query(
    "SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ('metric_totals', 'audit_log') ORDER BY 1",
  );
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS n FROM "${name}"`);
  const { rows } = await database.owner.query(counts.join(" UNION ALL "));
  return JSON.stringify(rows);
}

async function audited(): Promise<{ action: string; reason: string; target: string; actor: string }[]> {
  const { rows } = await database.owner.query(
    "SELECT action, after->>'reason' AS reason, target, actor FROM audit_log ORDER BY id",
  );
  return rows;
}

/** That an attempt changes nothing, and leaves one row in the audit that says why it was refused. */
async function expectRefused(
  what: string,
  reason: string,
  path: string,
  attempt: Call,
  check: (answer: Response, text: string) => void,
): Promise<void> {
  const [rows, before] = [await countRows(), (await audited()).length];
  const answer = await call(path, attempt);
  const text = await answer.text();
  check(answer, text);
  expect([what, await countRows()]).toEqual([what, rows]);
  const target = path.split("?")[0];
  expect([what, (await audited()).slice(before)]).toEqual([
    what,
    [{ action: "staff.refused", reason, target, actor: expect.any(String) }],
  ]);
  for (const secret of ["eyJ", "node_modules", "    at ", process.env.APP_ENCRYPTION_KEY!])
    expect(text).not.toContain(secret);
}

const leadsToSignIn = (answer: Response) => {
  expect([302, 204]).toContain(answer.status);
  const location = answer.headers.get("location") ?? answer.headers.get("x-remix-redirect");
  expect(location).toMatch(/^\/staff\/sign-in\?to=%2Fstaff/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
};

/** Whoever comes without a session of their own, and as what they are refused. */
const strangers = async (): Promise<[what: string, reason: string, headers: Record<string, string>][]> => [
  ["no session", "no_session", {}],
  ["a merchant's token", "token_on_page", { authorization: `Bearer ${await mintSessionToken(shop.domain)}` }],
  [
    "an access token of staff",
    "token_on_page",
    { authorization: `Bearer ${await provider.accessTokenOf("ada")}` },
  ],
  ["a session of nobody", "unknown_session", { cookie: cookies.unknown }],
  ["an idle session", "session_idle", { cookie: cookies.idle }],
  ["an expired session", "session_expired", { cookie: cookies.expired }],
  [
    "an expired session and a merchant's token",
    "session_expired",
    { cookie: cookies.expired, authorization: `Bearer ${await mintSessionToken(shop.domain)}` },
  ],
];

it("knows every route under /staff and /api/staff", () => {
  const routes = Object.keys(build.routes).filter((id) => /^routes\/(api\.)?staff/.test(id));
  expect(Object.keys(staffDoors).sort()).toEqual(routes.sort());
});

describe.each(doorsOf("page"))("%s", (routeId, { role = "support", params, query = "", form }) => {
  const path = () => pathOf(routeId, params) + query;
  const asData = () => `${path()}${query ? "&" : "?"}_data=${encodeURIComponent(routeId)}`;

  it("sends whoever has no live session to the sign-in, and notes it", async () => {
    for (const [what, reason, headers] of await strangers())
      for (const address of [path(), asData()])
        await expectRefused(what, reason, address, { headers }, leadsToSignIn);
  });

  it("takes no token from the address, nor hands one on", async () => {
    const token = await mintSessionToken(shop.domain);
    const address = `${path()}${query ? "&" : "?"}id_token=${token}&shop=${shop.domain}`;
    await expectRefused("a token", "token_on_page", address, {}, (answer) => {
      leadsToSignIn(answer);
      expect(answer.headers.get("location")).not.toContain("id_token");
    });
  });

  it.runIf(role === "admin")("is for admins: support is told so, and it is noted", async () => {
    for (const address of [path(), asData()])
      await expectRefused("support", "role", address, { headers: { cookie: cookies.support } }, (answer) =>
        expect(answer.status).toBe(403),
      );
  });

  it("answers whoever may see it, and nobody keeps or frames the answer", async () => {
    for (const who of ["support", "admin"] as const) {
      if (!mayAct(who, role)) continue;
      const answer = await call(path(), { headers: { cookie: cookies[who] } });
      expect(answer.status).toBe(routeId.endsWith("$") ? 404 : 200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      if (answer.headers.get("content-type")?.startsWith("text/html"))
        expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    }
  });

  it.runIf(form)("has a form that nobody else can send", async () => {
    await expectOnlyOwnForm(() => path(), form!.role ?? role, form!.fields);
  });
});

describe.each(doorsOf("form"))("%s", (routeId, { role = "support", fields }) => {
  it("is a form that nobody else can send", async () => {
    await expectOnlyOwnForm(() => pathOf(routeId), role, fields);
  });
});

/** The form is refused from strangers, from other sites, without the session's token, and from too small a role. */
async function expectOnlyOwnForm(
  path: () => string,
  role: StaffRole,
  fields: Record<string, string>,
): Promise<void> {
  const send = (headers: Record<string, string>, token?: string): Call => ({
    method: "POST",
    headers: { origin: appUrl, ...headers },
    body: new URLSearchParams({ ...fields, ...(token === undefined ? {} : { csrf: token }) }),
  });
  for (const [what, reason, headers] of await strangers())
    await expectRefused(what, reason, path(), send(headers, csrf[role]), leadsToSignIn);

  const cookie = { cookie: cookies[role] };
  const isForbidden = (answer: Response) => expect(answer.status).toBe(403);
  const another = csrf[role === "admin" ? "support" : "admin"];
  for (const [what, reason, attempt] of [
    ["no token", "csrf", send(cookie)],
    ["an empty token", "csrf", send(cookie, "")],
    ["another session's token", "csrf", send(cookie, another)],
    ["a token that is longer", "csrf", send(cookie, `${csrf[role]}x`)],
    ["another origin", "origin", send({ ...cookie, origin: "https://evil.example" }, csrf[role])],
    ["an origin that begins like ours", "origin", send({ ...cookie, origin: `${appUrl}1` }, csrf[role])],
    ["the origin null", "origin", send({ ...cookie, origin: "null" }, csrf[role])],
  ] as const)
    await expectRefused(what, reason, path(), attempt, isForbidden);
  const { origin: _, ...withoutOrigin } = send(cookie, csrf[role]).headers!;
  await expectRefused(
    "no origin",
    "origin",
    path(),
    { ...send(cookie, csrf[role]), headers: withoutOrigin },
    isForbidden,
  );

  if (role === "admin")
    await expectRefused(
      "support",
      "role",
      path(),
      send({ cookie: cookies.support }, csrf.support),
      isForbidden,
    );
}

describe.each(doorsOf("api"))("%s", (routeId, { method, role = "support", params, query = "", body }) => {
  const path = () => pathOf(routeId, params) + query;
  const send = (headers: Record<string, string>): Call => ({
    method,
    headers: { ...(body ? { "content-type": "application/json" } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const expectProblem = (status: number) => (answer: Response, text: string) => {
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    expect(JSON.parse(text)).toMatchObject({
      status,
      code: status === 401 ? "unauthenticated" : "forbidden",
      requestId: answer.headers.get("x-request-id"),
    });
    expect(answer.headers.get("www-authenticate")).toBe(status === 401 ? "Bearer" : null);
  };

  it("refuses every forged token, and notes it", async () => {
    for (const [what, forged] of Object.entries(await forgeStaffTokens(provider, other, shop.domain)))
      await expectRefused(
        what,
        forged.reason,
        path(),
        send({ authorization: `Bearer ${forged.token}` }),
        expectProblem(forged.status),
      );
  });

  it("takes a token from nowhere else, and no session of the pages", async () => {
    const token = await provider.accessTokenOf("ada");
    const inAddress = `${path()}${query ? "&" : "?"}access_token=${token}&id_token=${token}`;
    for (const [what, address, headers] of [
      ["nothing", path(), {}],
      ["a session", path(), { cookie: cookies.admin }],
      ["a bare token", path(), { authorization: token }],
      ["another scheme", path(), { authorization: `Basic ${token}` }],
      ["a token in the address", inAddress, {}],
    ] as const)
      await expectRefused(what, "no_token", address, send(headers), expectProblem(401));
  });

  it.runIf(role === "admin")("is for admins, and notes whoever is not", async () => {
    const authorization = `Bearer ${await provider.accessTokenOf("sam")}`;
    await expectRefused("support", "role", path(), send({ authorization }), expectProblem(403));
  });

  it("answers whoever may call it", async () => {
    const authorization = `Bearer ${await provider.accessTokenOf(role === "admin" ? "ada" : "sam")}`;
    const answer = await call(path(), send({ authorization }));
    const text = await answer.text();
    const pattern = `/${patternOf(routeId).replaceAll(/:(\w+)/g, "{$1}")}`;
    const operation = operations.find((one) => one.path === pattern && one.method === method.toLowerCase());
    expect(operation?.security).toBe("staffToken");
    expect(answer.status, text).toBe(operation!.answer.status);
    expect(operation!.answer.schema.safeParse(JSON.parse(text)).error).toBeUndefined();
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("answers 405 with Allow to other methods", async () => {
    const authorization = `Bearer ${await provider.accessTokenOf("ada")}`;
    for (const another of ["GET", "POST", "PUT", "DELETE"].filter((one) => one !== method)) {
      const answer = await call(path(), { method: another, headers: { authorization } });
      expect([another, answer.status]).toEqual([another, 405]);
      expect(answer.headers.get("allow")).toContain(method);
    }
  });
});

describe.each(doorsOf("entry"))("%s", (routeId) => {
  it("tells nobody anything, and sets no session", async () => {
    const answer = await call(pathOf(routeId));
    const text = await answer.text();
    expect([200, 302, 400]).toContain(answer.status);
    expect(answer.headers.getSetCookie().filter((line) => /staff=[^;]/.test(line))).toEqual([]);
    for (const secret of [shop.domain, provider.keys.clientSecret, "eyJ"]) expect(text).not.toContain(secret);
  });
});

describe("a flood of refusals", () => {
  it("leaves one row a minute for the same reason and caller", async () => {
    const before = (await audited()).length;
    for (let attempt = 0; attempt < 20; attempt += 1)
      await fetch(`${server.url}/staff`, { redirect: "manual", headers: { "x-forwarded-for": "192.0.2.1" } });
    expect((await audited()).length - before).toBe(1);
  });
});
