import type { DbTransaction } from "./db.server.ts";

const waiting = new WeakMap<DbTransaction, (() => void)[]>();

/** Does something once this transaction has committed, and never if it is rolled back. */
export function afterCommit(tx: DbTransaction, act: () => void): void {
  const acts = waiting.get(tx);
  if (acts) acts.push(act);
  else waiting.set(tx, [act]);
}

/** For whoever opened the transaction: it has committed. */
export function committed(tx: DbTransaction): void {
  for (const act of waiting.get(tx) ?? []) act();
  waiting.delete(tx);
}
