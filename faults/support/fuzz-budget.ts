/** How the requests of a run are shared out. */
const shares = { api: 0.7, pages: 0.3 };

/** `npm test` sends a few, `npm run test:faults` many; FUZZ_REQUESTS says how many exactly. */
export function fuzzBudget(part: keyof typeof shares): number {
  const all = Number(process.env.FUZZ_REQUESTS) || (process.env.FAULTS === "full" ? 25_000 : 3_000);
  return Math.ceil(all * shares[part]);
}

const seed = Number(process.env.FUZZ_SEED) || (process.env.FAULTS === "full" ? Date.now() % 2 ** 31 : 1);

/** The same in `npm test`, another one each full run; a failure prints it, and FUZZ_SEED repeats it. */
export const fuzzSeed = (): number => seed;
