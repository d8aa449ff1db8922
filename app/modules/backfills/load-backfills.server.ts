import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { BackfillStatusAnswer } from "./backfill.ts";
import { findBackfilledConnector, findBackfills } from "./backfills.store.server.ts";

const SHOWN = 20;

/** `GET …/backfill/status`: the active backfill of a connector, and ended ones, newest first. @throws AppError not_found */
export async function getBackfillStatus(tx: ShopTx, connectorId: string): Promise<BackfillStatusAnswer> {
  if (!(await findBackfilledConnector(tx, connectorId))) throw notFound("connector");
  const [active] = await findBackfills(tx, { connectorId, isActive: true, limit: 1 });
  return {
    backfill: active ?? null,
    history: await findBackfills(tx, { connectorId, isActive: false, limit: SHOWN }),
  };
}
