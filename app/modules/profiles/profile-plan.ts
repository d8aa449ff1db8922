import type { Source } from "../connectors/sources.ts";
import { type DayRange, mergeRanges } from "./day-ranges.ts";
import { type DueFacts, daysToProfile, type ProfileMode, unsettledDays } from "./due.ts";

/** A connector, and the shop by whose name and calendar its rows are found. */
export interface Subject extends DueFacts {
  shopId: string;
  connectorId: string;
  source: Source;
  domain: string;
  /** The engine's ids of all the shop's connections. */
  connections: string[];
}

/** One connector's days to read: the last range ends today. */
export interface Plan {
  subject: Subject;
  ranges: DayRange[];
  /** Afterwards all of the last 90 days are known as they are now. */
  isCounted: boolean;
}

/**
 * What to read of a connector: what a sync may have changed, and days whose count is not what is stored.
 * @param changedDays null: not counted in this pass
 * @returns null: nothing, the last profile still holds
 */
export function planProfile(
  subject: Subject,
  changedDays: readonly string[] | null,
  now: Date,
  mode: ProfileMode,
  also?: DayRange,
): Plan | null {
  const due = daysToProfile(subject, now, mode);
  const changed = (changedDays ?? []).map((day) => ({ fromDay: day, toDay: day }));
  if (also) changed.push({ fromDay: also.fromDay, toDay: also.toDay });
  if (!due && changed.length === 0) return null;
  // Whatever else is read, the latest days are: a profile says how a connector stands now.
  const ranges = mergeRanges([due ?? unsettledDays(subject, now), ...changed]);
  return { subject, ranges, isCounted: mode === "full" || !subject.profiledAt || changedDays !== null };
}
