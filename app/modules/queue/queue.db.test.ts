import { randomUUID } from "node:crypto";
import { Logger, runOnce } from "graphile-worker";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { db } from "#app/platform/db.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { job } from "#jobs/catalog.ts";
import { AuditQuery } from "../audit/audit-row.ts";
import { listAudit } from "../audit/list-audit.server.ts";
import { actOnJobs } from "./act-on-jobs.server.ts";
import { loadQueue } from "./load-queue.server.ts";
import { QueueQuery } from "./queue-page.ts";

const quiet = new Logger(() => () => undefined);

let database: TestDatabase;
let pool: pg.Pool;
const shopId = randomUUID();
const deliveryId = randomUUID();
const by = {
  actor: { role: "admin" as const, name: "ada@example.com" },
  now: new Date("2026-11-25T12:00:00Z"),
  requestId: "req-queue",
};
const queue = (query: object = {}) => loadQueue(QueueQuery.parse(query));
const act = (asked: Parameters<typeof actOnJobs>[1]) => db().$transaction((tx) => actOnJobs(tx, asked, by));
const put = (...specs: Parameters<typeof enqueue>[1][number][]) =>
  db().$transaction((tx) => enqueue(tx, specs));
/** Every job that is due runs once, says this, and is not due again while the tests look at it. */
const runAll = async (says: string) => {
  await runOnce({
    pgPool: pool,
    logger: quiet,
    taskList: Object.fromEntries(
      ["alerts.deliver", "retention.partitions", "airbyte.poll_shop"].map((name) => [
        name,
        () => {
          throw new Error(says);
        },
      ]),
    ),
  });
  // It ends before the last outcome is written.
  const locked = "SELECT FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL";
  while ((await database.owner.query(locked)).rowCount) await new Promise((done) => setTimeout(done, 10));
  await database.owner.query(
    "UPDATE graphile_worker._private_jobs SET run_at = now() + interval '1 hour' WHERE attempts > 0 AND run_at < now() + interval '1 hour'",
  );
};

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.queueUrl, max: 2 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe("the queue", () => {
  test("empty, says so", async () => {
    expect(await queue()).toEqual({ tasks: [], jobs: [], nextCursor: null });
  });

  test("counts each task by what its jobs are doing, and since when the oldest is due", async () => {
    await put(
      job("alerts.deliver", { shopId, deliveryId }),
      job("retention.partitions", {}, { runAt: new Date(Date.now() + 3_600_000) }),
      job("airbyte.poll_shop", { shopId }, { runAt: new Date(Date.now() - 3_600_000) }),
    );
    const { tasks } = await queue();
    const standing = (name: string) => tasks.find(({ task }) => task === name);
    expect(standing("alerts.deliver")).toMatchObject({ ready: 1, scheduled: 0, failed: 0, retrying: 0 });
    expect(standing("retention.partitions")).toMatchObject({ ready: 0, scheduled: 1, oldestDueAt: null });
    expect(Date.now() - Date.parse(standing("airbyte.poll_shop")!.oldestDueAt!)).toBeGreaterThan(3_599_000);
  });

  test("shows what failed, why, without secrets, and what it is about by ids alone", async () => {
    await runAll(
      "POST https://api.example/x?access_token=hush failed: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abcdefgh",
    );
    const { jobs } = await queue({ state: "retrying", task: "alerts.deliver" });
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ attempts: 1, maxAttempts: 12, ids: { shopId, deliveryId } });
    expect(jobs[0]!.lastError).toContain("POST https://api.example/x?access_token=[redacted] failed");
    expect(JSON.stringify(jobs)).not.toMatch(/hush|eyJ/);
    expect(Date.parse(jobs[0]!.runAt)).toBeGreaterThan(Date.now());
  });

  test("of a payload that holds more than ids shows the ids", async () => {
    await pool.query(
      `SELECT graphile_worker.add_job('test.facts', '{"shopId": "${shopId}", "email": "a@example.com", "nested": {"shopId": "x"}, "tokenAt": "not an id, a sentence"}'::json, run_at := now() + interval '1 day')`,
    );
    expect((await queue({ state: "scheduled", task: "test.facts" })).jobs[0]!.ids).toEqual({ shopId });
  });
});

describe("a job that failed", () => {
  const only = async (state: string) => (await queue({ state, task: "alerts.deliver" })).jobs;

  test("given up is not tried any more, and keeps its error; the audit says why", async () => {
    const [failed] = await only("retrying");
    expect(await act({ do: "give_up", jobId: failed!.id, reason: "The channel is gone." })).toEqual({
      jobs: [failed!.id],
    });
    expect(await only("retrying")).toEqual([]);
    const [givenUp] = await only("failed");
    expect(givenUp).toMatchObject({ attempts: 12, lastError: failed!.lastError });
    expect((await listAudit(AuditQuery.parse({ action: "queue.give_up" }))).rows[0]).toMatchObject({
      actor: "ada@example.com",
      target: `job ${failed!.id}`,
      reason: "The channel is gone.",
      requestId: "req-queue",
    });
  });

  test("tried again is due now, from the beginning, and may fail again", async () => {
    const [failed] = await only("failed");
    await act({ do: "retry", jobId: failed!.id, reason: "The channel is back." });
    const [ready] = await only("ready");
    expect(ready).toMatchObject({ id: failed!.id, attempts: 0 });
    await runAll("still down");
    expect((await only("retrying"))[0]).toMatchObject({ attempts: 1, lastError: "still down" });
  });

  test("of a task, all at once", async () => {
    await put(
      ...Array.from({ length: 3 }, () => job("alerts.deliver", { shopId, deliveryId: randomUUID() })),
    );
    await runAll("down");
    const done = await act({ do: "retry", task: "alerts.deliver", reason: "All of them." });
    expect(done.jobs).toHaveLength(4);
    expect(await only("ready")).toHaveLength(4);
    // Another task's failure is none of it.
    expect((await queue({ state: "retrying", task: "airbyte.poll_shop" })).jobs).toHaveLength(1);
  });
});

describe("what is refused changes nothing, and is not in the audit", () => {
  test.each<[string, Parameters<typeof actOnJobs>[1], string]>([
    ["a job that is not there", { do: "retry", jobId: "999999", reason: "x" }, "conflict"],
    [
      "a task of which nothing failed",
      { do: "retry", task: "retention.partitions", reason: "x" },
      "conflict",
    ],
    ["nothing named", { do: "retry", reason: "x" }, "invalid"],
    ["a job and a task", { do: "retry", jobId: "1", task: "dq.run", reason: "x" }, "invalid"],
  ])("%s", async (_, asked, code) => {
    const before = (await listAudit(AuditQuery.parse({}))).rows.length;
    await expect(act(asked)).rejects.toMatchObject({ code });
    expect((await listAudit(AuditQuery.parse({}))).rows).toHaveLength(before);
  });

  test("a job that runs", async () => {
    await put(job("airbyte.poll_shop", { shopId }));
    let running = "";
    let refusal: unknown;
    await runOnce({
      pgPool: pool,
      logger: quiet,
      taskList: {
        "airbyte.poll_shop": async (_, helpers) => {
          running = helpers.job.id;
          const { jobs } = await queue({ state: "running" });
          expect(jobs.map(({ id }) => id)).toContain(running);
          expect(jobs[0]!.lockedAt).not.toBeNull();
          refusal = await act({ do: "retry", jobId: running, reason: "x" }).catch((error: unknown) => error);
        },
      },
    });
    expect(running).not.toBe("");
    expect(refusal).toMatchObject({ code: "conflict" });
  });
});
