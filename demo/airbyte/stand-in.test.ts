import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectValid } from "#e2e/support/airbyte-schemas.ts";
import { printDuration, printInstant } from "./answers.ts";
import { type SourceKindName, sourceKinds } from "./source-kinds.ts";
import { type AirbyteStandIn, type SeededWorkspace, startAirbyteStandIn } from "./stand-in.ts";

const workspaceId = "5f1c0a52-3c1f-4c0e-9a47-0d1f5a3b1c02";
const folder = mkdtempSync(join(tmpdir(), "airbyte-stand-in-"));
const stateFile = join(folder, "state.json");

let standIn: AirbyteStandIn;
let seeded: SeededWorkspace;
let token: string;

const open = async () => {
  standIn = await startAirbyteStandIn({
    clientId: "id",
    clientSecret: "secret",
    warehouse: null,
    stateFile,
    pace: { tickMs: 60_000, pendingMs: 5, syncMs: 60_000 },
  });
  const connections = [
    ...(Object.keys(sourceKinds) as SourceKindName[]).map((kind) => ({ kind })),
    { kind: "shopify" as const, name: "Second", everyMinutes: null },
  ];
  seeded = standIn.seedWorkspace({
    workspaceId,
    name: "Demo",
    shopDomain: "demo.myshopify.com",
    connections,
  });
  token = (await ask("POST", "/applications/token", { client_id: "id", client_secret: "secret" })).body
    .access_token;
};

// biome-ignore lint/suspicious/noExplicitAny: answers are checked against the published schemas
async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
  const response = await fetch(`${standIn.url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

beforeEach(open);
afterEach(async () => {
  await standIn.stop();
  token = "";
  rmSync(stateFile, { force: true });
});

describe("the stand-in answers as Airbyte's published API", () => {
  it("every kind of answer fits its schema", async () => {
    const [first] = seeded.connections;
    await standIn.succeedNow(first!.connectionId);
    await standIn.failNow(first!.connectionId);
    const started = await ask("POST", "/jobs", { connectionId: first?.connectionId, jobType: "sync" });
    expectValid("jobs", "JobResponse", started.body);
    expectValid("jobs", "JobResponse", (await ask("DELETE", `/jobs/${started.body.jobId}`)).body);
    const jobs = await ask("GET", "/jobs");
    expect(jobs.body.data.map((job: { status: string }) => job.status)).toEqual([
      "succeeded",
      "failed",
      "cancelled",
    ]);
    expectValid("jobs", "JobsResponse", jobs.body);
    const connections = await ask("GET", `/connections?workspaceIds=${workspaceId}&limit=100`);
    expect(connections.body.data).toHaveLength(11);
    expectValid("connections", "ConnectionsResponse", connections.body);
    for (const each of seeded.connections) {
      expectValid(
        "connections",
        "ConnectionResponse",
        (await ask("GET", `/connections/${each.connectionId}`)).body,
      );
      expectValid("connections", "SourceResponse", (await ask("GET", `/sources/${each.sourceId}`)).body);
    }
    expectValid(
      "applications",
      "PublicAccessTokenResponse",
      (
        await ask("POST", "/applications/token", {
          client_id: "id",
          client_secret: "secret",
          grant_type: "client_credentials",
        })
      ).body,
    );
  });

  it("the validation can fail", () => {
    expect(() => expectValid("jobs", "JobResponse", { jobId: 1, status: "asleep" })).toThrow();
  });

  it("names a next page after the last one, and loses the filters", async () => {
    const { connectionId } = seeded.connections[0]!;
    await standIn.succeedNow(connectionId);
    const { body } = await ask(
      "GET",
      `/jobs?connectionId=${connectionId}&status=succeeded&orderBy=updatedAt%7CDESC`,
    );
    expect(body).toMatchObject({
      previous: "",
      next: `${standIn.url}/jobs?connectionId=${connectionId}&limit=20&offset=20`,
    });
    expect((await ask("GET", "/jobs?offset=20")).body).toMatchObject({ next: "", data: [] });
  });

  it.each([
    ["GET", "/jobs?limit=101", undefined, 400],
    ["GET", "/jobs?limit=0", undefined, 400],
    ["GET", "/jobs?offset=-1", undefined, 400],
    ["GET", "/jobs?orderBy=name%7CASC", undefined, 400],
    ["GET", "/jobs?status=asleep", undefined, 400],
    ["GET", "/jobs/1", undefined, 404],
    ["GET", "/jobs/x", undefined, 400],
    ["GET", "/nothing", undefined, 404],
    ["POST", "/jobs", {}, 400],
    ["POST", "/jobs", { connectionId: workspaceId, jobType: "sync" }, 404],
    ["POST", "/applications/token", { client_id: "id", client_secret: "no" }, 401],
    ["POST", "/applications/token", {}, 400],
  ])("%s %s %j is refused with %i", async (method, path, body, status) => {
    expect((await ask(method, path, body)).status).toBe(status);
  });

  it("refuses refreshes, second syncs and calls without a good token", async () => {
    const { connectionId } = seeded.connections[0]!;
    expect((await ask("POST", "/jobs", { connectionId, jobType: "refresh" })).status).toBe(422);
    await ask("POST", "/jobs", { connectionId, jobType: "sync" });
    expect(await ask("POST", "/jobs", { connectionId, jobType: "sync" })).toMatchObject({
      status: 409,
      body: { title: "try-again-later", data: { message: `A sync is already running for: ${connectionId}` } },
    });
    standIn.expireTokens();
    expect((await ask("GET", "/jobs")).status).toBe(401);
  });

  it("prints instants and durations as Java does", () => {
    expect(
      ["2023-03-25T01:30:00Z", "2023-03-25T01:30:05Z", "2023-03-25T01:30:00.120Z"].map((text) =>
        printInstant(new Date(text)),
      ),
    ).toEqual(["2023-03-25T01:30Z", "2023-03-25T01:30:05Z", "2023-03-25T01:30:00.120Z"]);
    expect([0, 29_172_000, 60_000].map(printDuration)).toEqual(["PT0S", "PT8H6M12S", "PT1M"]);
  });
});

describe("the stand-in's controls", () => {
  it("makes the last success end when told, and forgets what came later", async () => {
    const { connectionId } = seeded.connections[0]!;
    await standIn.succeedNow(connectionId);
    const endedAt = new Date(Date.now() - 119 * 60_000);
    standIn.setLastSuccess(connectionId, endedAt);
    expect(standIn.jobs(connectionId).map((job) => [job.status, job.updatedAt])).toEqual([
      ["succeeded", endedAt],
    ]);
  });

  it("keeps jobs, ids and behaviours over a restart", async () => {
    const { connectionId } = seeded.connections[0]!;
    const job = await standIn.succeedNow(connectionId);
    standIn.hold(connectionId);
    await standIn.stop();
    await open();
    expect(standIn.jobs(connectionId)).toEqual([job]);
    expect(standIn.connections().find((each) => each.connectionId === connectionId)?.behaviour).toBe("held");
    expect((await standIn.failNow(connectionId)).jobId).toBe(job.jobId + 1);
  });

  it("starts what is due, and nothing that is held", async () => {
    await standIn.stop();
    standIn = await startAirbyteStandIn({
      clientId: "id",
      clientSecret: "secret",
      warehouse: null,
      pace: { tickMs: 5, pendingMs: 1, syncMs: 5 },
    });
    const [due, held, byHand] = standIn.seedWorkspace({
      workspaceId,
      name: "Demo",
      shopDomain: "demo.myshopify.com",
      connections: [{ kind: "shopify" }, { kind: "recharge" }, { kind: "klaviyo", everyMinutes: null }],
    }).connections;
    standIn.hold(held!.connectionId);
    await expect.poll(() => standIn.jobs(due!.connectionId).map((job) => job.status)).toEqual(["succeeded"]);
    expect([...standIn.jobs(held!.connectionId), ...standIn.jobs(byHand!.connectionId)]).toEqual([]);
  });
});
