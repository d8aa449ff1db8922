import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secretBox } from "#app/platform/secrets.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type RunningStaffProvider, startStaffProvider } from "#e2e/support/staff-provider.ts";
import {
  chooseAtProvider,
  createVisitor,
  csrfIn,
  signInAs,
  type Visitor,
} from "#e2e/support/staff-visitor.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";

const appUrl = "http://localhost:3000";
const sessionCookie = "sync-health-staff";
const signInCookie = "sync-health-staff-sign-in";

let database: TestDatabase;
let provider: RunningStaffProvider;
let server: WebServer;

beforeAll(async () => {
  database = await createTestDatabase();
  provider = await startStaffProvider(appUrl);
  server = await startWebServer(provider.environment);
});
afterAll(async () => {
  await server?.stop();
  await provider?.stop();
  await database?.drop();
});

const visit = () => createVisitor(appUrl, server.url);
const jarOf = (visitor: Visitor) => visitor.cookies.get(appUrl) ?? new Map<string, string>();

interface AuditRow {
  actor: string;
  actor_role: string;
  action: string;
  after: { reason?: string } | null;
}
const audit = async (): Promise<AuditRow[]> =>
  (await database.owner.query("SELECT actor, actor_role, action, after FROM audit_log ORDER BY id")).rows;
const countSessions = async (): Promise<number> =>
  (await database.owner.query("SELECT FROM staff_sessions")).rowCount!;

/** The reasons for which people were kept out meanwhile, and that nobody got a session. */
async function refusalsOf(work: () => Promise<void>): Promise<(string | undefined)[]> {
  const [before, sessions] = [(await audit()).length, await countSessions()];
  await work();
  expect(await countSessions()).toBe(sessions);
  return (await audit())
    .slice(before)
    .filter(({ action }) => action === "staff.refused")
    .map(({ after }) => after?.reason);
}

/** What the browser keeps of a sign-in under way, changed by somebody who has our key. */
function changePending(visitor: Visitor, change: object): void {
  const jar = jarOf(visitor);
  const sealed = Buffer.from(jar.get(signInCookie)!, "base64url").toString();
  const pending = { ...JSON.parse(secretBox().decrypt(sealed, "staff sign-in")), ...change };
  const changed = secretBox().encrypt(JSON.stringify(pending), "staff sign-in");
  jar.set(signInCookie, Buffer.from(changed).toString("base64url"));
}

describe("a sign-in", () => {
  it("leads through the provider to the page that was wanted, with a session in a cookie and in the audit", async () => {
    const visitor = visit();
    const asked = await visitor.follow("/staff?q=late");
    expect(asked.url.pathname + asked.url.search).toBe("/staff/sign-in?to=%2Fstaff%3Fq%3Dlate");
    const html = await asked.answer.text();
    expect(html).toContain("/staff/sign-in/start?to=%2Fstaff%3Fq%3Dlate");

    const callback = await chooseAtProvider(visitor, "ada", "/staff?q=late");
    const answer = await visitor.send(callback.href);
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/staff?q=late"]);
    const line = answer.headers.getSetCookie().find((one) => one.startsWith(`${sessionCookie}=`))!;
    expect(line.replace(/=[\w-]{43};/, "=…;")).toBe(
      `${sessionCookie}=…; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200`,
    );
    expect(jarOf(visitor).has(signInCookie)).toBe(false);

    const page = await visitor.send("/staff?q=late");
    expect(await page.text()).toContain("Ada Admin");
    expect((await audit()).at(-1)).toMatchObject({
      actor: "ada@example.com",
      actor_role: "admin",
      action: "staff.signed_in",
    });
    const { rows } = await database.owner.query("SELECT s::text AS row FROM staff_sessions s");
    expect(rows[0].row).not.toContain(jarOf(visitor).get(sessionCookie));
    expect(rows[0].row).not.toContain("eyJ");
    expect(server.lines.join("\n")).not.toContain(callback.searchParams.get("code"));
  });

  it("asks for S256 with a challenge, state and nonce, all new each time", async () => {
    const asked = async () => {
      const answer = await visit().send("/staff/sign-in/start");
      return new URL(answer.headers.get("location")!).searchParams;
    };
    const [one, two] = [await asked(), await asked()];
    expect(Object.fromEntries(one)).toMatchObject({
      response_type: "code",
      code_challenge_method: "S256",
      redirect_uri: `${appUrl}/staff/callback`,
      scope: "openid profile email",
    });
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(one.get(name)).toMatch(/^[\w-]{43}$/);
      expect(one.get(name)).not.toBe(two.get(name));
    }
  });

  it("takes the session before it away: a token that somebody planted opens nothing", async () => {
    const visitor = visit();
    await signInAs(visitor, "sam");
    const first = jarOf(visitor).get(sessionCookie)!;
    await signInAs(visitor, "sam");
    expect(jarOf(visitor).get(sessionCookie)).not.toBe(first);
    const planted = visit();
    jarOf(planted).set(sessionCookie, "x".repeat(43));
    await signInAs(planted, "sam");
    expect(jarOf(planted).get(sessionCookie)).not.toBe("x".repeat(43));
  });

  it.each([
    "https://evil.example/staff",
    "//evil.example/staff",
    "/\\evil.example/staff",
    "/staff/../app",
    "/app",
    "/staff.evil.example",
    "javascript:alert(1)",
    "/staff/sign-in/start",
  ])("leads nowhere else: %s", async (to) => {
    const { url } = await signInAs(visit(), "sam", to);
    expect(url.href).toBe(`${appUrl}/staff`);
  });
});

describe("a sign-in is refused, and that is in the audit,", () => {
  const expectRefused = async (visitor: Visitor, url: string, status: number, words: RegExp) => {
    const answer = await visitor.send(url);
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringMatching(words)]);
    expect(jarOf(visitor).has(sessionCookie)).toBe(false);
  };

  it("with another state", async () => {
    const reasons = await refusalsOf(async () => {
      const visitor = visit();
      const callback = await chooseAtProvider(visitor, "ada");
      callback.searchParams.set("state", "x".repeat(43));
      await expectRefused(visitor, callback.href, 400, /Start again/);
    });
    expect(reasons).toEqual(["sign_in_state"]);
  });

  it.each([
    ["another nonce", { nonce: "x".repeat(43) }, "sign_in_id_token"],
    ["another code verifier", { codeVerifier: "x".repeat(43) }, "sign_in_code"],
    ["a sign-in that took too long", { until: Date.now() - 1 }, "sign_in_not_begun"],
  ])("with %s", async (_, change, reason) => {
    const reasons = await refusalsOf(async () => {
      const visitor = visit();
      const callback = await chooseAtProvider(visitor, "ada");
      changePending(visitor, change);
      await expectRefused(visitor, callback.href, 400, /Start again/);
    });
    expect(reasons).toEqual([reason]);
  });

  it.each([
    ["no cookie", (jar: Map<string, string>) => jar.delete(signInCookie)],
    [
      "a cookie of somebody's own making",
      (jar: Map<string, string>) => jar.set(signInCookie, "eyJzdGF0ZSI6IngifQ"),
    ],
  ])("with %s", async (_, change) => {
    const visitor = visit();
    const callback = await chooseAtProvider(visitor, "ada");
    change(jarOf(visitor));
    await expectRefused(visitor, callback.href, 400, /Start again/);
  });

  it("in a browser that did not begin it", async () => {
    const callback = await chooseAtProvider(visit(), "ada");
    await expectRefused(visit(), callback.href, 400, /Start again/);
    const another = visit();
    await chooseAtProvider(another, "ada");
    await expectRefused(another, callback.href, 400, /Start again/);
  });

  it("with the answer of another issuer", async () => {
    const visitor = visit();
    const callback = await chooseAtProvider(visitor, "ada");
    callback.searchParams.set("iss", "https://evil.example/oidc");
    await expectRefused(visitor, callback.href, 400, /Start again/);
  });

  it("with a code that was used", async () => {
    const reasons = await refusalsOf(async () => {
      const visitor = visit();
      const callback = await chooseAtProvider(visitor, "ada");
      const cookie = jarOf(visitor).get(signInCookie)!;
      await visitor.send(callback.href);
      await database.owner.query(
        "DELETE FROM staff_sessions WHERE last_seen_at = (SELECT max(last_seen_at) FROM staff_sessions)",
      );
      const thief = visit();
      await thief.send("/staff/sign-in");
      jarOf(thief).set(signInCookie, cookie);
      await expectRefused(thief, callback.href, 400, /Start again/);
    });
    expect(reasons).toEqual(["sign_in_code"]);
  });

  it("a second time, even with a new code", async () => {
    const visitor = visit();
    const start = await visitor.send("/staff/sign-in/start");
    const cookie = jarOf(visitor).get(signInCookie)!;
    const authorization = start.headers.get("location")!;
    const choose = async () => {
      const arrived = await visitor.follow(
        authorization,
        {},
        ({ pathname }) => pathname === "/staff/callback",
      );
      if (arrived.url.pathname === "/staff/callback") return arrived.url;
      const body = new URLSearchParams({ sub: "ada" });
      const chosen = await visitor.follow(
        arrived.url.href,
        { method: "POST", body },
        ({ pathname }) => pathname === "/staff/callback",
      );
      return chosen.url;
    };
    expect((await visitor.send((await choose()).href)).status).toBe(302);
    jarOf(visitor).delete(sessionCookie);
    jarOf(visitor).set(signInCookie, cookie);
    const reasons = await refusalsOf(async () =>
      expectRefused(visitor, (await choose()).href, 400, /Start again/),
    );
    expect(reasons).toEqual(["sign_in_repeated"]);
  });

  it("when somebody says no", async () => {
    const visitor = visit();
    const callback = await chooseAtProvider(visitor, "");
    expect(callback.searchParams.get("error")).toBe("access_denied");
    await expectRefused(visitor, callback.href, 403, /not signed in/);
  });

  it("for whoever has no role, who is told whom to ask", async () => {
    const reasons = await refusalsOf(async () => {
      const visitor = visit();
      const callback = await chooseAtProvider(visitor, "noel");
      await expectRefused(visitor, callback.href, 403, /Noel Newcomer.*role/s);
    });
    expect(reasons).toEqual(["no_role"]);
    expect((await audit()).at(-1)).toMatchObject({ after: { subject: "noel" } });
  });
});

describe("a sign-out", () => {
  it("ends the session here and with the provider, and leads to the page that says so", async () => {
    const visitor = visit();
    const { answer } = await signInAs(visitor, "sam");
    const token = jarOf(visitor).get(sessionCookie)!;
    const signedOut = await visitor.send("/staff/sign-out", {
      method: "POST",
      headers: { origin: appUrl },
      body: new URLSearchParams({ csrf: csrfIn(await answer.text()) }),
    });
    expect(jarOf(visitor).has(sessionCookie)).toBe(false);
    const there = await visitor.send(signedOut.headers.get("location")!);
    const html = await there.text();
    const body = new URLSearchParams({ logout: "yes", xsrf: /name="xsrf" value="([^"]+)"/.exec(html)![1]! });
    const done = await visitor.follow(/action="([^"]+)"/.exec(html)![1]!, { method: "POST", body });
    expect(done.url.href).toBe(`${appUrl}/staff/sign-in?state=signed_out`);
    expect(await done.answer.text()).toContain("You are signed out");

    // The provider asks again who it is.
    const again = await visitor.follow("/staff/sign-in/start");
    expect(again.url.pathname).toMatch(/^\/oidc\/interaction\//);
    const reasons = await refusalsOf(async () => {
      const kept = visit();
      await kept.send("/staff/sign-in");
      jarOf(kept).set(sessionCookie, token);
      expect((await kept.send("/staff")).status).toBe(302);
    });
    expect(reasons).toEqual(["session_ended"]);
    expect(await audit()).toContainEqual(
      expect.objectContaining({ action: "staff.signed_out", actor: "sam@example.com" }),
    );
  });
});

describe("headers of staff pages", () => {
  it("let nobody frame or keep them, and run no script but ours", async () => {
    const visitor = visit();
    const { answer } = await signInAs(visitor, "sam");
    const policy = answer.headers.get("content-security-policy")!;
    expect(policy).toMatch(/default-src 'none'; script-src 'self' 'nonce-[\w+/=]+'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("shopify");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-frame-options")).toBe("DENY");
    expect(await answer.text()).not.toContain("app-bridge");
    const data = await visitor.send("/staff?_data=routes%2Fstaff");
    expect([data.status, data.headers.get("cache-control")]).toEqual([200, "no-store"]);
  });
});

it("over https the cookies are bound to this host", async () => {
  const secureUrl = "https://sync-health.example";
  const own = await startStaffProvider(secureUrl);
  const web = await startWebServer({ ...own.environment, SHOPIFY_APP_URL: secureUrl });
  const visitor = createVisitor(secureUrl, web.url);
  const callback = await chooseAtProvider(visitor, "sam");
  const answer = await visitor.send(callback.href);
  for (const line of answer.headers.getSetCookie()) {
    expect(line).toMatch(/^__Host-sync-health-staff(-sign-in)?=/);
    expect(line).toContain("; Path=/; HttpOnly; SameSite=Lax");
    expect(line).toContain("; Secure");
    expect(line).not.toContain("Domain");
  }
  expect((await visitor.send("/staff")).status).toBe(200);
  await web.stop();
  await own.stop();
});

describe("without a provider", () => {
  it("that can be reached, the app starts, says so, and signs people in once it is back", async () => {
    const port = await freePort();
    const first = await startStaffProvider(appUrl, port);
    await first.stop();
    const web = await startWebServer(first.environment);
    const visitor = createVisitor(appUrl, web.url);
    const start = await visitor.send("/staff/sign-in/start?to=%2Fstaff%3Fx");
    expect([start.status, await start.text()]).toEqual([503, expect.stringContaining("cannot be reached")]);
    const token = await first.accessTokenOf("ada");
    const api = await visitor.send("/api/staff/me", { headers: { authorization: `Bearer ${token}` } });
    expect([api.status, api.headers.get("retry-after"), (await api.json()).code]).toEqual([
      503,
      "3",
      "unavailable",
    ]);
    // Nobody has to be asked about that.
    expect(
      (await visitor.send("/api/staff/me", { headers: { authorization: "Bearer nonsense" } })).status,
    ).toBe(401);

    const back = await startStaffProvider(appUrl, port, first.keys);
    await expect
      .poll(async () => (await visitor.send("/staff/sign-in/start")).status, {
        timeout: 10_000,
        interval: 500,
      })
      .toBe(302);
    expect((await signInAs(visitor, "ada")).answer.status).toBe(200);
    const good = await visitor.send("/api/staff/me", { headers: { authorization: `Bearer ${token}` } });
    expect(await good.json()).toEqual({
      subject: "ada",
      name: "Ada Admin",
      email: "ada@example.com",
      role: "admin",
    });
    await web.stop();
    await back.stop();
  });

  it("in the environment, nobody signs in: the pages and the API say so, and the log once", async () => {
    const web = await startWebServer();
    for (const path of [
      "/staff",
      "/staff/sign-in",
      "/staff/sign-in/start",
      "/staff/callback?code=x&state=y",
    ]) {
      const answer = await fetch(web.url + path);
      expect([path, answer.status, await answer.text()]).toEqual([
        path,
        503,
        expect.stringContaining("not configured"),
      ]);
    }
    const api = await fetch(`${web.url}/api/staff/me`);
    expect([api.status, (await api.json()).code]).toEqual([503, "unavailable"]);
    expect(web.lines.filter((line) => line.includes("STAFF_OIDC_ISSUER is not set"))).toHaveLength(1);
    await web.stop();
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}
