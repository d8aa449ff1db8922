import { SecretBox } from "./crypto.server.ts";
import { env } from "./env.server.ts";
import { log } from "./log.server.ts";

let box: SecretBox | undefined;

/** The process' box for secrets at rest, with the keys of APP_ENCRYPTION_KEY. */
export function secretBox(): SecretBox {
  box ??= new SecretBox(env().APP_ENCRYPTION_KEY);
  return box;
}

/** What became of stored secrets that were to be written under the newest key. */
export interface RenewedSecrets {
  renewed: number;
  /** Under the newest key already. */
  current: number;
  /** No key that we have opens them. */
  unreadable: number;
}

/** Secrets of one row, under the newest key. `changed` is false when there is nothing to write; one that nothing opens stays. */
export function renewSecrets<Column extends string>(
  sealed: Readonly<Record<Column, string | null>>,
  contextOf: (column: Column) => string,
): { sealed: Record<Column, string | null>; changed: boolean; counts: RenewedSecrets } {
  const counts = { renewed: 0, current: 0, unreadable: 0 };
  const renewed: Record<Column, string | null> = { ...sealed };
  for (const column of Object.keys(sealed) as Column[]) {
    const stored = sealed[column];
    if (stored === null) continue;
    try {
      const fresh = secretBox().renew(stored, contextOf(column));
      if (fresh === null) counts.current += 1;
      else {
        renewed[column] = fresh;
        counts.renewed += 1;
      }
    } catch (error) {
      log.error({ err: error }, "a stored secret cannot be opened with any key of APP_ENCRYPTION_KEY");
      counts.unreadable += 1;
    }
  }
  return { sealed: renewed, changed: counts.renewed > 0, counts };
}

export const sumRenewed = (all: readonly RenewedSecrets[]): RenewedSecrets => ({
  renewed: all.reduce((sum, each) => sum + each.renewed, 0),
  current: all.reduce((sum, each) => sum + each.current, 0),
  unreadable: all.reduce((sum, each) => sum + each.unreadable, 0),
});
