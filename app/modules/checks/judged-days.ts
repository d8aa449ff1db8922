import { daysBetween } from "../shops/shop-days.ts";
import type { DataCheckName } from "./check-names.ts";
import type { DataFacts, DayOfData, DaySpan, Finding } from "./data-facts.ts";
import { isHeld } from "./held-days.ts";

/** At a connector's first evaluation only its last day is judged: what is older is history, not news. */
export const FIRST_LOOK_DAYS = 1;
/** A day older than this is not judged any more, even if its numbers change. */
export const JUDGED_BACK_DAYS = 90;

/**
 * What statistics found counts for so many days after it was found, unless it is found again: a real loss is refilled or
 * resolved by then, and what was an odd day of the shop must not stay for months.
 */
const countsForDays = { warning: 3, high: 14, critical: 14 } as const;

export const isInside = (day: string, spans: readonly DaySpan[]): boolean =>
  spans.some(({ from, to }) => from <= day && day <= to);

/** How one check goes over the days: which it judges anew, and what still stands from last time. */
export interface DaysToJudge {
  judge: DayOfData[];
  /** Failing days whose numbers have not changed since. */
  stands: Finding[];
  judgedThrough: string | null;
}

/**
 * Days that became due since the last evaluation, and older ones that have lost rows since; at the first one the last.
 * A day that failed is judged again whenever its numbers change.
 * Days that people expect to be unusual, or have settled, are not judged by statistics. Days that are being loaded again
 * are not judged: what was found of them stands, and what is new or changes of them meanwhile is judged afterwards.
 */
export function daysToJudge(
  facts: DataFacts,
  check: DataCheckName,
  { isStatistical }: { isStatistical: boolean },
): DaysToJudge {
  const { dueThrough, days, held } = facts;
  const prior = facts.prior.get(check);
  if (dueThrough === null) return { judge: [], stands: [...(prior?.failing ?? [])], judgedThrough: null };
  const settled = facts.settled.filter((span) => span.check === check);
  const mayJudge = (day: string) =>
    !isInside(day, settled) && !(isStatistical && isInside(day, facts.expected));
  const due = days.filter(({ day }) => day <= dueThrough).slice(-JUDGED_BACK_DAYS);
  const firstNew = prior?.judgedThrough
    ? due.findIndex(({ day }) => day > prior.judgedThrough!)
    : Math.max(0, due.length - FIRST_LOOK_DAYS);
  const failedBefore = new Set(prior?.failing.map(({ subject }) => subject));
  const isNew = (index: number) => firstNew >= 0 && index >= firstNew;
  const hasChanged = (one: DayOfData) =>
    prior !== undefined &&
    one.profiledAt > (prior.held && isHeld(one.day, prior.held) ? prior.held.basisAt : prior.basisAt);
  const isAnew = (one: DayOfData, index: number) =>
    isNew(index) ||
    (hasChanged(one) && hasLostRows(one)) ||
    (failedBefore.has(one.day) && (facts.isFullPass || hasChanged(one)));
  const judge = due.filter((one, index) => !isHeld(one.day, held) && isAnew(one, index) && mayJudge(one.day));
  const anew = new Set(judge.map(({ day }) => day));
  const known = new Set(due.map(({ day }) => day));
  const stands = (prior?.failing ?? []).filter(
    (finding) =>
      known.has(finding.subject) &&
      !anew.has(finding.subject) &&
      mayJudge(finding.subject) &&
      (isHeld(finding.subject, held) || !(isStatistical && hasFaded(finding, dueThrough))),
  );
  const firstOpen = due.findIndex((one, index) => isNew(index) && isHeld(one.day, held));
  const judged = firstOpen >= 0 ? due.slice(0, firstOpen) : due;
  return { judge, stands, judgedThrough: judged.at(-1)?.day ?? prior?.judgedThrough ?? null };
}

/** A day of the past that changes is news when it has fewer rows than it had: platforms restate figures all the time. */
const hasLostRows = ({ rowCount, highestRows }: DayOfData): boolean => rowCount < highestRows;

const SHRUNKEN_SHARE = 0.2;

/** Whether a day has lost more than a fifth of its rows since they were loaded: hardly by the business itself. */
export const hasShrunk = ({ rowCount, highestRows }: DayOfData): boolean =>
  rowCount < highestRows * (1 - SHRUNKEN_SHARE);

/** Whether what was found of a day no longer counts. */
export const hasFaded = (
  { foundOn, subject, severity }: Pick<Finding, "foundOn" | "subject" | "severity">,
  dueThrough: string,
): boolean => daysBetween(foundOn ?? subject, dueThrough) > countsForDays[severity];
