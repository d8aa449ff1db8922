import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { queuedJobs } from "#e2e/support/run-jobs.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { createIngestKey } from "../ingest-keys/ingest-keys.store.server.ts";
import type { Shop } from "../shops/shop.ts";
import { advanceBackfill } from "./advance-backfill.server.ts";
import type { Backfill } from "./backfill.ts";
import { findBackfills } from "./backfills.store.server.ts";
import { cancelBackfill } from "./cancel-backfill.server.ts";
import { receiveProgress } from "./receive-progress.server.ts";
import { requestBackfill } from "./request-backfill.server.ts";

let database: TestDatabase;
let pipeline: Server;
let shop: Shop;
let connectorId: string;
let secret: string;
let status = 202;
/** What the pipeline does before it answers. */
let beforeAnswer: () => Promise<unknown> = async () => undefined;
const asked: { type: string; data: Record<string, string> }[] = [];
const start = new Date();
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000);

beforeAll(async () => {
  database = await createTestDatabase();
  pipeline = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    // As a pipeline does: what is not signed by us is not believed.
    new Webhook(secret).verify(body, request.headers as Record<string, string>);
    asked.push(JSON.parse(body));
    await beforeAnswer();
    response.writeHead(status, status === 429 ? { "retry-after": "30" } : {}).end();
  });
  await new Promise<void>((listening) => pipeline.listen(0, "127.0.0.1", listening));
});
afterAll(async () => {
  pipeline?.close();
  await database?.drop();
});
beforeEach(async () => {
  status = 202;
  beforeAnswer = async () => undefined;
  asked.length = 0;
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
  await database.owner.query("DELETE FROM shops");
  shop = await makeShop(database.owner, { timeZone: "Europe/Berlin" });
  connectorId = (await makeConnector(database.owner, shop.id, "postscript")).id;
  await database.owner.query("UPDATE connectors SET backfill_url = $1", [
    `http://127.0.0.1:${(pipeline.address() as AddressInfo).port}/again`,
  ]);
  secret = (await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, start))).signingSecret;
});

const by = { actor: { role: "merchant" as const, name: "42" }, now: start, requestId: "" };
const begin = () =>
  withShop(shop.id, (tx) =>
    requestBackfill(
      tx,
      shop,
      connectorId,
      { asked: { startDate: "2026-11-01", endDate: "2026-11-05" }, idempotencyKey: null },
      by,
    ),
  );
const advance = ({ id }: Backfill, seconds: number) =>
  advanceBackfill({ shopId: shop.id, backfillId: id }, later(seconds));
const stored = async () => (await withShop(shop.id, (tx) => findBackfills(tx, { limit: 1 })))[0]!;
const report = (id: string, data: object, { with: key = secret, of = shop.domain } = {}) => {
  const body = Buffer.from(JSON.stringify({ data }));
  const at = new Date();
  return receiveProgress(
    {
      shopDomain: of,
      webhookId: "msg_1",
      webhookTimestamp: String(Math.floor(at.getTime() / 1000)),
      webhookSignature: new Webhook(key).sign("msg_1", at, body.toString()),
      body,
    },
    id,
    at,
  );
};

describe("a pushed source", () => {
  test("its pipeline is asked once, with a signature, and says how far it is until all is loaded", async () => {
    const backfill = await begin();
    await advance(backfill, 1);
    expect(await advance(backfill, 2)).toBe("running");
    expect(asked).toMatchObject([
      {
        type: "backfill.requested",
        data: {
          backfillId: backfill.id,
          shop: shop.domain,
          source: "postscript",
          startDate: "2026-11-01",
          endDate: "2026-11-05",
          timeZone: "Europe/Berlin",
        },
      },
    ]);
    expect(await report(backfill.id, { status: "running", percent: 40, rowsLoaded: 12 })).toMatchObject({
      accepted: true,
    });
    await advance(backfill, 3);
    expect(await stored()).toMatchObject({ status: "running", percent: 38, rowsLoaded: 12 });
    // Late: it goes back by nothing.
    await report(backfill.id, { status: "running", percent: 10, rowsLoaded: 3 });
    await report(backfill.id, { status: "completed", rowsLoaded: 30 });
    await report(backfill.id, { status: "running", percent: 50, rowsLoaded: 15 });
    expect(await advance(backfill, 4)).toBe("verifying");
    expect(await stored()).toMatchObject({ rowsLoaded: 30 });
    expect(asked).toHaveLength(1);
  });

  test("what it says while a step is being done is looked at as soon as that is recorded", async () => {
    const backfill = await begin();
    await advance(backfill, 1);
    beforeAnswer = () => report(backfill.id, { status: "completed", rowsLoaded: 30 });
    await advance(backfill, 2);
    const [next] = await queuedJobs(database.owner);
    expect(next!.runAt).toEqual(later(2));
    expect(await advance(backfill, 2)).toBe("verifying");
  });

  test("without an address it waits for a person", async () => {
    await database.owner.query("UPDATE connectors SET backfill_url = NULL");
    const backfill = await begin();
    await advance(backfill, 1);
    expect(await advance(backfill, 2)).toBe("needs_operator");
  });

  test.each([
    [404, "failed"],
    [503, expect.stringMatching(/^again at/)],
    [429, `again at ${later(32).toISOString()}`],
  ] as const)("whose pipeline answers %i", async (answer, outcome) => {
    status = answer;
    const backfill = await begin();
    await advance(backfill, 1);
    expect(await advance(backfill, 2)).toEqual(outcome);
  });

  test("whose pipeline reports a failure, or nothing for six hours, has failed with a reason", async () => {
    const one = await begin();
    await advance(one, 1);
    await advance(one, 2);
    await report(one.id, { status: "failed" });
    expect(await advance(one, 3)).toBe("failed");
    expect(await stored()).toMatchObject({ reason: expect.stringContaining("reported a failure") });
    const two = await begin();
    await advance(two, 1);
    await advance(two, 2);
    expect(await advance(two, 6 * 3_600 + 10)).toBe("failed");
  });

  test("cancelled: its pipeline is told", async () => {
    const backfill = await begin();
    await advance(backfill, 1);
    await advance(backfill, 2);
    await withShop(shop.id, (tx) => cancelBackfill(tx, connectorId, { ...by, now: later(3) }));
    expect(await advance(backfill, 4)).toBe("cancelled");
    expect(asked.map(({ type }) => type)).toEqual(["backfill.requested", "backfill.cancelled"]);
    expect(await report(backfill.id, { status: "completed" })).toMatchObject({ accepted: false });
  });
});

test("stopped when its worker was killed before it could note that the pipeline was asked: the pipeline is told", async () => {
  const backfill = await begin();
  await advance(backfill, 1);
  await advance(backfill, 2);
  await database.owner.query("UPDATE backfill_jobs SET status = 'starting', engine_state = '{}'");
  await withShop(shop.id, (tx) => cancelBackfill(tx, connectorId, { ...by, now: later(3) }));
  expect(await advance(backfill, 4)).toBe("cancelled");
  expect(asked.map(({ type }) => type)).toEqual(["backfill.requested", "backfill.cancelled"]);
});

describe("a report of progress", () => {
  test("with another key, of another shop, or of nothing is refused", async () => {
    const backfill = await begin();
    await advance(backfill, 1);
    await advance(backfill, 2);
    const other = await makeShop(database.owner);
    const theirs = (await withShop(other.id, (tx) => createIngestKey(tx, other.id, start))).signingSecret;
    const done = { status: "completed" };
    await expect(report(backfill.id, done, { with: theirs })).rejects.toMatchObject({
      code: "unauthenticated",
    });
    await expect(report(backfill.id, done, { with: theirs, of: other.domain })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(report("nonsense", done)).rejects.toMatchObject({ code: "not_found" });
    await expect(report(backfill.id, { status: "fine" })).rejects.toMatchObject({ code: "invalid" });
    await expect(report(backfill.id, { status: "running", percent: 101 })).rejects.toMatchObject({
      code: "invalid",
    });
    expect(await stored()).toMatchObject({ status: "running", rowsLoaded: 0 });
  });
});
