import type { Source } from "../connectors/sources.ts";
import { isBoundedSource } from "./bounded-settings.ts";
import type { BackfillWay } from "./read-days.ts";

/**
 * How a connector's days would be loaded again, without asking anybody. Where it is not known whether somebody has made a
 * second source, the way that reads more is expected.
 */
export function expectWay(facts: {
  source: Source;
  engine: "airbyte" | "push";
  /** As it was at the last look at its Airbyte workspace; null: not looked at yet. */
  hasBackfillSource: boolean | null;
  /** Whether cursors can be set back here. */
  canRewind: boolean;
}): BackfillWay {
  if (facts.engine === "push") return "push";
  const isBounded = isBoundedSource(facts.source) && (facts.hasBackfillSource === true || !facts.canRewind);
  return isBounded ? "airbyte_bounded" : "airbyte_rewind";
}
