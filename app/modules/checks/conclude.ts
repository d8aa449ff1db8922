import { type Severity, worstSeverity } from "../severity.ts";
import type { DataCheckName } from "./check-names.ts";
import type { CheckVerdict, Finding, PriorVerdict } from "./data-facts.ts";
import type { DaysToJudge } from "./judged-days.ts";
import { worstOf } from "./worst-finding.ts";

/** What the last day judged anew said. */
export interface LastJudged {
  state: "judged" | "learning" | "not_enough_volume";
  shown: Omit<Finding, "severity"> | null;
}

/**
 * A check's verdict from what its days said: the worst of what fails, else what the last day judged showed. Where no day
 * was judged anew, what it was before goes on.
 */
export function concludeDays(
  check: DataCheckName,
  {
    plan,
    found,
    last,
    prior,
    severityOf = (failing) => worstSeverity(failing.map((finding) => finding.severity)),
  }: {
    plan: DaysToJudge;
    /** Of the days judged anew. */
    found: readonly Finding[];
    last: LastJudged | null;
    prior: PriorVerdict | undefined;
    /** Where what fails together weighs more than its parts. */
    severityOf?: (failing: readonly Finding[]) => Severity | null;
  },
): CheckVerdict {
  const foundOn = plan.judgedThrough;
  const failing = [...plan.stands, ...found.map((finding) => (foundOn ? { ...finding, foundOn } : finding))];
  failing.sort((a, b) => (a.subject < b.subject ? 1 : -1));
  const severity = severityOf(failing);
  const worst = worstOf(failing);
  return {
    check,
    outcome: severity ? "failed" : quietOutcome(plan, last, prior),
    severity,
    failing,
    shown: worst ?? (last ? last.shown : severity ? null : (prior?.shown ?? null)),
    judgedThrough: plan.judgedThrough,
  };
}

function quietOutcome(
  plan: DaysToJudge,
  last: LastJudged | null,
  prior: PriorVerdict | undefined,
): Exclude<CheckVerdict["outcome"], "failed"> {
  if (last) return last.state === "judged" ? "passed" : last.state;
  if (plan.judgedThrough === null) return "not_due";
  const before = prior?.outcome;
  return before === undefined || before === "failed" || before === "not_judged" || before === "not_due"
    ? "passed"
    : before;
}

/** A verdict about the moment, not about days. */
export function concludeNow(
  check: DataCheckName,
  found: Finding | null,
  outcome: Exclude<CheckVerdict["outcome"], "failed"> = "passed",
): CheckVerdict {
  return {
    check,
    outcome: found ? "failed" : outcome,
    severity: found?.severity ?? null,
    failing: found ? [found] : [],
    shown: found,
    judgedThrough: null,
  };
}
