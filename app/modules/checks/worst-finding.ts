import { severityRank } from "../severity.ts";
import type { Finding } from "./data-facts.ts";

/** Worst first, then newest. */
const byWeight = (a: Finding, b: Finding): number =>
  severityRank(b.severity) - severityRank(a.severity) || (a.subject < b.subject ? 1 : -1);

export const worstOf = (findings: readonly Finding[]): Finding | undefined => [...findings].sort(byWeight)[0];
