/** How the requests of a run are shared out. */
const shares = { api: 0.8, pages: 0.2 };

/** `npm test` sends a few, `npm run test:faults` many; FUZZ_REQUESTS says how many exactly. */
export function fuzzBudget(part: keyof typeof shares): number {
  const all = Number(process.env.FUZZ_REQUESTS) || (process.env.FAULTS === "full" ? 25_000 : 1_500);
  return Math.ceil(all * shares[part]);
}

const seed = Number(process.env.FUZZ_SEED) || Date.now() % 2 ** 31;

/** Another one each run; a failure prints it, and FUZZ_SEED repeats it. */
export const fuzzSeed = (): number => seed;
