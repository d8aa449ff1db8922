import { z } from "zod";
import { notFound } from "#app/platform/errors.ts";
import { parseInput } from "#app/platform/http/parse-input.server.ts";
import { parseJson } from "#app/platform/http/request-body.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { authenticateSignedPush, type Push } from "../ingest-keys/authenticate-signed-push.server.ts";
import { markIngestKeyUsed } from "../ingest-keys/ingest-keys.store.server.ts";
import { queueStep } from "./backfill-steps.store.server.ts";
import { foldProgress, PipelineProgress, ProgressReport } from "./pipeline-progress.ts";

/**
 * What a pipeline says of a backfill it was asked for. Late and repeated reports change nothing that is further.
 * @returns whether it changed anything
 * @throws AppError unauthenticated, rate_limited, not_found for what is no pushed backfill of this shop, malformed, invalid
 */
export async function receiveProgress(
  push: Push,
  backfillId: string,
  now: Date,
): Promise<{ shopDomain: string; accepted: boolean }> {
  const { shop, keyId } = await authenticateSignedPush(push, now);
  if (!z.uuid().safeParse(backfillId).success) throw notFound("backfill");
  const accepted = await withShop(shop.id, async (tx) => {
    const [row] = await tx.$queryRaw<{ progress: unknown; isActive: boolean }[]>`
      SELECT progress, status NOT IN ('completed', 'failed', 'cancelled') AS "isActive" FROM backfill_jobs
      WHERE id = ${backfillId}::uuid AND strategy = 'push' FOR UPDATE`;
    if (!row) throw notFound("backfill");
    const report = parseInput(ProgressReport, parseJson(push.body), "body");
    await markIngestKeyUsed(tx, shop.id, keyId, now);
    if (!row.isActive) return false;
    const before = PipelineProgress.safeParse(row.progress).data ?? null;
    const after = foldProgress(before, report, now);
    await tx.$executeRaw`UPDATE backfill_jobs SET progress = ${JSON.stringify(after)}::jsonb WHERE id = ${backfillId}::uuid`;
    await queueStep(tx, shop.id, backfillId, now);
    return true;
  });
  return { shopDomain: shop.domain, accepted };
}
