import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BackfillStage, type Subject, setBackfillStage } from "#e2e/support/backfill-stage.ts";
import { queuedJobs } from "#e2e/support/run-jobs.ts";
import { advanceBackfill } from "./advance-backfill.server.ts";
import type { BackfillStatus } from "./backfill.ts";
import { isEnded } from "./backfill.ts";
import { sweepBackfills } from "./sweep-backfills.server.ts";

let stage: BackfillStage;
beforeAll(async () => {
  stage = await setBackfillStage("http://127.0.0.1:9/nobody");
});
afterAll(() => stage?.close());
beforeEach(() => stage.airbyte.answerWith(null));

const isFull = process.env.FAULTS === "full";
const MINUTES = 60_000;
const HOURS = 60 * MINUTES;

interface Here {
  status: BackfillStatus;
  phase: string;
  dueAt: Date;
  troubleSince: Date | null;
}

/** A backfill whose time goes by as fast as it is looked at: each step is done when it is due. */
async function begin(strategy: "airbyte_bounded" | "airbyte_rewind") {
  const subject = await stage.addShop(strategy);
  const { id } = await stage.request(subject);
  let now = new Date();
  const here = async (): Promise<Here> => {
    const { rows } = await stage.database.owner.query(
      `SELECT status, coalesce(engine_state->>'phase', status) || CASE WHEN engine_state->'memory' ? 'isSet' OR engine_state->'memory' ? 'saved' THEN ' again' ELSE '' END AS phase,
         due_at AS "dueAt", trouble_since AS "troubleSince" FROM backfill_jobs WHERE id = $1`,
      [id],
    );
    return rows[0];
  };
  return {
    subject,
    here,
    now: () => now,
    /** Goes on until that is so, or it has ended. */
    until: async (
      isThere: (here: Here, now: Date) => boolean,
      seen: (here: Here, now: Date) => void = () => {},
    ) => {
      for (let n = 0; n < 2_000; n += 1) {
        const at = await here();
        if (isEnded(at.status) || isThere(at, now)) return at;
        seen(at, now);
        now = new Date(Math.max(now.getTime(), at.dueAt.getTime()));
        await advanceBackfill({ shopId: subject.shop.id, backfillId: id }, now, stage.choose);
        // Airbyte's own time goes by as it does.
        if (at.phase.startsWith("follow") || at.phase.startsWith("undo"))
          await new Promise((done) => setTimeout(done, 10));
      }
      throw new Error(`never came there: ${JSON.stringify(await here())}`);
    },
  };
}

/** Lets Airbyte be away for so long from each new step on, now without any answer, now behind a broken proxy. */
function awayAtEachStep(lastsMs: number, isSpared: (here: Here) => boolean = () => false) {
  const steps = new Map<string, { status: BackfillStatus; troubled: boolean }>();
  let backAt: number | null = null;
  let current = "";
  const weather = (at: Here, now: Date) => {
    const step = `${at.status === "cancelling" ? "cancelling " : ""}${at.phase}`;
    if (backAt !== null && now.getTime() >= backAt) {
      stage.airbyte.answerWith(null);
      backAt = null;
    }
    if (!steps.has(step) && !isSpared(at)) {
      steps.set(step, { status: at.status, troubled: false });
      stage.airbyte.answerWith(steps.size % 2 === 0 ? "refused" : "bad_gateway_html");
      backAt = now.getTime() + lastsMs;
      current = step;
    }
    if (at.troubleSince && step === current) {
      steps.get(step)!.troubled = true;
      expect(at.status).toBe(steps.get(step)!.status);
    }
  };
  return { weather, steps };
}

async function expectPutBack(subject: Subject): Promise<void> {
  const { schedule } = subject.standing as { schedule: unknown };
  expect((await stage.standingOf(subject)).schedule).toEqual(schedule);
  expect(stage.syncsOf(subject).filter((status) => status === "running" || status === "pending")).toEqual([]);
  const rows = await stage.rowsOf(subject);
  expect(new Set(rows).size).toBe(rows.length);
}

/** Each step that Airbyte may be asked in. */
const askingSteps = [
  "starting",
  "hold",
  "wait",
  "prepare",
  "prepare again",
  "trigger again",
  "follow again",
  "undo again",
  "release again",
];
const isOutside = ({ status }: Here) => status === "queued" || status === "verifying";

describe.each(["airbyte_bounded", "airbyte_rewind"] as const)("%s, Airbyte away", (strategy) => {
  test("for ten minutes at each step: it waits, says so, goes on and completes, with one sync", async () => {
    const { subject, until } = await begin(strategy);
    const { weather, steps } = awayAtEachStep(10 * MINUTES, isOutside);
    await until(() => false, weather);
    expect([...steps.keys()]).toEqual(askingSteps);
    // Cursors that stay where they are need no word with Airbyte.
    const quiet = strategy === "airbyte_rewind" ? ["undo again"] : [];
    expect([...steps].flatMap(([step, { troubled }]) => (troubled ? [] : step))).toEqual(quiet);
    expect(await stage.stored(subject)).toMatchObject({ status: "completed", reason: null });
    expect(await stage.rowsOf(subject)).toEqual(subject.rows);
    expect(stage.syncsOf(subject)).toEqual(["succeeded"]);
    await expectPutBack(subject);
  });

  test("a merchant sees that it waits, and that it goes on", async () => {
    const { subject, until } = await begin(strategy);
    await until(({ phase }) => phase === "hold");
    stage.airbyte.answerWith("refused");
    await until((_, now) => now.getTime() > Date.now() + 5 * MINUTES);
    expect(await stage.stored(subject)).toMatchObject({
      status: "running",
      reason: "The sync service does not answer at the moment. We keep trying.",
    });
    stage.airbyte.answerWith(null);
    await until(({ phase }) => phase === "wait");
    expect(await stage.stored(subject)).toMatchObject({ status: "running", reason: null });
    await until(() => false);
  });

  test.each(["hold", "prepare again", "follow again"])(
    "while what was stopped at %s is put back: in the end nothing is left of it",
    async (step) => {
      const { subject, until, now } = await begin(strategy);
      if (step === "follow again") stage.airbyte.behave(subject.connection!.connectionId, "importing");
      await until(({ phase }) => phase === step);
      await stage.cancel(subject, now());
      const { weather, steps } = awayAtEachStep(10 * MINUTES, isOutside);
      await until(() => false, weather);
      expect(steps.size).toBeGreaterThan(0);
      expect(await stage.stored(subject)).toMatchObject({ status: "cancelled", reason: null });
      expect(await stage.standingOf(subject)).toEqual(subject.standing);
      expect(stage.syncsOf(subject)).toEqual(step === "follow again" ? ["cancelled"] : []);
      await expectPutBack(subject);
    },
  );

  test("for longer than six hours: it is put back when Airbyte answers again, and has failed with a reason", async () => {
    const { subject, until, now } = await begin(strategy);
    stage.airbyte.behave(subject.connection!.connectionId, "importing");
    await until(({ phase }) => phase === "follow again");
    stage.airbyte.answerWith("refused");
    const awayAt = now().getTime();
    await until(({ status }) => status === "cancelling");
    expect(now().getTime() - awayAt).toBeGreaterThan(6 * HOURS);
    expect(now().getTime() - awayAt).toBeLessThan(6.2 * HOURS);
    stage.airbyte.answerWith(null);
    await until(() => false);
    expect(await stage.stored(subject)).toMatchObject({
      status: "failed",
      reason: "The sync service could not be reached for too long. Nothing was lost. Run it again later.",
    });
    expect(await stage.standingOf(subject)).toEqual(subject.standing);
    expect(stage.syncsOf(subject)).toEqual(["cancelled"]);
  });

  // Twelve hours of looking every five minutes: one is enough to run at every change.
  test.each(isFull ? [false, true] : [strategy === "airbyte_rewind"])(
    "for longer than twelve hours: support is called, and it is put back all the same; stopped meanwhile: %s",
    async (isStopped) => {
      const { subject, until, here, now } = await begin(strategy);
      await until(({ phase }) => phase === "prepare again");
      stage.airbyte.answerWith("refused");
      await until(({ status }) => status === "needs_operator");
      expect(await stage.stored(subject)).toMatchObject({
        reason: expect.stringContaining("We keep trying"),
      });
      // What it holds is not free for another yet.
      await expect(stage.request(subject)).rejects.toMatchObject({ code: "conflict" });
      if (isStopped)
        expect(await stage.cancel(subject, now())).toMatchObject({ status: "cancelling", endedAt: null });
      const anHourOn = now().getTime() + HOURS;
      await until((_, at) => at.getTime() > anHourOn);
      stage.airbyte.answerWith(null);
      // Whatever became of its job: the sweep finds it.
      await stage.database.owner.query("DELETE FROM graphile_worker._private_jobs");
      await sweepBackfills(new Date((await here()).dueAt.getTime() + 3 * MINUTES));
      expect((await queuedJobs(stage.database.owner)).map(({ task }) => task)).toContain("backfills.advance");
      await until(() => false);
      expect((await stage.stored(subject)).status).toBe(isStopped ? "cancelled" : "failed");
      expect(await stage.standingOf(subject)).toEqual(subject.standing);
      expect(stage.syncsOf(subject)).toEqual([]);
      expect((await stage.request(subject)).status).toBe("queued");
    },
  );
});
