import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { addConnector, listConnectors } from "../connectors/connectors.store.server.ts";
import { type Source, sources } from "../connectors/sources.ts";
import { decideJobTarget, type JobName } from "./lineage-job.ts";
import { findLineageJobs, saveLineageMapping } from "./lineage-jobs.store.server.ts";

/**
 * Says by hand which source a pipeline's job loads. Its runs count from its next event on: those before were not kept.
 * The connector is made if the shop has none.
 * @throws AppError not_found; conflict for a source that Airbyte syncs
 */
export async function mapLineageJob(
  tx: ShopTx,
  shopId: string,
  { namespace, name, source, reason }: JobName & { source: Source; reason: string },
  by: By,
): Promise<void> {
  const job = await getJob(tx, shopId, { namespace, name });
  const existing = (await listConnectors(tx, shopId)).find((each) => each.source === source);
  if (existing?.engine === "airbyte")
    throw new AppError(
      "conflict",
      `Airbyte syncs ${sources[source].label}: it alone says how its runs went.`,
    );
  const connectorId =
    existing?.id ??
    (await addConnector(tx, { shopId, source, engine: "push", connectionId: null, now: by.now }));
  await saveLineageMapping(tx, shopId, job, { connectorId, unmappedReason: null });
  await audit(
    tx,
    shopId,
    "lineage_job.map",
    job,
    { before: job.connectorId, after: connectorId, reason },
    by,
  );
}

/** Takes a person's word back: from now on the job's name decides. @throws AppError not_found */
export async function unmapLineageJob(
  tx: ShopTx,
  shopId: string,
  { namespace, name, reason }: JobName & { reason: string },
  by: By,
): Promise<void> {
  const job = await getJob(tx, shopId, { namespace, name });
  const target = decideJobTarget(job, null, await listConnectors(tx, shopId));
  await saveLineageMapping(tx, shopId, job, {
    connectorId: null,
    unmappedReason: target.feeds === "nothing" ? target.reason : null,
  });
  await audit(tx, shopId, "lineage_job.unmap", job, { before: job.connectorId, after: null, reason }, by);
}

async function getJob(tx: ShopTx, shopId: string, name: JobName) {
  const [job] = await findLineageJobs(tx, shopId, [name]);
  if (!job) throw notFound("job");
  return job;
}

const audit = (
  tx: ShopTx,
  shopId: string,
  action: string,
  { namespace, name }: JobName,
  { before, after, reason }: { before: string | null; after: string | null; reason: string },
  by: By,
) =>
  recordAudit(tx, {
    shopId,
    actor: by.actor,
    action,
    target: `${namespace} ${name}`,
    before: { connectorId: before },
    after: { connectorId: after },
    reason,
    requestId: by.requestId,
    at: by.now,
  });
