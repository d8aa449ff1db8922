import { findClockTrouble } from "./clock.server.ts";
import { db } from "./db.server.ts";
import { inTime } from "./in-time.ts";
import { log } from "./log.server.ts";
import { readQueueDepth } from "./queue.server.ts";

const ANSWER_WITHIN_MS = 2_000;

export interface Readiness {
  ready: boolean;
  database: "ok" | "unavailable";
  queue: "ok" | "unavailable";
  clock: "ok" | "unavailable";
}

/**
 * Whether this process can do its work: the database answers, the queue's schema can be read, and its machine's clock is
 * right, without which every token looks expired.
 */
export async function checkReadiness(): Promise<Readiness> {
  const [database, queue, clock] = await Promise.all([
    answers("database", () => db().$queryRaw`SELECT 1`),
    answers("queue", () => readQueueDepth(db())),
    answers("clock", assertClockIsRight),
  ]);
  return { ready: [database, queue, clock].every((part) => part === "ok"), database, queue, clock };
}

async function answers(what: string, ask: () => Promise<unknown>): Promise<"ok" | "unavailable"> {
  try {
    await inTime(ask(), ANSWER_WITHIN_MS);
    return "ok";
  } catch (error) {
    log.warn({ err: error, what }, "not ready");
    return "unavailable";
  }
}

async function assertClockIsRight(): Promise<void> {
  const trouble = await findClockTrouble();
  if (trouble) throw new Error(trouble);
}
