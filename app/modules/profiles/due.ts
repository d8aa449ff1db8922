import { type Source, sources } from "../connectors/sources.ts";
import { dayBefore, dayOf, startOfDay } from "../shops/shop-days.ts";
import type { DayRange } from "./day-ranges.ts";

/** How far back a connector's very first profile reaches. */
export const HISTORY_DAYS = 400;
/** How far back the night's count and a full profile reach, today included. */
export const COUNTED_DAYS = 90;
/** Days that may still be restated where the platform never says when a day is final. */
const NEVER_SETTLED_DAYS = 35;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** `due`: what a sync may have changed. `full`: the last 90 days of everything, anew. */
export type ProfileMode = "due" | "full";

export interface DueFacts {
  source: Source;
  timeZone: string;
  lastSucceededAt: Date | null;
  profiledAt: Date | null;
  countedAt: Date | null;
}

/** The last `days` days of a shop, today included. */
export function lastDays(days: number, timeZone: string, now: Date): DayRange {
  const toDay = dayOf(now, timeZone);
  return { fromDay: dayBefore(toDay, days - 1), toDay };
}

/** The days that are not settled now, or were not when the connector was last profiled, up to today. */
export function unsettledDays({ source, timeZone, profiledAt }: DueFacts, now: Date): DayRange {
  const settledAfter = sources[source].settledAfterDays ?? NEVER_SETTLED_DAYS;
  const seen = profiledAt && profiledAt < now ? profiledAt : now;
  const fromDay = dayBefore(dayOf(seen, timeZone), settledAfter);
  const history = lastDays(HISTORY_DAYS, timeZone, now);
  return fromDay > history.fromDay ? { ...history, fromDay } : history;
}

/** The days to profile whatever a count says. Null: none, the last profile still holds. */
export function daysToProfile(facts: DueFacts, now: Date, mode: ProfileMode): DayRange | null {
  const { timeZone, profiledAt, lastSucceededAt } = facts;
  if (!profiledAt) return mode === "full" || lastSucceededAt ? lastDays(HISTORY_DAYS, timeZone, now) : null;
  if (mode === "full") {
    const unsettled = unsettledDays(facts, now);
    const counted = lastDays(COUNTED_DAYS, timeZone, now);
    return unsettled.fromDay < counted.fromDay ? unsettled : counted;
  }
  return lastSucceededAt && lastSucceededAt > profiledAt ? unsettledDays(facts, now) : null;
}

/**
 * Whether all of the last 90 days are to be counted: once a night, from 01:00 of the shop's clock on. Not before a first
 * profile, and not with one: it reads them all.
 */
export function isCountDue({ timeZone, profiledAt, countedAt }: DueFacts, now: Date): boolean {
  if (!profiledAt) return false;
  if (!countedAt || now.getTime() - countedAt.getTime() > DAY_MS) return true;
  const nightOf = (day: string) => startOfDay(day, timeZone).getTime() + HOUR_MS;
  const today = dayOf(now, timeZone);
  const lastNight = nightOf(today) <= now.getTime() ? nightOf(today) : nightOf(dayBefore(today));
  return countedAt.getTime() < lastNight;
}
