/** Loading is most of the work; the rest is comparing the days with before. */
const LOADED_PERCENT = 95;
/** What is expected is not certain: rows and time alone never say that everything is loaded. */
const MOST_BY_EXPECTATION = 0.95;

/** Of less than this share nothing is said of how long the rest takes. */
const FEW = 0.02;

/**
 * How far a backfill is and how long it will still take: from what its engine says, else from the rows that are loaded of
 * those expected, else from the time it was expected to take. Never 100 before it is over. Once what was expected is used
 * up, rows and time, nobody knows how long it still takes: null.
 */
export function estimateProgress(facts: {
  enginePercent: number | null;
  rowsLoaded: number | null;
  expectedRows: number | null;
  /** Since when it is being loaded. */
  startedAt: Date;
  expectedSeconds: number | null;
  now: Date;
}): { percent: number | null; etaSeconds: number | null } {
  const { enginePercent, rowsLoaded, expectedRows, expectedSeconds } = facts;
  const elapsed = Math.max(0, (facts.now.getTime() - facts.startedAt.getTime()) / 1000);
  const expectedLeft =
    expectedSeconds !== null && elapsed < expectedSeconds ? Math.ceil(expectedSeconds - elapsed) : null;
  const rest = (share: number) => (share > FEW ? Math.round((elapsed / share) * (1 - share)) : expectedLeft);
  if (enginePercent !== null) {
    const share = Math.min(1, Math.max(0, enginePercent / 100));
    return { percent: Math.round(share * LOADED_PERCENT), etaSeconds: rest(share) };
  }
  if (rowsLoaded && expectedRows) {
    const share = rowsLoaded / expectedRows;
    return {
      percent: Math.round(Math.min(MOST_BY_EXPECTATION, share) * LOADED_PERCENT),
      etaSeconds: share < 1 ? rest(share) : expectedLeft,
    };
  }
  if (!expectedSeconds) return { percent: null, etaSeconds: null };
  // What takes longer than expected slows down before the end and does not reach it.
  const past = 1 - Math.exp((-elapsed / expectedSeconds) * 1.6);
  return {
    percent: Math.round(Math.min(MOST_BY_EXPECTATION, past) * LOADED_PERCENT),
    etaSeconds: expectedLeft,
  };
}
