/** A stream as far as it matters what loading its rows a second time does. */
interface SyncedStream {
  syncMode: string;
}

/** Rows that are loaded again replace those of the same key. */
export const isDeduped = ({ syncMode }: SyncedStream): boolean => syncMode === "incremental_deduped_history";

/** The table is made anew by each sync: a range of days cannot be added to it, and need not be. */
export const isOverwritten = ({ syncMode }: SyncedStream): boolean =>
  syncMode.startsWith("full_refresh_overwrite");

/** Whether a source's settings keep it from reading a day; settings that name no start keep it from none. */
export function startsAfter(configuration: Readonly<Record<string, unknown>>, day: string): boolean {
  const start = configuration.start_date ?? configuration.date_ranges_start_date;
  return typeof start === "string" && /^\d{4}-\d{2}-\d{2}/.test(start) && start.slice(0, 10) > day;
}
