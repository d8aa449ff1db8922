import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";

let database: TestDatabase;
let server: WebServer;

beforeAll(async () => {
  database = await createTestDatabase();
  await makeShop(database.owner, { domain: "mine.myshopify.com" });
  server = await startWebServer();
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

interface RawAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A request as it is written, which fetch would tidy up or refuse to send. */
function raw(
  path: string,
  {
    method = "GET",
    headers = {},
    chunks = [],
    agent = false,
  }: {
    method?: string;
    headers?: http.OutgoingHttpHeaders;
    chunks?: Iterable<Buffer>;
    agent?: http.Agent | false;
  } = {},
) {
  return new Promise<RawAnswer>((answered, failed) => {
    const { hostname, port } = new URL(server.url);
    const request = http.request({ hostname, port, path, method, headers, agent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () =>
        answered({
          status: answer.statusCode!,
          headers: answer.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    request.on("error", failed);
    for (const chunk of chunks) request.write(chunk);
    request.end();
  });
}

const problem = (answer: RawAnswer) => [
  answer.status,
  answer.headers["content-type"],
  JSON.parse(answer.body).status,
];
const expected = (status: number) => [status, "application/problem+json", status];
const tenMegabytes = Array.from({ length: 10 }, () => Buffer.alloc(1_048_576, "x"));

describe("what no route could read", () => {
  it.each(["/%", "/%zz", "/api/%E0%A4%A", "/app/%c0%af", "/assets/%", "/%00", "/a%00b?x=1"])(
    "answers 400 to the address %s",
    async (path) => {
      expect(problem(await raw(path))).toEqual(expected(400));
    },
  );

  it("answers 400 to an address or a host that is none", async () => {
    expect(problem(await raw("*", { method: "OPTIONS" }))).toEqual(expected(400));
    expect((await raw("/healthz", { headers: { host: "a b" } })).status).toBe(400);
    expect((await raw("/healthz", { headers: { host: "[" } })).status).toBe(400);
  });

  it.each([
    ["x-forwarded-proto", "X-Injected: 1"],
    ["x-forwarded-proto", "%00"],
    ["x-forwarded-host", "app.example.com:99999"],
    ["x-forwarded-host", "app.example.com:-1"],
    ["x-forwarded-host", "../../auth/login"],
    ["x-forwarded-host", "app.example.com/auth/login?x="],
    ["x-forwarded-host", "me@app.example.com"],
    ["origin", "nonsense"],
    ["origin", ""],
  ])("answers 400 to %s: %s", async (name, value) => {
    for (const path of ["/api/openapi.json", "/auth/login", "/assets/x.js"])
      for (const method of ["GET", "POST"])
        expect(problem(await raw(path, { method, headers: { [name]: value } }))).toEqual(expected(400));
  });

  it.each(["TRACE", "PROPFIND", "SEARCH", "PURGE", "LINK"])(
    "answers 405 with Allow to %s",
    async (method) => {
      for (const path of ["/", "/app", "/api/sync-health/summary", "/healthz", "/assets/x.js"]) {
        const answer = await raw(path, { method });
        expect(problem(answer)).toEqual(expected(405));
        expect(answer.headers.allow).toContain("GET");
      }
    },
  );

  it("answers 400 to a method that is no word", async () => {
    const answer = await new Promise<string>((answered) => {
      const { hostname, port } = new URL(server.url);
      const request = http.request({ hostname, port, agent: false });
      request.on("socket", (socket) => {
        let text = "";
        socket.on("data", (part) => {
          text += part;
        });
        socket.on("close", () => answered(text));
        socket.write("N0NSENSE! / HTTP/1.1\r\n\r\n");
      });
      request.on("error", () => undefined);
    });
    expect(answer).toContain("400 Bad Request");
  });
});

describe("a body of 10 MB", () => {
  it("is refused by its length, everywhere", async () => {
    for (const path of [
      "/",
      "/app",
      "/healthz",
      "/api/nothing",
      "/api/ingest/sync-runs",
      "/webhooks/compliance",
    ]) {
      const answer = await raw(path, {
        method: "POST",
        headers: { "content-length": 10 * 1_048_576 },
        chunks: tenMegabytes,
      });
      expect(problem(answer)).toEqual(expected(413));
    }
  });

  it("is refused as it comes when it is chunked, where it is read", async () => {
    for (const path of ["/api/ingest/sync-runs", "/webhooks/compliance"]) {
      const answer = await raw(path, {
        method: "POST",
        // Without a signature a webhook's body is not even read.
        headers: { "content-type": "application/json", "x-shopify-hmac-sha256": "x" },
        chunks: tenMegabytes,
      });
      expect(problem(answer)).toEqual(expected(413));
    }
  });

  it("is not waited for where it is not read", async () => {
    const answer = await raw("/api/sync-health/summary", { method: "POST", chunks: tenMegabytes });
    expect(answer.status).toBe(405);
  });
});

it("does not keep the next request on a connection waiting for a body that nobody read", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const startedAt = performance.now();
    for (const path of ["/api/sync-health/summary", "/webhooks/compliance", "/nowhere", "/healthz"]) {
      for (const chunks of [[Buffer.alloc(1_000_000, "x")], tenMegabytes])
        expect((await raw(path, { method: "POST", chunks, agent })).status).toBeGreaterThan(399);
      expect((await raw("/healthz", { agent })).status).toBe(200);
    }
    // Node gives up a kept connection after five seconds.
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  } finally {
    agent.destroy();
  }
});

describe("Remix' own parameter for a page's data", () => {
  it("means nothing to the API, to webhooks and to probes", async () => {
    const headers = { authorization: `Bearer ${await mintSessionToken("mine.myshopify.com")}` };
    for (const value of ["nonsense", "routes%2Fhealthz", "routes%2Fapi.sync-health.incidents._index", ""]) {
      expect((await raw(`/api/sync-health/summary?_data=${value}`, { headers })).status).toBe(200);
      expect((await raw(`/healthz?a=b&_data=${value}`)).body).toBe('{"status":"ok"}');
      const refused = await raw(`/api/sync-health/incidents?%5Fdata=${value}&limit=0`, { headers });
      expect(problem(refused)).toEqual(expected(422));
    }
  });

  it("is refused at a page that has no such data, which is no failure of ours", async () => {
    const failures = () => server.lines.filter((line) => line.includes('"a request failed"')).length;
    const before = failures();
    expect((await raw("/auth/login?_data=nonsense")).status).toBe(403);
    expect(failures()).toBe(before);
  });
});

it("says with each 405 what is allowed, and none of what is nowhere", async () => {
  for (const path of ["/app/backfills", "/app/support", "/readyz", "/api/openapi.json"]) {
    const answer = await raw(path, { method: "DELETE" });
    expect([path, answer.status, answer.headers.allow]).toEqual([
      path,
      405,
      expect.stringContaining("GET, HEAD"),
    ]);
  }
  expect((await raw("/nowhere", { method: "DELETE" })).status).toBe(404);
});

describe("every answer", () => {
  it("has an id: the caller's if it is sane, and the log's", async () => {
    const given = await raw("/healthz", { headers: { "x-request-id": "mine-1" } });
    expect(given.headers["x-request-id"]).toBe("mine-1");
    const made = await raw("/healthz", { headers: { "x-request-id": "not sane {}" } });
    expect(made.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    const inLog = `"requestId":"${made.headers["x-request-id"]}"`;
    await vi.waitFor(() => expect(server.lines.some((line) => line.includes(inLog))).toBe(true));
  });

  it("carries each security header once and does not name the server", async () => {
    for (const path of ["/healthz", "/api/sync-health/summary", "/auth/login", "/nowhere", "/%"]) {
      const { headers } = await raw(path);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toMatch(/^(no-referrer|strict-origin)$/);
      expect(headers["x-powered-by"]).toBeUndefined();
      expect(headers["strict-transport-security"]).toBeUndefined();
      expect(headers["set-cookie"]).toBeUndefined();
    }
  });

  it("is a line in the log, with the shop and without tokens", async () => {
    const token = await mintSessionToken("mine.myshopify.com");
    await raw(`/app?shop=mine.myshopify.com&id_token=${token}&embedded=1`);
    await raw("/api/sync-health/summary", { headers: { authorization: `Bearer ${token}` } });
    const forged = `${token.slice(0, -4)}AAAA`;
    await raw("/api/sync-health/summary", { headers: { authorization: `Bearer ${forged}` } });
    await vi.waitFor(() =>
      expect(server.lines.some((line) => line.includes('"reason":"signature"'))).toBe(true),
    );
    const log = server.lines.join("\n");
    expect(log).toContain("id_token=[redacted]");
    expect(log).toContain('"path":"/api/sync-health/summary","status":200');
    expect(log).toContain('"shop":"mine.myshopify.com"');
    for (const part of token.split(".").slice(0, 2)) expect(log).not.toContain(part);
    for (const line of server.lines) expect(() => JSON.parse(line), line).not.toThrow();
  });
});

it("says once at boot which alert channels are off", () => {
  for (const name of ["SLACK_DQ_WEBHOOK_URL", "PAGERDUTY_DQ_ROUTING_KEY"]) {
    expect(server.lines.filter((line) => line.includes(name))).toHaveLength(1);
  }
});

it("lets assets be kept for ever, and compresses", async () => {
  const { body } = await raw("/auth/login");
  const asset = /\/assets\/[\w.-]+\.js/.exec(body)![0];
  const { status, headers } = await raw(asset, { headers: { "accept-encoding": "gzip" } });
  expect([status, headers["cache-control"], headers["content-encoding"]]).toEqual([
    200,
    "public, max-age=31536000, immutable",
    "gzip",
  ]);
  expect((await raw("/assets/missing.js")).status).toBe(404);
});

describe("/readyz", () => {
  it("is 200 while database and queue answer", async () => {
    const { status, body } = await raw("/readyz");
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { status: "ready", database: "ok", queue: "ok", clock: "ok" },
    ]);
  });

  it("is 503, and names the queue, when the queue's schema is missing; /healthz stays 200", async () => {
    await database.owner.query("ALTER SCHEMA graphile_worker RENAME TO gone");
    try {
      const { status, body } = await raw("/readyz");
      expect([status, JSON.parse(body)]).toEqual([
        503,
        { status: "unavailable", database: "ok", queue: "unavailable", clock: "ok" },
      ]);
      expect((await raw("/healthz")).status).toBe(200);
    } finally {
      await database.owner.query("ALTER SCHEMA gone RENAME TO graphile_worker");
    }
  });
});

it("counts a shop's writes: 60 a minute, then 429 with Retry-After, and its reads go on", async () => {
  await makeShop(database.owner, { domain: "busy.myshopify.com" });
  const headers = { authorization: `Bearer ${await mintSessionToken("busy.myshopify.com")}` };
  const path = "/api/sync-health/incidents/00000000-0000-4000-8000-000000000000/acknowledge";
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async () => (await raw(path, { method: "POST", headers })).status),
  );
  expect(new Set(statuses)).toEqual(new Set([404]));
  const answer = await raw(path, { method: "POST", headers });
  expect(problem(answer)).toEqual(expected(429));
  expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  expect((await raw("/api/sync-health/incidents", { headers })).status).toBe(200);
  const other = { authorization: `Bearer ${await mintSessionToken("mine.myshopify.com")}` };
  expect((await raw(path, { method: "POST", headers: other })).status).toBe(404);
});

it("answers 503 with Retry-After while the database is away, and recovers", async () => {
  const headers = { authorization: `Bearer ${await mintSessionToken("mine.myshopify.com")}` };
  const ask = () => raw("/api/sync-health/summary", { headers });
  const name = new URL(database.appUrl).pathname.slice(1);
  expect((await ask()).status).toBe(200);
  await database.owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT 0`);
  await database.owner.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  try {
    const away = await ask();
    expect(problem(away)).toEqual(expected(503));
    expect(away.headers["retry-after"]).toBe("5");
    expect((await raw("/readyz")).status).toBe(503);
    expect((await raw("/healthz")).status).toBe(200);
  } finally {
    await database.owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
  }
  expect((await ask()).status).toBe(200);
});

describe("the process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("ends by itself on %s", async (signal) => {
    const own = await startWebServer();
    expect(await (await fetch(`${own.url}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await own.stop(signal)).toBe(0);
    // The log writes in the background, and what it still holds at the end may come out of order.
    expect(own.lines.some((line) => line.includes('"stopped"'))).toBe(true);
  });

  it("answers what it has begun before it ends", async () => {
    const own = await startWebServer();
    const { hostname, port } = new URL(own.url);
    const request = http.request({
      hostname,
      port,
      path: "/webhooks/compliance",
      method: "POST",
      headers: { "x-shopify-hmac-sha256": "x" },
      agent: false,
    });
    request.write("{");
    await new Promise((connected) => setTimeout(connected, 200));
    const exit = own.stop();
    await new Promise((stopping) => setTimeout(stopping, 200));
    request.end("}");
    const [answer] = (await once(request, "response")) as [http.IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(401);
    expect(await exit).toBe(0);
  });

  it.each([
    ["a variable is missing", { SHOPIFY_API_SECRET: "" }, "SHOPIFY_API_SECRET is not set"],
    ["a variable is bad", { APP_ENCRYPTION_KEY: "short" }, "APP_ENCRYPTION_KEY must be 32 random bytes"],
    ["the port is no port", { PORT: "eighty" }, "PORT"],
  ])("does not start when %s, and says so", async (_, environment, words) => {
    await expect(startWebServer(environment)).rejects.toThrow(words);
  });

  it("does not start on a role that looks past row-level security", async () => {
    await expect(startWebServer({ DATABASE_URL: database.ownerUrl })).rejects.toThrow(
      "bypass row-level security",
    );
  });

  it("does not start without its database, and says which variable names it", async () => {
    const DATABASE_URL = "postgresql://app:hunter2@127.0.0.1:1/sync_health";
    const refusal = await startWebServer({ DATABASE_URL }).catch(String);
    expect(refusal).toContain(
      "DATABASE_URL's database cannot be used: Can't reach database server at 127.0.0.1:1",
    );
    expect(refusal).not.toContain("hunter2");
  });

  it("does not start on a port that is taken", async () => {
    await expect(startWebServer({ PORT: new URL(server.url).port })).rejects.toThrow("EADDRINUSE");
  });

  it("sends Strict-Transport-Security when its address is https", async () => {
    const own = await startWebServer({ SHOPIFY_APP_URL: "https://app.example.com" });
    const { headers } = await fetch(`${own.url}/healthz`);
    expect(headers.get("strict-transport-security")).toContain("max-age=31536000");
    await own.stop();
  });
});

it("prints only JSON when it is started by hand without an environment", async () => {
  const child = spawn(process.execPath, ["app/server.ts"], {
    env: { PATH: process.env.PATH, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part) => {
      printed += part;
    });
  }
  const [code] = await once(child, "exit");
  expect(code).toBe(1);
  const { level, msg } = JSON.parse(printed);
  expect([level, msg]).toEqual([60, expect.stringContaining("DATABASE_URL is not set")]);
});
