import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource, sourceKeys, sources } from "../connectors/sources.ts";
import { pollSecondsFor, viewOf } from "../health/load-home.server.ts";
import type { Shop } from "../shops/shop.ts";
import type { BackfillStatusAnswer } from "./backfill.ts";
import { findBackfilledConnector, findBackfills } from "./backfills.store.server.ts";
import type { BackfillsPage } from "./backfills-page.ts";

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

const HISTORY_SHOWN = 50;

/** Everything the Backfills page draws, in three statements. */
export async function loadBackfillsPage(tx: ShopTx, shop: Shop, now: Date): Promise<BackfillsPage> {
  const connectors = await tx.$queryRaw<{ id: string; source: string }[]>`
    SELECT id, source FROM connectors WHERE shop_id = ${shop.id}::uuid AND paused_at IS NULL`;
  const active = await findBackfills(tx, { isActive: true, limit: HISTORY_SHOWN });
  return {
    shop: viewOf(shop),
    now: now.toISOString(),
    sources: connectors
      .flatMap(({ id, source }) =>
        isSource(source) ? [{ connectorId: id, label: sources[source].label, source }] : [],
      )
      .sort((a, b) => sourceKeys.indexOf(a.source) - sourceKeys.indexOf(b.source)),
    active,
    history: await findBackfills(tx, { isActive: false, limit: HISTORY_SHOWN }),
    pollSeconds: pollSecondsFor(active.length > 0),
  };
}
