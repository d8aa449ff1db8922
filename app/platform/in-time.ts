/**
 * What `work` gives, if it does so in time; it is not stopped otherwise, only not waited for.
 * @throws Error when it takes longer than `withinMs`
 */
export function inTime<T>(work: Promise<T>, withinMs: number): Promise<T> {
  let limit: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(limit));
}
