import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPipelineDoor } from "#demo/pipeline-backfills.ts";
import { type BackfillStage, range, type Subject, setBackfillStage } from "#e2e/support/backfill-stage.ts";
import { type CuttingProxy, startCuttingProxy } from "#e2e/support/cutting-proxy.ts";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";

let stage: BackfillStage;
let proxy: CuttingProxy;
let web: WebServer;
let worker: WorkerProcess | undefined;
let door: Server;
/** What the shops' pipelines do while they load. */
let whileLoading = async (): Promise<void> => {};

beforeAll(async () => {
  const app = express();
  door = app.listen(0, "127.0.0.1");
  await once(door, "listening");
  stage = await setBackfillStage(
    `http://127.0.0.1:${(door.address() as AddressInfo).port}/pipeline/backfills`,
  );
  proxy = await startCuttingProxy();
  app.use(
    createPipelineDoor({
      appUrl: proxy.url,
      secretOf: stage.secretOf,
      load: async ({ shop, source }, first, last) => {
        await whileLoading();
        return stage.load(shop, source, first, last);
      },
    }),
  );
  await startWeb();
});
afterAll(async () => {
  await worker?.stop();
  await web?.stop();
  proxy?.close();
  door?.close();
  await stage?.close();
});

async function startWeb(): Promise<void> {
  web = await startWebServer();
  proxy.leadTo(web.url);
}
async function killWeb(): Promise<void> {
  const gone = once(web.process, "exit");
  web.process.kill("SIGKILL");
  await gone;
}
async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not within 40 seconds: ${what}.`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function post(subject: Subject, path: "" | "/cancel", key?: string): Promise<Response> {
  return fetch(`${proxy.url}/api/sync-health/connectors/${subject.connectorId}/backfill${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await mintSessionToken(subject.shop.domain)}`,
      "content-type": "application/json",
      ...(key ? { "idempotency-key": key } : {}),
    },
    body: path ? "{}" : JSON.stringify(range),
  });
}
const backfillsOf = async ({ connectorId }: Subject) =>
  (
    await stage.database.owner.query<{ id: string; status: string }>(
      "SELECT id, status FROM backfill_jobs WHERE connector_id = $1",
      [connectorId],
    )
  ).rows;
const jobsOf = async (id: string) =>
  (
    await stage.database.owner.query(
      "SELECT FROM graphile_worker._private_jobs WHERE payload->>'backfillId' = $1",
      [id],
    )
  ).rowCount;

/** Kills web while it waits to write what it was asked, and before it could commit anything. */
async function killBeforeCommit(answer: Promise<Response>): Promise<void> {
  const { owner } = stage.database;
  const lost = expect(answer).rejects.toThrow("fetch failed");
  await until("web waits", async () => {
    const { rowCount } = await owner.query(
      "SELECT FROM pg_locks WHERE relation = 'backfill_jobs'::regclass AND NOT granted",
    );
    return rowCount === 1;
  });
  await killWeb();
  await lost;
  await owner.query("COMMIT");
  await until("what it began is rolled back", async () => {
    const { rowCount } = await owner.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = 'test_app' AND state <> 'idle' AND backend_type = 'client backend' AND query LIKE '%backfill_jobs%'",
    );
    return rowCount === 0;
  });
  await startWeb();
}
const holdWrites = () => stage.database.owner.query("BEGIN; LOCK TABLE backfill_jobs IN SHARE MODE");
/** Kills web when it has committed and its answer is on the way. */
async function killBeforeAnswer(ask: () => Promise<Response>): Promise<void> {
  let killed = Promise.resolve();
  proxy.cutNextAnswer(() => {
    killed = killWeb();
  });
  await expect(ask()).rejects.toThrow("fetch failed");
  await killed;
  await startWeb();
}

describe("web killed while it is asked for a backfill", () => {
  test("before it has committed: nothing was begun, and the same request again begins it", async () => {
    const subject = await stage.addShop("push");
    const key = randomUUID();
    await holdWrites();
    await killBeforeCommit(post(subject, "", key));
    expect(await backfillsOf(subject)).toEqual([]);
    const again = await post(subject, "", key);
    expect(again.status).toBe(202);
    const [one, ...others] = await backfillsOf(subject);
    expect(others).toEqual([]);
    expect((await again.json()).backfill.id).toBe(one!.id);
    expect(await jobsOf(one!.id)).toBe(1);
  });

  test("after it has committed: the same request again is answered with the one that was begun", async () => {
    const subject = await stage.addShop("push");
    const key = randomUUID();
    await killBeforeAnswer(() => post(subject, "", key));
    const [one] = await backfillsOf(subject);
    expect(one).toMatchObject({ status: "queued" });
    const again = await post(subject, "", key);
    expect([again.status, (await again.json()).backfill.id]).toEqual([202, one!.id]);
    expect(await backfillsOf(subject)).toHaveLength(1);
    expect(await jobsOf(one!.id)).toBe(1);
  });
});

describe("web killed while it is asked to stop one", () => {
  test("before and after it has committed: asked again, it is stopped", async () => {
    const subject = await stage.addShop("push");
    expect((await post(subject, "")).status).toBe(202);
    await holdWrites();
    await killBeforeCommit(post(subject, "/cancel"));
    expect(await backfillsOf(subject)).toMatchObject([{ status: "queued" }]);
    await killBeforeAnswer(() => post(subject, "/cancel"));
    expect(await backfillsOf(subject)).toMatchObject([{ status: "cancelled" }]);
    const again = await post(subject, "/cancel");
    expect(again.status).toBe(409);
    expect((await again.json()).detail).toContain("nothing to cancel");
  });
});

test("web away while a pipeline reports, and killed when it has taken a report: the pipeline repeats it, and all ends well", async () => {
  await stage.database.owner.query("DELETE FROM backfill_jobs");
  const subject = await stage.addShop("push");
  expect((await post(subject, "")).status).toBe(202);
  whileLoading = killWeb;
  worker = await startWorker();
  await until("web is away", async () => web.process.signalCode !== null);
  whileLoading = async () => {};
  // The first report meets nobody.
  await new Promise((done) => setTimeout(done, 1_500));
  await startWeb();
  let killed: Promise<void> | undefined;
  proxy.cutNextAnswer(() => {
    killed = killWeb();
  });
  await until("a report was taken, and its answer is lost", async () => killed !== undefined);
  await killed;
  await startWeb();
  await until("it has ended", async () => {
    await stage.database.owner.query(
      "UPDATE graphile_worker._private_jobs SET run_at = now() WHERE key LIKE 'backfills.advance:%' AND locked_at IS NULL",
    );
    return (await backfillsOf(subject))[0]?.status === "completed";
  });
  expect(await stage.rowsOf(subject)).toEqual(subject.rows);
  const { rowsLoaded, result } = await stage.stored(subject);
  expect(rowsLoaded).toBeGreaterThan(0);
  // Three days of three campaigns.
  expect(result!.rowsAfter - result!.rowsBefore).toBe(9);
});
