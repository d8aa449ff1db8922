/** A notice older than this is not sent any more: nobody acts on yesterday's alarm. */
export const GIVE_UP_AFTER_HOURS = 24;
/** A beginning that could not be told for so long, and is over by now, is not told. */
export const STALE_AFTER_MINUTES = 15;
/** An attempt that is not recorded after this was lost with its worker: a request takes at most ten seconds. */
export const ATTEMPT_LOST_AFTER_SECONDS = 60;
/** One that is lost again and again is taken up more rarely each time, up to this many times as rarely. */
const RAREST = 8;

/** After how many seconds the n-th attempt counts as lost: 1, 2, 4 … 8 minutes. */
export const lostAfterSeconds = (attempts: number): number =>
  ATTEMPT_LOST_AFTER_SECONDS * Math.min(RAREST, 2 ** Math.max(0, attempts - 1));

const SHORTEST_WAIT_SECONDS = 1;
const FIRST_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 300;

/**
 * How long a channel rests after its n-th failure in a row: 2 s, 4 s, 8 s … 5 min, each up to a quarter longer at random,
 * so that many workers do not come back together. A time that the channel names itself is kept, and never shortened; but
 * one of nothing at all is taken as a second, or a channel that always says so would be asked without a pause.
 * @returns whole milliseconds
 */
export function restAfterFailure(
  failuresInARow: number,
  retry: "backoff" | { afterSeconds: number },
  random: number,
): number {
  if (retry !== "backoff")
    return Math.round((Math.max(SHORTEST_WAIT_SECONDS, retry.afterSeconds) + random * 0.5) * 1000);
  const seconds = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(20, failuresInARow - 1));
  return Math.round(seconds * (1 + random / 4) * 1000);
}
