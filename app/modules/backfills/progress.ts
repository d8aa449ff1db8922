/** Loading is most of the work; the rest is comparing the days with before. */
const LOADED_PERCENT = 95;

/**
 * How far a backfill is and how long it will still take, from what its engine says, or else from the time it was
 * expected to take. Never 100 before it is over, and never less than nothing left.
 */
export function estimateProgress(facts: {
  enginePercent: number | null;
  startedAt: Date;
  expectedSeconds: number | null;
  now: Date;
}): { percent: number | null; etaSeconds: number | null } {
  const { enginePercent, expectedSeconds } = facts;
  const elapsed = Math.max(0, (facts.now.getTime() - facts.startedAt.getTime()) / 1000);
  if (enginePercent !== null) {
    const share = Math.min(1, Math.max(0, enginePercent / 100));
    return {
      percent: Math.round(share * LOADED_PERCENT),
      etaSeconds: share > 0.02 ? Math.round((elapsed / share) * (1 - share)) : expectedSeconds,
    };
  }
  if (expectedSeconds === null || expectedSeconds <= 0) return { percent: null, etaSeconds: null };
  // What takes longer than expected slows down before the end and does not reach it.
  const share = 1 - Math.exp((-elapsed / expectedSeconds) * 1.6);
  const left = elapsed < expectedSeconds ? expectedSeconds - elapsed : null;
  return {
    percent: Math.round(Math.min(0.92, share) * LOADED_PERCENT),
    etaSeconds: left === null ? null : Math.ceil(left),
  };
}
