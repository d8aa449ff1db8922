import { WARNING_SCORE } from "./scores.ts";

const LARGEST = 1e15;

/**
 * The values that raise no alarm. `dropScore` falls and `riseScore` rises with the value; `high` is null where no value
 * would be too large. Whole numbers for counts, else exact to the last bit: a value is outside if and only if it alarms.
 */
export function usualRange(
  dropScore: (value: number) => number,
  riseScore: (value: number) => number,
  isWhole: boolean,
): { low: number; high: number | null } {
  const low = lastBefore((value) => dropScore(value) < WARNING_SCORE, isWhole);
  const high = lastBefore((value) => riseScore(value) >= WARNING_SCORE, isWhole);
  return { low: low.first, high: high.first > LARGEST ? null : high.last };
}

/** The last value for which a condition, false below and true above, is false, and the first for which it is true. */
function lastBefore(
  isReached: (value: number) => boolean,
  isWhole: boolean,
): { last: number; first: number } {
  if (isReached(0)) return { last: 0, first: 0 };
  if (!isReached(LARGEST)) return { last: LARGEST, first: Number.POSITIVE_INFINITY };
  let [last, first] = [0, LARGEST];
  for (;;) {
    const middle = isWhole ? Math.floor((last + first) / 2) : (last + first) / 2;
    if (middle <= last || middle >= first) return { last, first };
    if (isReached(middle)) first = middle;
    else last = middle;
  }
}
