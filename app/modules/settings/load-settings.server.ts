import { sha256 } from "#app/platform/crypto.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { listConnectors } from "../connectors/connectors.store.server.ts";
import { sourceKeys, sources } from "../connectors/sources.ts";
import type { Shop } from "../shops/shop.ts";
import { dayOf } from "../shops/shop-days.ts";
import { firstShownDay } from "./find-problems.ts";
import { readSettings } from "./read-settings.ts";
import { findStoredSettings } from "./settings.store.server.ts";
import type { SettingsPage } from "./settings.ts";

/** Everything the Settings page draws, in two statements. */
export async function loadSettings(tx: ShopTx, shop: Shop, now: Date): Promise<SettingsPage> {
  const today = dayOf(now, shop.timeZone);
  const { settings, windows } = await findStoredSettings(tx, shop.id, firstShownDay(today));
  const connectors = await listConnectors(tx, shop.id);
  const { notices } = readSettings(settings);
  return {
    shop: { timeZone: shop.timeZone, locale: shop.locale },
    today,
    sources: connectors
      .sort((a, b) => sourceKeys.indexOf(a.source) - sourceKeys.indexOf(b.source))
      .map(({ id, source }) => ({ connectorId: id, label: sources[source].label })),
    notices,
    windows,
    version: sha256(JSON.stringify([notices, windows])),
  };
}
