/** A score of 1 is the alert limit (about 2 false alarms a series and year), this one the warning limit (about 12). */
export const WARNING_SCORE = 0.5;

/** A test's own evidence at which it warns, and at which it alerts. */
export interface Limits {
  warning: number;
  alert: number;
}

/** Evidence on the common scale: straight lines through (0, 0), the warning limit and the alert limit. */
export function scoreOf(evidence: number, { warning, alert }: Limits): number {
  if (!(evidence > 0)) return 0;
  if (evidence >= alert) return evidence / alert;
  if (evidence >= warning)
    return WARNING_SCORE + ((1 - WARNING_SCORE) * (evidence - warning)) / (alert - warning);
  return (WARNING_SCORE * evidence) / warning;
}
