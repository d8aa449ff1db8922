/** The runner checks every shop this often. */
export const CHECK_INTERVAL_MINUTES = 15;

/** The next quarter of an hour in UTC, when the runner's cron fires. */
export function nextCheckAt(now: Date): Date {
  const interval = CHECK_INTERVAL_MINUTES * 60_000;
  return new Date(Math.floor(now.getTime() / interval + 1) * interval);
}

/** True when the runner has not finished for two intervals, or never. */
export const isRunnerStale = (checkedAt: Date | null, now: Date): boolean =>
  checkedAt === null || now.getTime() - checkedAt.getTime() > 2 * CHECK_INTERVAL_MINUTES * 60_000;
