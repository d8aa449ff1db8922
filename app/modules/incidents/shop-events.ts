import { isSource, sources } from "../connectors/sources.ts";
import type { Severity } from "../severity.ts";

/** Fewer sources are told one by one. */
const FEWEST_CONNECTORS = 3;

export type Engine = "airbyte" | "push";

/** What a shop event's incident is filed under, by the engine whose sources all fail. */
export const shopEventChecks = {
  airbyte: "sync_service_outage",
  push: "pipelines_outage",
} as const satisfies Record<Engine, string>;

/** How the sources of one engine stand in one shop. */
export interface EngineCounts {
  connectors: number;
  failing: number;
  /** Failing, and not because their source fails for many shops. */
  ownFailing: number;
  severity: Severity | null;
}

/**
 * Whether everything that one engine syncs for a shop fails together: then one incident speaks for all. It starts when
 * all of at least 3 fail, and goes on while at least 3 do, so that it does not end with the first that recovers.
 * @returns its severity, the worst of its parts; null: there is none
 */
export function judgeShopEvent(counts: EngineCounts, isOpen: boolean): Severity | null {
  const isEnough = counts.ownFailing >= FEWEST_CONNECTORS;
  return isEnough && (isOpen || counts.failing === counts.connectors) ? counts.severity : null;
}

/** Its title and detail, in a merchant's words. */
export function describeShopEvent(
  engine: Engine,
  failingSources: readonly string[],
): { title: string; detail: string } {
  const labels = failingSources.map((source) => (isSource(source) ? sources[source].label : source)).sort();
  const list = labels.join(", ");
  return engine === "airbyte"
    ? {
        title: "Several sources stopped syncing together",
        detail: `Late or failing: ${list}. They share one sync service, so the cause is likely there and not in your accounts. We are looking into it.`,
      }
    : {
        title: "Several pipelines stopped reporting together",
        detail: `Late or failing: ${list}. They report by themselves, so the cause is likely something that these pipelines share. Check that they run.`,
      };
}
