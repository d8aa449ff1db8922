import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backfill } from "#app/modules/backfills/backfill.ts";
import { createPipelineDoor } from "#demo/pipeline-backfills.ts";
import {
  type BackfillStage,
  type Strategy,
  type Subject,
  setBackfillStage,
} from "#e2e/support/backfill-stage.ts";
import { type Moment, placeStepStops, type StepStops } from "#e2e/support/step-stops.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { startWorker, type WorkerProcess } from "#e2e/support/worker-process.ts";

/** Every step of each strategy, in order; the test asks the backfills themselves whether that is so. */
const airbyteSteps = [
  "queued",
  "starting",
  "hold",
  "wait",
  "prepare",
  "prepare again",
  "trigger",
  "follow",
  "undo",
  "release",
  "verifying",
] as const;
const stepsOf: Record<Strategy, readonly string[]> = {
  airbyte_bounded: airbyteSteps,
  airbyte_rewind: airbyteSteps,
  push: ["queued", "starting", "running", "verifying"],
};

interface Case {
  strategy: Strategy;
  step: string;
  moment: Moment;
  /** A merchant stops it after its worker was killed. */
  isStopped: boolean;
}

const everyCase = (Object.keys(stepsOf) as Strategy[]).flatMap((strategy) =>
  stepsOf[strategy].flatMap((step) =>
    ([false, true] as const).flatMap((isStopped) =>
      (["recorded", "claimed"] as const).map((moment): Case => ({ strategy, step, moment, isStopped })),
    ),
  ),
);
const isFull = process.env.FAULTS === "full";
/** A dozen at once: as many as three workers have hands for. */
const WORKERS = 3;
const AT_ONCE = 12;
/** Those that change the most outside, with the change made and not remembered. */
const inShort: Record<Strategy, { goesOn: string[]; isStopped: string[] }> = {
  airbyte_bounded: { goesOn: ["hold", "prepare again", "trigger", "undo"], isStopped: ["trigger"] },
  airbyte_rewind: {
    goesOn: ["prepare again", "trigger", "release"],
    isStopped: ["prepare again", "trigger"],
  },
  push: { goesOn: ["starting"], isStopped: ["starting"] },
};
const isInShort = ({ strategy, step, moment, isStopped }: Case) =>
  moment === "recorded" && inShort[strategy][isStopped ? "isStopped" : "goesOn"].includes(step);
const cases = isFull ? everyCase : everyCase.filter(isInShort);

let stage: BackfillStage;
let stops: StepStops;
let web: WebServer;
let door: Server;
let workers: WorkerProcess[] = [];
/** Shops whose own pipeline is at it for ever. */
const neverLoads = new Set<string>();

beforeAll(async () => {
  const app = express();
  door = app.listen(0, "127.0.0.1");
  await once(door, "listening");
  stage = await setBackfillStage(
    `http://127.0.0.1:${(door.address() as AddressInfo).port}/pipeline/backfills`,
  );
  stops = await placeStepStops(stage.database.owner);
  web = await startWebServer();
  app.use(
    createPipelineDoor({
      appUrl: web.url,
      secretOf: stage.secretOf,
      load: ({ shop, source }, first, last) =>
        neverLoads.has(shop) ? new Promise(() => {}) : stage.load(shop, source, first, last),
    }),
  );
  workers = await startWorkers();
});
afterAll(async () => {
  for (const worker of workers) worker.process.kill("SIGKILL");
  await web?.stop();
  door?.close();
  await stage?.close();
});

const startWorkers = () => Promise.all(Array.from({ length: WORKERS }, () => startWorker()));
async function killAll(): Promise<void> {
  const gone = workers.map(({ process }) => once(process, "exit"));
  for (const { process } of workers) process.kill("SIGKILL");
  await Promise.all(gone);
}
async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not within a minute: ${what}.`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
/** Nobody waits for when a backfill is next looked at. */
const hurry = () =>
  stage.database.owner.query(
    "UPDATE graphile_worker._private_jobs SET run_at = now() WHERE key LIKE 'backfills.advance:%' AND locked_at IS NULL",
  );
/** The two minutes go by after which a step counts as lost, and the sweep comes round. */
async function minutesPass(): Promise<void> {
  await stage.database.owner.query("UPDATE backfill_jobs SET due_at = due_at - interval '3 minutes'");
  await stage.database.owner.query("SELECT graphile_worker.add_job('backfills.sweep', '{}')");
}

type Outcome = Subject & {
  backfill: Backfill;
  rowsNow: string[];
  standingNow: unknown;
  syncs: string[];
  jobsLeft: unknown[];
  steps: string[];
};

/** Kills every worker when each of the cases stands still in its step; others go on. */
async function killInMiddleOf(some: readonly Case[]): Promise<Outcome[]> {
  const begun = [];
  for (const { strategy, step, moment, isStopped } of some) {
    const subject = await stage.addShop(strategy);
    // What is stopped in the middle of loading would else be over before it can be.
    if (isStopped && subject.connection && (step === "trigger" || step === "follow"))
      stage.airbyte.behave(subject.connection.connectionId, "importing");
    if (isStopped && !subject.connection && step !== "verifying") neverLoads.add(subject.shop.domain);
    await stops.stopAt(subject.connectorId, step, moment);
    const { id } = await stage.request(subject);
    begun.push({ subject, id, isStopped, step });
  }
  await until("all stand still", async () => {
    await hurry();
    return (await stops.standing()) === some.length;
  });
  await killAll();
  await stops.clear();
  for (const { subject, isStopped, step } of begun) {
    if (isStopped && step !== "verifying") await stage.cancel(subject);
    if (isStopped && step === "verifying")
      await expect(stage.cancel(subject)).rejects.toMatchObject({ code: "conflict" });
  }
  await minutesPass();
  workers = await startWorkers();
  await until("all have ended", async () => {
    await hurry();
    const { rowCount } = await stage.database.owner.query(
      "SELECT FROM backfill_jobs WHERE status NOT IN ('completed', 'failed', 'cancelled')",
    );
    return rowCount === 0;
  });
  const outcomes = [];
  for (const { subject, id } of begun) outcomes.push(await lookAt(subject, id));
  return outcomes;
}

async function lookAt(subject: Subject, id: string): Promise<Outcome> {
  const backfill = await stage.stored(subject);
  const rowsNow = await stage.rowsOf(subject);
  const standingNow = await stage.standingOf(subject);
  const steps = await stops.stepsOf(id);
  const { rows: jobsLeft } = await stage.database.owner.query(
    `SELECT t.identifier, j.attempts, j.max_attempts, j.locked_at FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
     WHERE t.identifier = 'backfills.advance' AND j.payload->>'backfillId' = $1`,
    [id],
  );
  return { ...subject, backfill, rowsNow, standingNow, syncs: stage.syncsOf(subject), jobsLeft, steps };
}

const groups = Map.groupBy(cases, (_, n) => Math.floor(n / AT_ONCE));

describe.each([...groups.values()])("killed at a dozen steps at once", (...some) => {
  const outcomes = new Map<Case, Outcome>();
  beforeAll(async () => {
    const found = await killInMiddleOf(some);
    for (const [n, one] of some.entries()) outcomes.set(one, found[n]!);
  }, 180_000);

  test.each(some.map((one) => ({ ...one, one })))(
    "$strategy, $step $moment, stopped then: $isStopped",
    ({ one, isStopped, step, strategy }) => {
      const { backfill, rows, rowsNow, standing, standingNow, syncs, jobsLeft, steps } = outcomes.get(one)!;
      expect(jobsLeft).toEqual([]);
      expect(new Set(rowsNow).size).toBe(rowsNow.length);
      expect((standingNow as { schedule: unknown }).schedule).toEqual(
        (standing as { schedule: unknown }).schedule,
      );
      if (isStopped && step !== "verifying") {
        expect(backfill).toMatchObject({ status: "cancelled", reason: null });
        expect(syncs.filter((status) => status !== "succeeded" && status !== "cancelled")).toEqual([]);
        if (!syncs.includes("succeeded")) expect(standingNow).toEqual(standing);
        return;
      }
      expect(backfill).toMatchObject({ status: "completed", percent: 100, reason: null });
      expect(backfill.result!.rowsAfter - backfill.result!.rowsBefore).toBeGreaterThan(0);
      expect(rowsNow).toEqual(rows);
      expect(stepsOf[strategy]).toEqual(expect.arrayContaining(steps));
      expect(syncs).toEqual(strategy === "push" ? [] : ["succeeded"]);
    },
  );
});

test("the steps told of are all there are", async () => {
  for (const strategy of Object.keys(stepsOf) as Strategy[]) {
    const { id } = await stage.addShop(strategy).then((subject) => stage.request(subject));
    await until("it has ended", async () => {
      await hurry();
      const { rowCount } = await stage.database.owner.query(
        "SELECT FROM backfill_jobs WHERE id = $1 AND status = 'completed'",
        [id],
      );
      return rowCount === 1;
    });
    expect(await stops.stepsOf(id)).toEqual(stepsOf[strategy]);
  }
});
