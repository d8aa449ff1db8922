import type { ShopTx } from "#app/platform/tenant.server.ts";
import { findFailedBackfills } from "../backfills/backfills.store.server.ts";
import { loadRunDays } from "../connectors/connector-facts.store.server.ts";
import { drawHistory } from "../connectors/history.ts";
import { describeBlock } from "../dashboards/get-dashboard-block.server.ts";
import { loadIncidentSpans } from "../incidents/incident-spans.store.server.ts";
import { findIncidents, presentIncident } from "../incidents/incidents.store.server.ts";
import { listNotices } from "../notices/notices.store.server.ts";
import type { Shop } from "../shops/shop.ts";
import { loadHealth, syncViewOf } from "./load-health.server.ts";
import type { HomePage, ShopView } from "./pages.ts";

const STRIP_DAYS = 30;
const DAY_MS = 86_400_000;

/** What a page needs to format dates and money. */
export const viewOf = (shop: Shop): ShopView => ({
  domain: shop.domain,
  timeZone: shop.timeZone,
  currency: shop.currency,
  locale: shop.locale,
});

/** Polls sooner while something is going on. */
export const pollSecondsFor = (isAnythingRunning: boolean): number => (isAnythingRunning ? 15 : 60);

/** Everything Home draws, in eight statements whatever the number of connectors. */
export async function loadHome(tx: ShopTx, shop: Shop, now: Date): Promise<HomePage> {
  const health = await loadHealth(tx, shop, now);
  const incidents = await findIncidents(tx, {
    statuses: ["open", "acknowledged"],
    limit: 10,
    worstFirst: true,
    withoutParts: true,
  });
  const runs = await loadRunDays(tx, shop, now, STRIP_DAYS);
  const spans = await loadIncidentSpans(tx, new Date(now.getTime() - (STRIP_DAYS + 1) * DAY_MS));
  const told = await listNotices(tx, shop.id, now);
  const strips = Object.fromEntries(
    health.rows.map((row) => [
      row.id,
      drawHistory({
        now,
        timeZone: shop.timeZone,
        count: STRIP_DAYS,
        addedAt: row.createdAt,
        runs: runs.get(row.id) ?? [],
        incidents: spans.get(row.id) ?? [],
      }),
    ]),
  );
  return {
    shop: viewOf(shop),
    now: now.toISOString(),
    summary: health.summary,
    block: describeBlock(health.dashboards),
    incidents: incidents.map(presentIncident),
    strips,
    syncs: Object.fromEntries(health.rows.map((row) => [row.id, syncViewOf(row, now)])),
    failedBackfills: await findFailedBackfills(tx, now),
    ...told,
    engineUnreachableSince: health.engineUnreachableSince?.toISOString() ?? null,
    pollSeconds: pollSecondsFor(health.isAnythingRunning),
  };
}
