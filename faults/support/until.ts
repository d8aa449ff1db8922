/** Waits until something is true. @throws Error that says what did not become true in time */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 40_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs / 1000} seconds: ${what}.`);
    await sleep(20);
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
