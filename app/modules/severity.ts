import { z } from "zod";

/** How bad: warning is logged, high goes to Slack, critical also pages. */
export const Severity = z.enum(["warning", "high", "critical"]);
export type Severity = z.infer<typeof Severity>;

const rank: Record<Severity, number> = { warning: 1, high: 2, critical: 3 };

/** 0 for none, then warning 1, high 2, critical 3. */
export const severityRank = (severity: Severity | null): number => (severity ? rank[severity] : 0);

/** The worst of several; null when there is none. */
export function worstSeverity(severities: Iterable<Severity | null>): Severity | null {
  let worst: Severity | null = null;
  for (const severity of severities) if (severityRank(severity) > severityRank(worst)) worst = severity;
  return worst;
}
