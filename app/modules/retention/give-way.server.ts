import { setTimeout as sleep } from "node:timers/promises";
import { db } from "#app/platform/db.server.ts";
import { isWaiting } from "#app/platform/queue.server.ts";
import { restAfterMs } from "./pace.ts";

const LOOK_EVERY_MS = 250;
/** Timers are no more exact than a millisecond or two: short rests are added up. */
const SHORTEST_REST_MS = 25;
const LOOK_AGAIN_MS = 250;
/** A runner that never catches up must not keep old rows for ever. */
const LONGEST_WAIT_MS = 2 * 60_000;

/**
 * Runs batches one after another, and lets others go first: it rests between them, and while batches of the runner wait
 * for a worker it does nothing at all.
 */
export class GivesWay {
  #lookedAt = 0;
  #owedMs = 0;
  restedMs = 0;

  async run<T>(batch: () => Promise<T>): Promise<T> {
    await this.#letRunnerPass();
    const startedAt = performance.now();
    const done = await batch();
    this.#owedMs += restAfterMs(performance.now() - startedAt);
    if (this.#owedMs >= SHORTEST_REST_MS) await this.#rest(this.#owedMs);
    return done;
  }

  async #letRunnerPass(): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    const deadline = performance.now() + LONGEST_WAIT_MS;
    while (performance.now() < deadline && (await isWaiting(db(), "dq.run_batch")))
      await this.#rest(LOOK_AGAIN_MS);
    this.#lookedAt = performance.now();
  }

  async #rest(ms: number): Promise<void> {
    const startedAt = performance.now();
    await sleep(ms);
    this.restedMs += performance.now() - startedAt;
    this.#owedMs = 0;
  }
}
