import { type Severity, severityRank } from "../severity.ts";

/** Fewer shops are a coincidence. */
const FEWEST_SHOPS = 3;
/** Of a source's connectors, this share has to begin failing within an hour. */
const SHARE_TO_START = 0.2;
/** It is over when less than this share still fails: lower than what starts it, so that it does not flap. */
const SHARE_TO_GO_ON = 0.1;

/** How a source stands over all shops, without those that lack a sign-in. */
export interface SourceCounts {
  connectors: number;
  failing: number;
  failingShops: number;
  /** Of those failing, they began within the last hour. */
  began: number;
  beganShops: number;
  /** The worst of those failing. */
  severity: Severity | null;
}

export type UpstreamStep =
  | { kind: "start"; severity: Severity }
  | { kind: "escalate"; severity: Severity }
  | { kind: "end" }
  | { kind: "none" };

/**
 * Whether a source is having a problem that is nobody's own: it starts when it began in at least 3 shops and 20 % of its
 * connectors within an hour, and ends when fewer than 3 shops or 10 % still fail. Its severity only rises.
 */
export function decideUpstream(counts: SourceCounts, open: { severity: Severity } | null): UpstreamStep {
  const { connectors, severity } = counts;
  if (!open) {
    const starts =
      severity !== null && counts.beganShops >= FEWEST_SHOPS && counts.began >= SHARE_TO_START * connectors;
    return starts ? { kind: "start", severity } : { kind: "none" };
  }
  const goesOn = counts.failingShops >= FEWEST_SHOPS && counts.failing >= SHARE_TO_GO_ON * connectors;
  if (!goesOn) return { kind: "end" };
  return severity !== null && severityRank(severity) > severityRank(open.severity)
    ? { kind: "escalate", severity }
    : { kind: "none" };
}
