import { WarehouseError, warehouse } from "#app/platform/warehouse.server.ts";
import type { Query } from "./warehouse-rows.ts";

/** So many failures find the one culprit among 64 shops; after one more the rest waits for the next pass. */
const PATIENCE = 7;

export interface Answers<Answer> {
  /** By the wanted stretch's `n`. One that failed has none. */
  answers: Map<number, Answer>;
  /** Why some have none. */
  failure: WarehouseError | null;
}

/**
 * Asks the warehouse one statement per part. Where one takes too long, or stumbles over a value, its halves are asked for
 * by themselves: one shop's size or broken row does not leave the others unknown. A shop found so is not asked for again.
 */
export async function askInParts<Wanted extends { n: number; shop: string }, Answer extends { n: number }>(
  parts: readonly (readonly Wanted[])[],
  build: (part: readonly Wanted[]) => Query,
  limits: { timeoutMs?: number },
): Promise<Answers<Answer>> {
  const asked: Answers<Answer> = { answers: new Map(), failure: null };
  const queue = [...parts];
  const culprits = new Set<string>();
  let failures = 0;
  while (queue.length > 0) {
    const part = queue.shift()!.filter(({ shop }) => !culprits.has(shop));
    if (part.length === 0) continue;
    try {
      const answers = await warehouse().read<Answer>(build(part), limits);
      for (const answer of answers) asked.answers.set(answer.n, answer);
    } catch (error) {
      if (!(error instanceof WarehouseError)) throw error;
      asked.failure ??= error;
      failures += 1;
      const isOfPart = error.kind === "timeout" || error.kind === "query_failed";
      if (!isOfPart || failures > PATIENCE) break;
      const middle = Math.ceil(part.length / 2);
      if (part.length > 1) queue.unshift(part.slice(0, middle), part.slice(middle));
      else culprits.add(part[0]!.shop);
    }
  }
  return asked;
}
