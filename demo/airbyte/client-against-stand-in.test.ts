import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAirbyteClient } from "#app/integrations/airbyte/client.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import { type AirbyteStandIn, type SeededConnection, startAirbyteStandIn } from "./stand-in.ts";

const clientSecret = "very-secret-indeed";
const workspaceId = "5f1c0a52-3c1f-4c0e-9a47-0d1f5a3b1c01";
const longAgo = new Date("2020-01-01T00:00:00Z");
let standIn: AirbyteStandIn;
let shopify: SeededConnection;
let clock: Date;

const clientFor = (apiUrl: string, more: Partial<Parameters<typeof createAirbyteClient>[0]> = {}) =>
  createAirbyteClient({
    apiUrl,
    clientId: "id",
    clientSecret,
    requestsPerSecond: 1_000,
    now: () => clock,
    ...more,
  });

const refusal = (promise: Promise<unknown>): Promise<AirbyteError> =>
  promise.then(
    () => Promise.reject(new Error("should have been refused")),
    (error: unknown) => {
      expect(error).toBeInstanceOf(AirbyteError);
      const text = `${(error as Error).stack} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
      for (const secret of [clientSecret, "standin.", "hunter2"]) expect(text).not.toContain(secret);
      return error as AirbyteError;
    },
  );

beforeEach(async () => {
  clock = new Date("2026-11-20T10:00:00Z");
  standIn = await startAirbyteStandIn({
    clientId: "id",
    clientSecret,
    warehouse: null,
    now: () => clock,
    pace: { tickMs: 60_000, pendingMs: 5, syncMs: 60 },
  });
  const seeded = standIn.seedWorkspace({
    workspaceId,
    name: "Demo",
    shopDomain: "demo.myshopify.com",
    connections: [{ kind: "shopify" }, { kind: "recharge" }],
  });
  shopify = seeded.connections[0]!;
});
afterEach(() => standIn.stop());

const seedJobs = (count: number) =>
  standIn.history(
    shopify.connectionId,
    Array.from({ length: count }, (_, n) => {
      const startedAt = new Date(clock.getTime() - (count - n) * 900_000);
      return {
        status: "succeeded" as const,
        startedAt,
        endedAt: new Date(startedAt.getTime() + 60_000),
        rows: n,
      };
    }),
  );

describe("Airbyte client against the stand-in", () => {
  it("reads connections, sources and jobs", async () => {
    const client = clientFor(standIn.url);
    const connections = await client.listConnections(workspaceId);
    expect(connections.map((each) => each.name)).toEqual(["Shopify → Warehouse", "Recharge → Warehouse"]);
    expect(await client.getSource(shopify.sourceId)).toMatchObject({
      name: "Shopify",
      sourceType: "shopify",
    });
    const [job] = seedJobs(1);
    expect(await client.getJob(String(job?.jobId))).toMatchObject({
      status: "succeeded",
      rowsSynced: 0,
      lastUpdatedAt: job?.updatedAt,
      createdAt: job?.createdAt,
    });
  });

  it("reads 250 jobs in three pages, each once, latest first", async () => {
    seedJobs(250);
    const jobs = await clientFor(standIn.url).listJobs({ workspaceId, updatedAtStart: longAgo });
    expect(new Set(jobs.map((job) => job.jobId)).size).toBe(250);
    expect(jobs[0]?.rowsSynced).toBe(249);
    expect(standIn.requests().filter((line) => line.startsWith("GET /jobs"))).toHaveLength(3);
  });

  it("asks only for what is new", async () => {
    seedJobs(50);
    expect(
      await clientFor(standIn.url).listJobs({
        workspaceId,
        updatedAtStart: new Date(clock.getTime() - 3_600_000),
      }),
    ).toHaveLength(4);
  });

  it("shares one token between calls, and renews it 30 s before its end", async () => {
    const client = clientFor(standIn.url);
    const tokenRequests = () =>
      standIn.requests().filter((line) => line.includes("/applications/token")).length;
    await Promise.all([
      client.listConnections(workspaceId),
      client.listConnections(workspaceId),
      client.getSource(shopify.sourceId),
    ]);
    expect(tokenRequests()).toBe(1);
    clock = new Date(clock.getTime() + 869_000);
    await client.listConnections(workspaceId);
    expect(tokenRequests()).toBe(1);
    clock = new Date(clock.getTime() + 2_000);
    await client.listConnections(workspaceId);
    expect(tokenRequests()).toBe(2);
  });

  it("takes a new token when one ends before its time, and gives up after one try", async () => {
    const client = clientFor(standIn.url);
    await client.listConnections(workspaceId);
    standIn.expireTokens();
    await expect(client.listConnections(workspaceId)).resolves.toHaveLength(2);
    standIn.answerWith("unauthorized");
    expect(await refusal(client.listConnections(workspaceId))).toMatchObject({
      kind: "unauthorized",
      retry: "never",
      status: 401,
    });
  });

  it("says that credentials are wrong", async () => {
    expect(
      await refusal(clientFor(standIn.url, { clientSecret: "wrong" }).listConnections(workspaceId)),
    ).toMatchObject({ kind: "unauthorized", retry: "never" });
  });

  it.each([
    ["server_error", "unreachable", "backoff", 500],
    ["bad_gateway_html", "unreachable", "backoff", 502],
    ["truncated", "unreachable", "backoff", 200],
    ["hang", "unreachable", "backoff", null],
    ["refused", "unreachable", "backoff", null],
  ] as const)("%s is %s", async (fault, kind, retry, status) => {
    const client = clientFor(standIn.url, { timeoutMs: 300 });
    standIn.answerWith(fault);
    expect(await refusal(client.listConnections(workspaceId))).toMatchObject({ kind, retry, status });
    standIn.answerWith(null);
    await expect(client.listConnections(workspaceId)).resolves.toHaveLength(2);
  });

  it("waits as long as it is told when throttled, without asking again", async () => {
    const client = clientFor(standIn.url);
    standIn.answerWith("throttled_retry_after", 1);
    expect(await refusal(client.listConnections(workspaceId))).toMatchObject({
      kind: "throttled",
      retry: { afterSeconds: 7 },
    });
    const asked = standIn.requests().length;
    expect(await refusal(client.listConnections(workspaceId))).toMatchObject({ kind: "throttled" });
    expect(standIn.requests()).toHaveLength(asked);
    clock = new Date(clock.getTime() + 7_000);
    await expect(client.listConnections(workspaceId)).resolves.toHaveLength(2);
  });

  it("waits at least a minute when a throttle names no time", async () => {
    standIn.answerWith("throttled");
    expect(
      await refusal(clientFor(standIn.url, { random: () => 0.5 }).listConnections(workspaceId)),
    ).toMatchObject({ retry: { afterSeconds: 75 } });
  });

  it("leaves credentials in its address out of requests and errors", async () => {
    const url = standIn.url.replace("http://", "http://me:hunter2@");
    await expect(clientFor(url).listConnections(workspaceId)).resolves.toHaveLength(2);
    await standIn.stop();
    expect((await refusal(clientFor(url).listConnections(workspaceId))).message).toMatch(
      /ECONNREFUSED|UND_ERR_SOCKET/,
    );
  });

  it("starts a sync, and attaches to the one that runs", async () => {
    const client = clientFor(standIn.url);
    const first = await client.triggerSync(shopify.connectionId);
    expect(await client.triggerSync(shopify.connectionId)).toMatchObject({ jobId: first.jobId });
    expect(await standIn.succeedNow(shopify.connectionId)).toMatchObject({
      jobId: Number(first.jobId),
      status: "succeeded",
    });
    expect(await refusal(client.triggerSync(workspaceId))).toMatchObject({ kind: "not_found" });
  });
});

describe("Airbyte client against shuffled pages", () => {
  it("keeps each job once, as it was seen first", async () => {
    const job = (jobId: number, status: string) => ({
      jobId,
      status,
      jobType: "sync",
      startTime: "2026-11-20T09:00Z",
      connectionId: shopify.connectionId,
    });
    const pages = [
      Array.from({ length: 100 }, (_, n) => job(n, "succeeded")),
      [job(99, "running"), job(50, "running"), job(100, "succeeded"), { odd: true }],
    ];
    const server: Server = createServer((request, response) => {
      const offset = Number(new URL(request.url ?? "", "http://x").searchParams.get("offset"));
      const body = request.url?.endsWith("/token")
        ? { access_token: "t", token_type: "Bearer", expires_in: 900 }
        : { next: "http://x", data: pages[offset / 100] ?? [] };
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as { port: number };
    const jobs = await clientFor(`http://127.0.0.1:${port}`).listJobs({
      workspaceId,
      updatedAtStart: longAgo,
    });
    server.close();
    expect(jobs).toHaveLength(101);
    expect(jobs.every((each) => each.status === "succeeded")).toBe(true);
  });
});
