import { type Source, sources } from "../connectors/sources.ts";
import { dayBefore, dayOf } from "../shops/shop-days.ts";

/** What is known of one connected source's days. */
export interface SourceDays {
  source: Source;
  /** The measures that are read of it. Null: it is not read from the warehouse. */
  measures: ReadonlySet<string> | null;
  /** The first day that ever held a row. Null: none did. */
  firstDay: string | null;
  /** The last day that was over when it was last synced and read. Null: never. */
  throughDay: string | null;
  days: ReadonlyMap<string, { rowCount: number; sums: Readonly<Record<string, number | null>> }>;
  /** Nothing more is expected of it. */
  isPaused: boolean;
  /** Days that an open incident of its data is about. */
  problemDays: ReadonlySet<string>;
}

/** A day is over for a source once it was both synced and read after it. */
export function throughDayOf(
  lastSucceededAt: Date | null,
  profiledAt: Date | null,
  timeZone: string,
): string | null {
  if (!lastSucceededAt || !profiledAt) return null;
  return dayBefore(dayOf(lastSucceededAt < profiledAt ? lastSucceededAt : profiledAt, timeZone));
}

/** From this day on a source may still restate its figures. Null: it does not say when they have settled. */
export function unsettledFrom(source: Source, today: string): string | null {
  const { settledAfterDays } = sources[source];
  return settledAfterDays === null ? null : dayBefore(today, settledAfterDays);
}

/** From one day to another, both included, oldest first. */
export interface Period {
  from: string;
  to: string;
}

/**
 * The last `count` days that can be compared, and as many before them. They end yesterday; a day earlier while a source
 * that is not behind has yet to bring yesterday; and sooner only if all are behind, or when no day after `limit` may be
 * shown.
 */
export function choosePeriods(
  throughDays: readonly (string | null)[],
  { today, count, limit }: { today: string; count: number; limit: string | null },
): { current: Period; previous: Period } | null {
  const known = throughDays.filter((day) => day !== null).sort();
  const newest = known.at(-1);
  if (newest === undefined) return null;
  const dayBeforeYesterday = dayBefore(today, 2);
  const end = known.find((day) => day >= dayBeforeYesterday) ?? newest;
  const to = limit !== null && limit < end ? limit : end;
  const from = dayBefore(to, count - 1);
  return { current: { from, to }, previous: { from: dayBefore(from, count), to: dayBefore(from) } };
}
