import { db } from "./db.server.ts";
import { inTime } from "./in-time.ts";
import { log } from "./log.server.ts";
import { readQueueDepth } from "./queue.server.ts";

const ANSWER_WITHIN_MS = 2_000;

export interface Readiness {
  ready: boolean;
  database: "ok" | "unavailable";
  queue: "ok" | "unavailable";
}

/** Whether this process can do its work: the database answers, and the queue's schema can be read. */
export async function checkReadiness(): Promise<Readiness> {
  const [database, queue] = await Promise.all([
    answers("database", () => db().$queryRaw`SELECT 1`),
    answers("queue", () => readQueueDepth(db())),
  ]);
  return { ready: database === "ok" && queue === "ok", database, queue };
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
