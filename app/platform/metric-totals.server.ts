import { db } from "./db.server.ts";

/** What was counted under one name and one set of labels. */
export interface Total {
  name: string;
  labels: Readonly<Record<string, string>>;
  /** A histogram's upper bounds; none for a counter. */
  bounds: readonly number[];
  /** A counter's number, or the sum of a histogram's values. */
  total: number;
  /** How many values fell under each bound, and last those above all; none for a counter. */
  buckets: readonly number[];
}

export type Totals = Map<string, Total>;

/** Adds each to what has its name, labels and bounds. */
export function addTotals(to: Totals, more: Iterable<Total>): void {
  for (const one of more) {
    const key = JSON.stringify([one.name, Object.entries(one.labels).sort(), one.bounds]);
    const before = to.get(key);
    to.set(
      key,
      before
        ? {
            ...before,
            total: before.total + one.total,
            buckets: before.buckets.map((count, index) => count + (one.buckets[index] ?? 0)),
          }
        : one,
    );
  }
}

/** Adds to what all processes have counted. In one order, so that two that save at once wait and do not deadlock. */
export async function saveTotals(counted: readonly Total[]): Promise<void> {
  await db().$executeRaw`
    INSERT INTO metric_totals AS t (name, labels, bounds, total, buckets)
    SELECT name, labels, bounds, total, buckets
    FROM jsonb_to_recordset(${JSON.stringify(counted)}::jsonb)
      AS c (name text, labels jsonb, bounds jsonb, total double precision, buckets bigint[])
    ORDER BY name, labels, bounds
    ON CONFLICT (name, labels, bounds) DO UPDATE SET total = t.total + excluded.total,
      buckets = ARRAY(SELECT was + more FROM unnest(t.buckets, excluded.buckets) WITH ORDINALITY AS b (was, more, n) ORDER BY n)`;
}

/** What all processes have counted, since the database was made. */
export function loadTotals(): Promise<Total[]> {
  return db().$queryRaw<Total[]>`
    SELECT name, labels, bounds, total, to_jsonb(buckets) AS buckets
    FROM metric_totals ORDER BY name, labels`;
}
