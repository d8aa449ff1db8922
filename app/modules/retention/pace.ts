/** At work at most this share of the time: the rest belongs to whoever else uses the database. */
const DUTY = 0.8;
const LONGEST_REST_MS = 2_000;

/** A batch is to take about this long: long enough that its beginning and end hardly count, short enough to be in nobody's way. */
const QUICK_MS = 30;
const SLOW_MS = 100;

/**
 * How many rows the next batch is to have: twice as many after a quick one, half as many after a slow one, within the
 * bounds.
 * @param tookMs how long the last batch took, with `wanted` rows
 */
export function nextBatchSize(
  wanted: number,
  tookMs: number,
  { smallest, largest }: { smallest: number; largest: number },
): number {
  if (tookMs > SLOW_MS) return Math.max(smallest, wanted / 2);
  return tookMs < QUICK_MS ? Math.min(largest, wanted * 2) : wanted;
}

/** How long to rest after a batch: longer when the database is slow, which is when others need it. */
export const restAfterMs = (workMs: number): number =>
  Math.min(LONGEST_REST_MS, (workMs * (1 - DUTY)) / DUTY);
