/** At work at most this share of the time: the rest belongs to whoever else uses the database. */
const DUTY = 0.8;
const LONGEST_REST_MS = 2_000;

/** How long to rest after a batch: longer when the database is slow, which is when others need it. */
export const restAfterMs = (workMs: number): number =>
  Math.min(LONGEST_REST_MS, (workMs * (1 - DUTY)) / DUTY);
