/** `npm run test:faults` takes its time; `npm test` takes a sample of it. */
export const isThorough = process.env.FAULTS === "full";

/** Seeds, so that a failure can be had again: `FAULT_SEED=7` runs that one alone. */
export function seeds(few: number, many: number): readonly number[] {
  if (process.env.FAULT_SEED) return [Number(process.env.FAULT_SEED)];
  return Array.from({ length: isThorough ? many : few }, (_, index) => index + 1);
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
