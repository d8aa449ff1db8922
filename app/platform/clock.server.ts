import { performance } from "node:perf_hooks";
import { db } from "./db.server.ts";

/** A machine whose clock is further than this from the database's does more harm than good. */
const TOLERANCE_MS = 60_000;
const MEASURE_EVERY_MS = 30_000;

let measured: { databaseMs: number; atMs: number } | undefined;

/**
 * The time that all processes share: the database's. Machines' own clocks jump and differ, and a judgement by a clock
 * that runs ahead calls everything late. Measured every half a minute, and carried on by a clock that never jumps while
 * the database is away; before it has answered once, it is this machine's own.
 */
export async function sharedNow(): Promise<Date> {
  if (!measured || performance.now() - measured.atMs > MEASURE_EVERY_MS) await measure().catch(() => null);
  return measured ? new Date(measured.databaseMs + performance.now() - measured.atMs) : new Date();
}

/**
 * What is wrong with this machine's clock, in words for its operator; null where nothing is.
 * @throws what the database throws when it does not answer
 */
export async function findClockTrouble(): Promise<string | null> {
  const { databaseMs } = await measure();
  const aheadMs = Date.now() - databaseMs;
  if (Math.abs(aheadMs) <= TOLERANCE_MS) return null;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return `This machine's clock is ${seconds} seconds ${aheadMs > 0 ? "ahead of" : "behind"} the database's. Set it by NTP.`;
}

async function measure(): Promise<{ databaseMs: number }> {
  const [row] = await db().$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  measured = { databaseMs: row!.now.getTime(), atMs: performance.now() };
  return measured;
}
