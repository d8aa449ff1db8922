import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectValid } from "#e2e/support/airbyte-schemas.ts";
import { sourceKinds } from "./source-kinds.ts";
import { type AirbyteStandIn, type SeededConnection, startAirbyteStandIn } from "./stand-in.ts";

const workspaceId = "5f1c0a52-3c1f-4c0e-9a47-0d1f5a3b1c03";
let standIn: AirbyteStandIn;
let meta: SeededConnection;
let token: string;

beforeEach(async () => {
  standIn = await startAirbyteStandIn({
    clientId: "id",
    clientSecret: "secret",
    warehouse: null,
    pace: { tickMs: 60_000, pendingMs: 5, syncMs: 10 },
  });
  const { connections } = standIn.seedWorkspace({
    workspaceId,
    name: "Demo",
    shopDomain: "demo.myshopify.com",
    connections: [{ kind: "facebook-marketing", hasBackfillSource: true }, { kind: "shopify" }],
  });
  meta = connections[0]!;
  token = "";
  token = (await ask("POST", "/applications/token", { client_id: "id", client_secret: "secret" })).body
    .access_token;
});
afterEach(() => standIn.stop());

async function ask(
  method: string,
  path: string,
  body?: unknown,
  root = standIn.url,
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked against the published schemas
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${root}${path}`, {
    method,
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}
const config = (path: string, body: unknown) => ask("POST", path, body, standIn.configUrl);

describe("the public API's doors for backfills", () => {
  it("lists a second source, which shows no secret and can be given its days", async () => {
    const listed = await ask("GET", `/sources?workspaceIds=${workspaceId}`);
    expectValid("connections", "SourcesResponse", listed.body);
    const second = listed.body.data.find((each: { name: string }) =>
      each.name.endsWith("(Sync Health backfill)"),
    );
    expect(second.configuration.credentials.access_token).toMatch(/^\*+$/);
    const patch = { configuration: { start_date: "2026-01-01T00:00:00Z", end_date: "2026-01-09T00:00:00Z" } };
    expectValid("connections", "SourcePatchRequest", patch);
    const patched = await ask("PATCH", `/sources/${second.sourceId}`, patch);
    expect(patched.body.configuration).toMatchObject(patch.configuration);
    expectValid("connections", "SourceResponse", patched.body);
  });

  it("makes a connection from it, syncs it, and forgets it when it is deleted", async () => {
    const { body: sources } = await ask("GET", "/sources");
    const wanted = {
      name: "copy",
      sourceId: sources.data[1].sourceId,
      destinationId: meta.destinationId,
      schedule: { scheduleType: "manual" },
      configurations: { streams: [{ name: "ads_insights", syncMode: "incremental_deduped_history" }] },
    };
    expectValid("connections", "ConnectionCreateRequest", wanted);
    const made = await ask("POST", "/connections", wanted);
    expectValid("connections", "ConnectionResponse", made.body);
    const { connectionId } = made.body;
    expect((await ask("POST", "/jobs", { connectionId, jobType: "sync" })).status).toBe(200);
    expect(await ask("DELETE", `/connections/${connectionId}`)).toEqual({ status: 204, body: null });
    const { body: left } = await ask("GET", `/connections?workspaceIds=${workspaceId}`);
    expect(left.data).toHaveLength(2);
  });

  it("writes manual and cron schedules, and no basic one", async () => {
    const path = `/connections/${meta.connectionId}`;
    const before = (await ask("GET", path)).body.schedule;
    expect(before.scheduleType).toBe("basic");
    expectValid("connections", "ConnectionPatchRequest", { schedule: { scheduleType: "manual" } });
    const patched = await ask("PATCH", path, { schedule: { scheduleType: "manual" } });
    expectValid("connections", "ConnectionResponse", patched.body);
    expect(patched.body.schedule).toEqual({ scheduleType: "manual" });
    expect((await ask("PATCH", path, { schedule: before })).status).toBe(400);
    const cron = { scheduleType: "cron", cronExpression: "0 */15 * * * ? UTC" };
    expect((await ask("PATCH", path, { schedule: cron })).body.schedule).toEqual(cron);
  });
});

describe("the Config API", () => {
  it("tells how far each stream is read, once there was a sync, and takes other cursors", async () => {
    const { connectionId } = meta;
    expect((await config("/state/get", { connectionId })).body).toEqual({
      stateType: "not_set",
      connectionId,
    });
    await standIn.succeedNow(connectionId);
    const { body: state } = await config("/state/get", { connectionId });
    expect(
      state.streamState.map((each: { streamDescriptor: { name: string } }) => each.streamDescriptor.name),
    ).toEqual([...sourceKinds["facebook-marketing"].streams]);
    state.streamState[0].streamState["1001"].date_start = "2026-01-01";
    const written = await config("/state/create_or_update_safe", { connectionId, connectionState: state });
    expect(written).toEqual({ status: 200, body: state });
  });

  it("refuses another state while a sync runs, and one of another type", async () => {
    const { connectionId } = meta;
    const connectionState = { stateType: "global", connectionId, streamState: [] };
    expect((await config("/state/create_or_update_safe", { connectionId, connectionState })).status).toBe(
      500,
    );
    standIn.trigger(connectionId);
    expect((await config("/state/create_or_update_safe", { connectionId, connectionState })).status).toBe(
      423,
    );
  });

  it("writes the basic schedule, and knows no other connection", async () => {
    const { connectionId } = meta;
    const scheduleData = { basicSchedule: { units: 2, timeUnit: "hours" } };
    expect(
      (await config("/connections/update", { connectionId, scheduleType: "basic", scheduleData })).status,
    ).toBe(200);
    expect((await ask("GET", `/connections/${connectionId}`)).body.schedule.basicTiming).toBe(
      "Every 2 HOURS",
    );
    expect((await config("/state/get", { connectionId: workspaceId })).status).toBe(404);
    token = "";
    expect((await config("/state/get", { connectionId })).status).toBe(401);
  });
});
