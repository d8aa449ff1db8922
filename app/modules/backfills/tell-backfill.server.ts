import { env } from "#app/platform/env.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { tellFlowBackfill } from "../alerts/flow-payload.ts";
import { adminLink } from "../shops/admin-link.ts";
import { sendFlowTrigger } from "../shops/send-flow-trigger.server.ts";
import { findBackfills } from "./backfills.store.server.ts";

/**
 * Starts the shop's own workflows that wait for a completed backfill. Soft where a shop has none.
 * @throws Error for what may pass by itself: the job tries again
 */
export async function tellBackfill(
  { shopId, backfillId }: { shopId: string; backfillId: string },
  now: Date,
): Promise<string> {
  const found = await withShop(shopId, async (tx) => {
    const [backfill] = await findBackfills(tx, { id: backfillId, limit: 1 });
    const [shop] = await tx.$queryRaw<
      { domain: string }[]
    >`SELECT domain FROM shops WHERE id = ${shopId}::uuid`;
    return backfill && shop ? { backfill, domain: shop.domain } : null;
  });
  if (!found?.backfill.endedAt) return "gone";
  const { backfill, domain } = found;
  const { SHOPIFY_API_KEY: apiKey, ADMIN_ORIGIN: adminOrigin } = env();
  const told = await sendFlowTrigger(
    { id: shopId, domain },
    tellFlowBackfill({
      ...backfill,
      summary: backfill.result?.summary ?? "",
      endedAt: new Date(found.backfill.endedAt),
      url: adminLink({ domain, apiKey, adminOrigin, path: `/app/connectors/${backfill.connectorId}` }),
    }),
    now,
  );
  if (told.outcome === "failed" && told.retry !== "never")
    throw new Error(`Flow was not told: ${told.reason}`);
  return told.outcome === "sent" ? "sent" : told.reason;
}
