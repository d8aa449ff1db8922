import { type Source, sourceKeys } from "../connectors/sources.ts";

/** A pipeline's own name of a job. */
export interface JobName {
  namespace: string;
  name: string;
}

export type UnmappedReason = "no_such_source" | "synced_by_airbyte";

/** Where a job's runs belong. */
export type JobTarget =
  | { feeds: "connector"; connectorId: string }
  | { feeds: "new_connector"; source: Source }
  | { feeds: "nothing"; reason: UnmappedReason };

/** Longer names do not fit into the table's key, whatever they are written in. */
const MAX_STORED_LENGTH = 400;

/** Whether a job can be remembered: Postgres stores no zero byte and no half character. */
export function isStorableJob({ namespace, name }: JobName): boolean {
  return [namespace, name].every(
    (text) => text.length <= MAX_STORED_LENGTH && !text.includes("\0") && text.isWellFormed(),
  );
}

/**
 * The naming rule, for a job that staff has not mapped: its name, or the last part of it after a dot or a slash, is one
 * of our source keys, whatever its case and with dashes or spaces for underscores. `etl.load/Meta-Ads` is `meta_ads`.
 */
export function sourceOfJob(name: string): Source | null {
  const lastPart = name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf("/")) + 1);
  const candidates = [name, lastPart].map((text) => text.toLowerCase().replaceAll(/[- ]/g, "_"));
  return sourceKeys.find((key) => candidates.includes(key)) ?? null;
}

/**
 * Where a job's runs belong: to the connector that staff mapped it to, else to the source that its name says. Of a
 * connector that Airbyte syncs, Airbyte alone says how its runs went.
 */
export function decideJobTarget(
  job: JobName,
  mappedConnectorId: string | null,
  connectors: readonly { id: string; source: Source; engine: "airbyte" | "push" }[],
): JobTarget {
  const source = mappedConnectorId === null ? sourceOfJob(job.name) : null;
  const connector = connectors.find((each) =>
    mappedConnectorId === null ? each.source === source : each.id === mappedConnectorId,
  );
  if (connector?.engine === "airbyte") return { feeds: "nothing", reason: "synced_by_airbyte" };
  if (connector) return { feeds: "connector", connectorId: connector.id };
  return source ? { feeds: "new_connector", source } : { feeds: "nothing", reason: "no_such_source" };
}
