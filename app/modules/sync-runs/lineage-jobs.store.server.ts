import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { JobName, UnmappedReason } from "./lineage-job.ts";

/** How many jobs that feed nothing are remembered of a shop: names are the sender's, and cost it nothing. */
export const MAX_UNMAPPED_JOBS = 500;

export interface LineageJob extends JobName {
  /** The connector that staff mapped the job to. */
  connectorId: string | null;
  unmappedReason: UnmappedReason | null;
  seenAt: Date;
}

/** Those of the jobs that are stored. */
export function findLineageJobs(tx: ShopTx, shopId: string, jobs: readonly JobName[]): Promise<LineageJob[]> {
  return tx.$queryRaw<LineageJob[]>`
    SELECT namespace, name, connector_id AS "connectorId", unmapped_reason AS "unmappedReason", seen_at AS "seenAt"
    FROM lineage_jobs JOIN jsonb_to_recordset(${JSON.stringify(jobs)}::jsonb) AS wanted (namespace text, name text) USING (namespace, name)
    WHERE shop_id = ${shopId}::uuid`;
}

/** Jobs whose runs feed nothing, for staff to map, the last seen first. */
export function listUnmappedLineageJobs(tx: ShopTx, shopId: string): Promise<LineageJob[]> {
  return tx.$queryRaw<LineageJob[]>`
    SELECT namespace, name, connector_id AS "connectorId", unmapped_reason AS "unmappedReason", seen_at AS "seenAt"
    FROM lineage_jobs WHERE shop_id = ${shopId}::uuid AND unmapped_reason IS NOT NULL
    ORDER BY seen_at DESC, namespace, name`;
}

/** Jobs that staff mapped to a connector, by name. */
export function listMappedLineageJobs(tx: ShopTx, shopId: string): Promise<LineageJob[]> {
  return tx.$queryRaw<LineageJob[]>`
    SELECT namespace, name, connector_id AS "connectorId", unmapped_reason AS "unmappedReason", seen_at AS "seenAt"
    FROM lineage_jobs WHERE shop_id = ${shopId}::uuid AND connector_id IS NOT NULL ORDER BY namespace, name`;
}

/** What a person says of a job: the connector that it feeds; null: none of a person's choosing. */
export async function saveLineageMapping(
  tx: ShopTx,
  shopId: string,
  { namespace, name }: JobName,
  { connectorId, unmappedReason }: Pick<LineageJob, "connectorId" | "unmappedReason">,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE lineage_jobs SET connector_id = ${connectorId}::uuid, unmapped_reason = ${unmappedReason}
    WHERE shop_id = ${shopId}::uuid AND namespace = ${namespace} AND name = ${name}`;
}

/**
 * Remembers jobs that were seen, and why they feed nothing. Of those that staff has not mapped, the ones seen longest
 * ago make room. One writer of a shop at a time: two that make room for each other would wait in a circle.
 */
export async function saveLineageJobs(
  tx: ShopTx,
  shopId: string,
  jobs: readonly (JobName & { unmappedReason: UnmappedReason | null })[],
  now: Date,
): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('lineage_jobs ' || ${shopId}, 0))`;
  await tx.$executeRaw`
    INSERT INTO lineage_jobs AS job (shop_id, namespace, name, seen_at, unmapped_reason)
    SELECT ${shopId}::uuid, namespace, name, ${now}::timestamptz, "unmappedReason"
    FROM jsonb_to_recordset(${JSON.stringify(jobs)}::jsonb) AS seen (namespace text, name text, "unmappedReason" text)
    ON CONFLICT (shop_id, namespace, name) DO UPDATE SET
      seen_at = greatest(job.seen_at, excluded.seen_at), unmapped_reason = excluded.unmapped_reason`;
  await tx.$executeRaw`
    DELETE FROM lineage_jobs WHERE shop_id = ${shopId}::uuid AND connector_id IS NULL AND (namespace, name) IN (
      SELECT namespace, name FROM lineage_jobs WHERE shop_id = ${shopId}::uuid AND connector_id IS NULL
      ORDER BY seen_at DESC, namespace, name OFFSET ${MAX_UNMAPPED_JOBS})`;
}
