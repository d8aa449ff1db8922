import { worstSeverity } from "../severity.ts";
import type { DataCheckName } from "./check-names.ts";
import type { CheckVerdict, DataFacts, DaySpan, Finding } from "./data-facts.ts";
import { worstOf } from "./worst-finding.ts";

/** What these find is no matter of single days, or may not wait. */
const neverHeld: ReadonlySet<DataCheckName> = new Set(["tenant_isolation", "zero_row_sync", "empty_table"]);

/** Whether a day, or an hour of one, is being loaded again. */
export const isHeld = (subject: string, held: DaySpan | null): boolean =>
  held !== null && subject !== "" && held.from <= subject.slice(0, 10) && subject.slice(0, 10) <= held.to;

/** What stands of held days as it was found before, for checks that look at every day each time. */
export const heldFindings = ({ held, prior }: DataFacts, check: DataCheckName): Finding[] =>
  (prior.get(check)?.failing ?? []).filter(({ subject }) => isHeld(subject, held));

/**
 * What a verdict says while days are held: of the others alone, so that no incident opens because of the held ones. An
 * incident that is open already speaks of all its days. Null: only held days fail, and nothing is said.
 */
export function speakOfOthers(
  verdict: CheckVerdict,
  held: DaySpan | null,
  isIncidentOpen: boolean,
): CheckVerdict | null {
  if (held === null || verdict.severity === null || neverHeld.has(verdict.check)) return verdict;
  const others = verdict.failing.filter(({ subject }) => !isHeld(subject, held));
  if (others.length === 0) return null;
  if (isIncidentOpen || others.length === verdict.failing.length) return verdict;
  return {
    ...verdict,
    failing: others,
    severity: worstSeverity(others.map(({ severity }) => severity)),
    shown: worstOf(others) ?? null,
  };
}
