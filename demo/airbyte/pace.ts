/** How fast the stand-in lives. */
export interface Pace {
  tickMs: number;
  /** From a job's creation to its start, and from its start to its end. */
  pendingMs: number;
  syncMs: number;
  /** How much longer a sync takes for each stretch of days beyond the first: it reads a long range piece by piece. A very long one is read faster. */
  stretchMs: number;
  /** How many syncs run at once. */
  workers: number;
}

export const usualPace: Pace = { tickMs: 1_000, pendingMs: 400, syncMs: 3_000, stretchMs: 600, workers: 8 };

/** Days that are read in one piece. */
export const STRETCH_DAYS = 5;

/** What a sync takes that makes up for a few hours; those of the seeded past took as long. */
export const usualSyncMs = usualPace.pendingMs + usualPace.syncMs;

/** And what a first one takes, that reads so many days. */
export const firstImportMs = (days: number): number =>
  usualSyncMs + (Math.ceil(days / STRETCH_DAYS) - 1) * usualPace.stretchMs;
