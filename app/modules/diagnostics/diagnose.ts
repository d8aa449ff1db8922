import { diagnoseBackfill } from "./backfill-fails.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { DiagnosticFacts } from "./facts.ts";
import { diagnoseNeverSynced } from "./never-synced.ts";
import { diagnoseStale } from "./stale.ts";

/** The questions that a connector raises, answered; none where all is well. */
export const diagnose = (facts: DiagnosticFacts): Diagnosis[] =>
  [diagnoseNeverSynced(facts), diagnoseStale(facts), diagnoseBackfill(facts)].filter((one) => one !== null);
